package load

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/smmctl/smmctl/engine/diag"
)

// MaxFile bounds a post's and a YAML file's size, in bytes. The size is looked
// at before anything is read.
const MaxFile = 1 << 20

// maxLinks is how many symbolic links a path may lead through.
const maxLinks = 40

var (
	errOutside = errors.New("it leads out of the workspace")
	errLinks   = errors.New("it leads through too many links")
)

// read returns a file's bytes, or what is wrong with it.
func read(fsys fs.FS, name, real string) ([]byte, *diag.Diagnostic) {
	src, err := readBounded(fsys, real)
	var big tooLarge
	switch {
	case errors.As(err, &big):
		d := diag.New("file-too-large", name, diag.Pos{}, "", "the file has %d bytes; the most is %d", int64(big), int64(MaxFile)).
			WithHint("is it a picture or a video under the wrong name? Split a plan that is really so long")
		return nil, &d
	case err != nil:
		d := diag.New("unreadable", name, diag.Pos{}, "", "the file cannot be read: %v", cause(err))
		return nil, &d
	}
	if d := checkText(name, src); d != nil {
		return nil, d
	}
	return src, nil
}

// tooLarge is a file's size where it is over MaxFile.
type tooLarge int64

func (t tooLarge) Error() string { return fmt.Sprintf("%d bytes are too many", int64(t)) }

func readBounded(fsys fs.FS, name string) (_ []byte, err error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a file")
	}
	if info.Size() > MaxFile {
		return nil, tooLarge(info.Size())
	}
	buf := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead))
	if _, err := buf.ReadFrom(io.LimitReader(f, MaxFile+1)); err != nil {
		return nil, err
	}
	if buf.Len() > MaxFile { // it grew, or the size was a lie
		return nil, tooLarge(buf.Len())
	}
	return buf.Bytes(), nil
}

// cause drops the path from a file system's error: the diagnostic has it.
func cause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

func checkText(name string, src []byte) *diag.Diagnostic {
	var d diag.Diagnostic
	switch {
	case bytes.HasPrefix(src, []byte("\xff\xfe")) || bytes.HasPrefix(src, []byte("\xfe\xff")):
		d = diag.New("not-utf8", name, diag.Pos{}, "", "the file is UTF-16, not UTF-8").WithHint("save it as UTF-8")
	case len(bytes.TrimSpace(bytes.TrimPrefix(src, bom))) == 0:
		d = diag.New("empty-file", name, diag.Pos{}, "", "the file is empty")
	case IsLFSPointer(src):
		d = diag.New("lfs-pointer", name, diag.Pos{}, "", "the file is a Git LFS pointer; its content was not fetched").
			WithHint("run `git lfs pull`; in CI check out with LFS")
	case !utf8.Valid(src):
		d = diag.New("not-utf8", name, badByte(src), "", "the text is not UTF-8 from here on").WithHint("save the file as UTF-8")
	default:
		return nil
	}
	return &d
}

// badByte finds the first byte that is not UTF-8.
func badByte(src []byte) diag.Pos {
	at := diag.Pos{Line: 1, Column: 1}
	for len(src) > 0 {
		r, n := utf8.DecodeRune(src)
		if r == utf8.RuneError && n == 1 {
			break
		}
		if at.Column++; r == '\n' {
			at = diag.Pos{Line: at.Line + 1, Column: 1}
		}
		src = src[n:]
	}
	return at
}

// resolve follows name's symbolic links, within fsys, and returns what it leads
// to in the end.
func resolve(fsys fs.FS, name string) (string, fs.FileInfo, error) {
	todo, done := strings.Split(name, "/"), "."
	info, err := fs.Lstat(fsys, ".")
	for links := 0; len(todo) > 0 && err == nil; {
		next := path.Join(done, todo[0])
		todo = todo[1:]
		if !fs.ValidPath(next) {
			return "", nil, errOutside
		}
		if info, err = fs.Lstat(fsys, next); err != nil {
			break
		}
		if info.Mode().Type() != fs.ModeSymlink {
			done = next
			continue
		}
		if links++; links > maxLinks {
			return "", nil, errLinks
		}
		target, err := fs.ReadLink(fsys, next)
		if err != nil {
			return "", nil, cause(err)
		}
		if path.IsAbs(target) {
			return "", nil, errOutside
		}
		todo = append(strings.Split(strings.TrimSuffix(target, "/"), "/"), todo...)
	}
	return done, info, cause(err)
}
