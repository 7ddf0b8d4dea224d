package git

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1" // Git's, not ours to choose
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/idxfile"

	"github.com/smmctl/smmctl/engine/internal/disk"
)

// writePack writes a batch as one pack and its index into the repository and
// syncs them to disk. go-git's own writer does not sync, and puts the index
// under its final name before it is whole: a crash could leave one that no
// reader gets past.
func writePack(gitDir string, b *batch) error {
	pack, index, sum, err := encodePack(b)
	if err != nil {
		return err
	}
	objects := filepath.Join(gitDir, "objects")
	dir := filepath.Join(objects, "pack")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	base := filepath.Join(dir, "pack-"+sum.String())
	// The index first: git passes over one without its pack, go-git stops at a
	// pack without its index.
	if err := writeSynced(objects, "tmp_idx_*", base+".idx", index); err != nil {
		return err
	}
	if err := writeSynced(objects, "tmp_pack_*", base+".pack", pack); err != nil {
		return err
	}
	return disk.SyncDir(dir)
}

// encodePack writes whole objects, no deltas, in Git's pack format, version 2
// (gitformat-pack, read 2026-11-23), and the index beside it. The ledger's
// objects are few, and already in memory: go-git's encoder looks for deltas,
// and its index wants the pack to be read again.
func encodePack(b *batch) (pack, index []byte, sum plumbing.Hash, err error) {
	var out bytes.Buffer
	var w idxfile.Writer
	out.WriteString("PACK")
	out.Write(binary.BigEndian.AppendUint32(nil, 2))
	out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(b.objects))))
	if err := w.OnHeader(uint32(len(b.objects))); err != nil {
		return nil, nil, sum, err
	}
	z, err := zlib.NewWriterLevel(&out, zlib.BestSpeed)
	if err != nil {
		return nil, nil, sum, err
	}
	for _, o := range b.objects {
		start := out.Len()
		out.Write(objectHeader(o.kind, len(o.data)))
		z.Reset(&out)
		_, _ = z.Write(o.data) // into memory
		if err := z.Close(); err != nil {
			return nil, nil, sum, err
		}
		crc := crc32.ChecksumIEEE(out.Bytes()[start:])
		if err := w.OnInflatedObjectContent(o.hash, int64(start), crc, nil); err != nil {
			return nil, nil, sum, err
		}
	}
	sum = sha1.Sum(out.Bytes())
	out.Write(sum[:])
	index, err = encodeIndex(&w, sum)
	return out.Bytes(), index, sum, err
}

// objectHeader is an object's kind and length: three bits and four, then seven a
// byte, the low ones first.
func objectHeader(kind plumbing.ObjectType, size int) []byte {
	c := byte(kind)<<4 | byte(size&0x0f)
	var out []byte
	for size >>= 4; size > 0; size >>= 7 {
		out = append(out, c|0x80)
		c = byte(size & 0x7f)
	}
	return append(out, c)
}

func encodeIndex(w *idxfile.Writer, sum plumbing.Hash) ([]byte, error) {
	if err := w.OnFooter(sum); err != nil {
		return nil, err
	}
	index, err := w.Index()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	_, err = idxfile.NewEncoder(&out).Encode(index)
	return out.Bytes(), err
}

// writeSynced puts data at name: wholly, or not at all. The temporary names are
// those that `git gc` sweeps up after a crash; they are not in the folder of
// packs, because go-git loses its way there when a file vanishes as it looks.
func writeSynced(dir, pattern, name string, data []byte) error {
	f, err := os.CreateTemp(dir, pattern)
	if err != nil {
		return err
	}
	err = fillSynced(f, data)
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

func fillSynced(f *os.File, data []byte) (err error) {
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := f.Chmod(0o444); err != nil {
		return err
	}
	return f.Sync()
}
