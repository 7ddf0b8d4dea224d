package git

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/ledger"
)

// The format that this program reads and writes.
const (
	formatVersion = 1
	shardCount    = 64
	maxShards     = 1024
)

// The files at the branch's root.
const (
	formatFile    = "format.json"
	leaseFile     = "lease.json"
	freezesFile   = "freezes.json"
	accountsFile  = "accounts.json"
	approvalsFile = "approvals.json"
	pullsFile     = "pulls.json"
	toldFile      = "told.json"
	readmeFile    = "README.md"
	entriesDir    = "entries"
)

const readme = `# The ledger of smmctl

This branch is the record of what smmctl has published. It is written by ` + "`smmctl apply`" + `;
do not edit, merge or rebase it. Its history is the publication log.
`

type format struct {
	Version   int    `json:"version"`
	MinWriter int    `json:"min_writer"`
	Shards    int    `json:"shards"`
	ID        string `json:"id"`
}

// parseFormat reads format.json and refuses another workspace's ledger, and one
// that a newer program has written.
func parseFormat(data []byte, id string) (format, error) {
	var f format
	if err := json.Unmarshal(data, &f); err != nil {
		return f, fmt.Errorf("%s: %w: %w", formatFile, ledger.ErrCorrupt, err)
	}
	switch {
	case f.Version > formatVersion || f.MinWriter > formatVersion:
		return f, fmt.Errorf("%s: %w: version %d, for writers from %d; this one knows %d",
			formatFile, ledger.ErrNewer, f.Version, f.MinWriter, formatVersion)
	case f.Version < 1 || f.Shards < 1 || f.Shards > maxShards:
		return f, fmt.Errorf("%s: %w: version %d, %d shards", formatFile, ledger.ErrCorrupt, f.Version, f.Shards)
	case f.ID != id:
		return f, fmt.Errorf("%s: %w: its id is %q, smm.yaml pins %q", formatFile, ledger.ErrForeign, f.ID, id)
	}
	return f, nil
}

// encode writes a value as one line, the same bytes for the same value.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

// rootFiles returns the small files that u changes, as snapshot s has them; nil
// stands for one that is not to be there.
func rootFiles(s *ledger.Snapshot, u ledger.Update) (files map[string][]byte, err error) {
	files = map[string][]byte{}
	if u.Lease != nil {
		if files[leaseFile], err = encode(s.Lease); err != nil {
			return nil, err
		}
	}
	if u.Release {
		files[leaseFile] = nil
	}
	if u.Freezes != nil {
		files[freezesFile] = nil
		if len(s.Freezes) > 0 {
			files[freezesFile], err = encodeList(s.Freezes)
		}
	}
	if err == nil && len(u.Accounts) > 0 {
		files[accountsFile], err = encodeAccounts(s.Accounts)
	}
	if err == nil {
		err = forgeFiles(files, s, u)
	}
	return files, err
}

// forgeFiles adds what is remembered of reviews, and of who was told what.
func forgeFiles(files map[string][]byte, s *ledger.Snapshot, u ledger.Update) (err error) {
	if u.Approvals != nil {
		files[approvalsFile] = nil
		if len(s.Approvals) > 0 {
			if files[approvalsFile], err = encodeList(s.Approvals); err != nil {
				return err
			}
		}
	}
	if u.Pulls != nil {
		if files[pullsFile], err = encodePulls(s.Pulls); err != nil {
			return err
		}
	}
	if u.Told != nil {
		files[toldFile], err = encode(s.Told)
	}
	return err
}

// encodePulls writes a line a pull request.
func encodePulls(p ledger.Pulls) ([]byte, error) {
	seen, err := encode(p.Seen)
	if err != nil {
		return nil, err
	}
	open, err := encodeList(p.Open)
	if err != nil {
		return nil, err
	}
	return []byte(`{"seen": ` + strings.TrimSpace(string(seen)) + `, "open": ` + strings.TrimSpace(string(open)) + "}\n"), nil
}

// encodeList writes an array with a line for each element, so that a diff shows
// one.
func encodeList[T any](list []T) ([]byte, error) {
	lines := make([]string, len(list))
	for i, v := range list {
		b, err := encode(v)
		if err != nil {
			return nil, err
		}
		lines[i] = strings.TrimSuffix(string(b), "\n")
	}
	return []byte("[\n" + strings.Join(lines, ",\n") + "\n]\n"), nil
}

func encodeAccounts(accounts map[string]ledger.Pin) ([]byte, error) {
	var lines []string
	for _, id := range slices.Sorted(maps.Keys(accounts)) {
		name, err := encode(id)
		if err != nil {
			return nil, err
		}
		pin, err := encode(accounts[id])
		if err != nil {
			return nil, fmt.Errorf("account %s: %w", id, err)
		}
		lines = append(lines, strings.TrimSuffix(string(name), "\n")+": "+strings.TrimSuffix(string(pin), "\n"))
	}
	return []byte("{\n" + strings.Join(lines, ",\n") + "\n}\n"), nil
}

func decodeRoot(s *ledger.Snapshot, name string, data []byte) error {
	var err error
	switch name {
	case leaseFile:
		s.Lease = &ledger.Lease{}
		err = json.Unmarshal(data, s.Lease)
	case freezesFile:
		err = json.Unmarshal(data, &s.Freezes)
	case accountsFile:
		err = json.Unmarshal(data, &s.Accounts)
	case approvalsFile:
		err = json.Unmarshal(data, &s.Approvals)
	case pullsFile:
		err = json.Unmarshal(data, &s.Pulls)
	case toldFile:
		err = json.Unmarshal(data, &s.Told)
	}
	if err != nil {
		return fmt.Errorf("%s: %w: %w", name, ledger.ErrCorrupt, err)
	}
	return nil
}
