package git

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/smmctl/smmctl/engine/ledger"
)

// maxBlob bounds one file of the ledger; 10,000 entries make shards of 0.2 MB.
const maxBlob = 64 << 20

func readBlob(s *filesystem.Storage, h plumbing.Hash) ([]byte, error) {
	o, err := s.EncodedObject(plumbing.BlobObject, h)
	if err != nil {
		return nil, err
	}
	if o.Size() > maxBlob {
		return nil, fmt.Errorf("%w: a file of %d bytes", ledger.ErrCorrupt, o.Size())
	}
	r, err := o.Reader()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data := make([]byte, o.Size())
	_, err = io.ReadFull(r, data)
	return data, err
}

// rawObject is an object on its way into a pack.
type rawObject struct {
	kind plumbing.ObjectType
	hash plumbing.Hash
	data []byte
}

// batch collects the objects of one commit.
type batch struct {
	objects []rawObject
	have    map[plumbing.Hash]bool
}

func (b *batch) add(kind plumbing.ObjectType, data []byte) plumbing.Hash {
	h := plumbing.ComputeHash(kind, data)
	if !b.have[h] {
		if b.have == nil {
			b.have = map[plumbing.Hash]bool{}
		}
		b.have[h] = true
		b.objects = append(b.objects, rawObject{kind, h, data})
	}
	return h
}

func (b *batch) blob(data []byte) plumbing.Hash { return b.add(plumbing.BlobObject, data) }

// tree writes a tree; entries are put in Git's order, where a folder's name
// counts as if it ended with a slash.
func (b *batch) tree(entries []object.TreeEntry) plumbing.Hash {
	slices.SortFunc(entries, func(x, y object.TreeEntry) int { return cmp.Compare(treeKey(x), treeKey(y)) })
	var data bytes.Buffer
	for _, e := range entries {
		fmt.Fprintf(&data, "%o %s\x00", uint32(e.Mode), e.Name)
		data.Write(e.Hash[:])
	}
	return b.add(plumbing.TreeObject, data.Bytes())
}

func treeKey(e object.TreeEntry) string {
	if e.Mode == filemode.Dir {
		return e.Name + "/"
	}
	return e.Name
}

// commit writes a commit. It needs no Git identity: the actor is its author.
func (b *batch) commit(tree, parent plumbing.Hash, actor, message string, at time.Time) plumbing.Hash {
	// Two writers may write the same at the same second. Were their commits one and
	// the same, each would find its own accepted, and neither a conflict: so each has
	// a number of its own, in a header that logs do not show.
	writer := make([]byte, 8)
	_, _ = rand.Read(writer) // never fails
	var t strings.Builder
	fmt.Fprintf(&t, "tree %s\n", tree)
	if !parent.IsZero() {
		fmt.Fprintf(&t, "parent %s\n", parent)
	}
	stamp := fmt.Sprintf("<smmctl@localhost> %d +0000", max(at.Unix(), 0))
	fmt.Fprintf(&t, "author %s %s\ncommitter smmctl %s\nsmmctl-writer %x\n\n%s", cleanName(actor), stamp, stamp, writer, cleanMessage(message))
	return b.add(plumbing.CommitObject, []byte(t.String()))
}

// cleanName makes a text fit for a commit's author line.
func cleanName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '<' || r == '>' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	// Git strips these from both ends and refuses a name made of them alone.
	s = strings.Trim(s, " .,:;\"'\\")
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "")
	}
	return cmp.Or(s, "smmctl")
}

const maxMessage = 64 << 10

// cleanMessage drops what could fool a terminal that shows the log.
func cleanMessage(s string) string {
	s = strings.Map(func(r rune) rune {
		if (r < ' ' && r != '\n' && r != '\t') || (r >= 0x7f && r < 0xa0) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if len(s) > maxMessage {
		s = strings.ToValidUTF8(s[:maxMessage], "") + "\n…"
	}
	return strings.TrimSpace(s) + "\n"
}
