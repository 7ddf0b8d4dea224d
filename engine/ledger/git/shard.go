package git

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
)

// shardOf says which shard a Key's line is in.
func shardOf(key string, shards int) int {
	sum := sha256.Sum256([]byte(key))
	return int(binary.BigEndian.Uint32(sum[:4]) % uint32(shards))
}

func shardName(i int) string { return fmt.Sprintf("%02d.ndjson", i) }

// line is one entry as it stands in a shard. What it says beyond the fields
// that this program knows is kept, as long as the entry itself does not change.
type line struct {
	key  string
	text []byte // with its line end
}

var keyPrefix = []byte(`{"key":"`)

// keyOf reads a line's key without decoding the rest.
func keyOf(text []byte) (string, error) {
	if rest, ok := bytes.CutPrefix(text, keyPrefix); ok {
		if i := bytes.IndexAny(rest, `"\`); i > 0 && rest[i] == '"' {
			return string(rest[:i]), nil
		}
	}
	var v struct {
		Key string `json:"key"`
	}
	err := json.Unmarshal(text, &v)
	return v.Key, err
}

// splitShard cuts a shard into lines and checks that they are what a shard's
// lines have to be: of this shard, in order, each Key once, the last one ended.
func splitShard(data []byte, index, shards int) ([]line, error) {
	lines := make([]line, 0, bytes.Count(data, []byte("\n")))
	for n := 1; len(data) > 0; n++ {
		end := bytes.IndexByte(data, '\n') + 1
		if end == 0 {
			return nil, corrupt(index, n, "the line is cut off")
		}
		key, err := keyOf(data[:end])
		switch {
		case err != nil:
			return nil, corrupt(index, n, err.Error())
		case shardOf(key, shards) != index:
			return nil, corrupt(index, n, fmt.Sprintf("key %q belongs to %s", key, shardName(shardOf(key, shards))))
		case len(lines) > 0 && lines[len(lines)-1].key >= key:
			return nil, corrupt(index, n, fmt.Sprintf("key %q is twice or out of order", key))
		}
		lines = append(lines, line{key, data[:end:end]})
		data = data[end:]
	}
	return lines, nil
}

func corrupt(index, n int, problem string) error {
	return fmt.Errorf("%s/%s:%d: %w: %s", entriesDir, shardName(index), n, ledger.ErrCorrupt, problem)
}

// decodeShard reads a shard's entries.
func decodeShard(data []byte, index, shards int) ([]*ledger.Entry, error) {
	lines, err := splitShard(data, index, shards)
	if err != nil {
		return nil, err
	}
	entries := make([]*ledger.Entry, len(lines))
	for i, l := range lines {
		e := &ledger.Entry{}
		if err := json.Unmarshal(l.text, e); err != nil {
			return nil, corrupt(index, i+1, err.Error())
		}
		if e.Key.String() != l.key {
			return nil, corrupt(index, i+1, fmt.Sprintf("key %q reads as %q", l.key, e.Key))
		}
		entries[i] = e
	}
	return entries, nil
}

// mergeShard puts entries into a shard and leaves its other lines as they are.
func mergeShard(data []byte, index, shards int, entries []*ledger.Entry) ([]byte, error) {
	lines, err := splitShard(data, index, shards)
	if err != nil {
		return nil, err
	}
	size := len(data)
	for _, e := range entries {
		text, err := encode(e)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Key, err)
		}
		put := line{e.Key.String(), text}
		i, found := slices.BinarySearchFunc(lines, put.key, func(l line, key string) int { return cmp.Compare(l.key, key) })
		if found {
			lines[i] = put
		} else {
			lines = slices.Insert(lines, i, put)
		}
		size += len(text)
	}
	out := make([]byte, 0, size)
	for _, l := range lines {
		out = append(out, l.text...)
	}
	return out, nil
}

// byShard groups entries by the shard that they belong to.
func byShard(entries []*ledger.Entry, shards int) map[int][]*ledger.Entry {
	groups := map[int][]*ledger.Entry{}
	for _, e := range entries {
		i := shardOf(e.Key.String(), shards)
		groups[i] = append(groups[i], e)
	}
	return groups
}

func addTo(m map[content.Key]*ledger.Entry, entries []*ledger.Entry) {
	for _, e := range entries {
		m[e.Key] = e
	}
}
