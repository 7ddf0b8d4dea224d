// Package scaffold makes the files that people begin with: a whole workspace for
// `smmctl init`, one file for `smmctl new`. Everything it makes validates as it
// stands, so that the first thing that a newcomer sees is not an error. It
// imports content, load, repo, the Git ledger, clock, the types of provider, and
// the embedded schemas.
package scaffold

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"unicode"
)

//go:embed templates
var templates embed.FS

// File is a file to be made, by its path below some root, with slashes.
type File struct {
	Path string
	Data []byte
	// Open gives what is too large to be held in Data; it may be nil.
	Open func() (io.ReadCloser, error)
	// Keep says that a file that is there already is left alone, without a word
	// of complaint.
	Keep bool
}

// ExistsError is a file that is there already: nothing is ever overwritten.
type ExistsError struct{ Path string }

func (e *ExistsError) Error() string { return e.Path + ": exists already; nothing was written" }

// UsageError is a wish that makes no sense in this workspace.
type UsageError struct{ Summary string }

func (e *UsageError) Error() string { return e.Summary }

func wrong(format string, args ...any) error { return &UsageError{fmt.Sprintf(format, args...)} }

var (
	idForm   = regexp.MustCompile(`^[a-z0-9-]{3,80}$`)
	nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,79}$`)
)

func checkID(what, id string) error {
	if !idForm.MatchString(id) {
		return wrong("%s %q: an id has 3 to 80 lower-case letters, digits and hyphens", what, id)
	}
	return nil
}

func checkName(what, name string) error {
	if !nameForm.MatchString(name) {
		return wrong("%s %q: lower-case letters, digits, hyphens and underscores, beginning with a letter or a digit", what, name)
	}
	return nil
}

// Slug makes an id of what a folder is called: at least three characters of
// a-z, 0-9 and hyphens.
func Slug(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	s := strings.Trim(b.String(), "-")
	s = strings.Trim(s[:min(len(s), 40)], "-")
	if len(s) < 3 {
		return strings.Trim("brand-"+s, "-")
	}
	return s
}

// fill executes a template. Schema gives the address of a kind's schema, as seen
// from the file.
func fill(name string, data any, schema func(kind string) string) ([]byte, error) {
	text, err := templates.ReadFile("templates/" + name)
	if err != nil {
		return nil, err
	}
	if schema == nil {
		schema = func(string) string { return "" }
	}
	funcs := template.FuncMap{"quote": strconv.Quote, "value": Value, "list": flow, "comment": comment, "schema": schema}
	t, err := template.New(name).Funcs(funcs).Parse(string(text))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, data)
	return out.Bytes(), err
}

// flow writes words as a YAML list.
func flow(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = Value(w)
	}
	return "[" + strings.Join(out, ", ") + "]"
}

var plainWord = regexp.MustCompile(`^[a-z][a-z0-9_/-]+$`)

// Value writes a word as YAML: plain where it can be taken for nothing else.
func Value(word string) string {
	odd := slices.Contains([]string{"null", "true", "false", "yes", "no", "on", "off"}, word)
	if !odd && (plainWord.MatchString(word) || isDay.MatchString(word)) {
		return word
	}
	return strconv.Quote(word)
}

// isDay is a slot's id that begins with its date, and goes on.
var isDay = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}-[a-z0-9_-]*[a-z_][a-z0-9_-]*$`)

// comment writes a person's text as YAML comments; no line of it can become
// anything else.
func comment(text string) string {
	clean := func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		lines = append(lines, strings.TrimRight("# "+strings.TrimSpace(strings.Map(clean, line)), " "))
	}
	return strings.Join(lines, "\n")
}

// write makes files below dir and returns the paths of those that it made. It
// looks for all of them first: where one is in the way, none is written. No path
// leads out of dir, links included.
func write(dir string, files []File) ([]string, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	var todo []File
	for _, f := range files {
		_, err := root.Lstat(filepath.FromSlash(f.Path))
		switch {
		case err == nil && f.Keep:
		case err == nil:
			return nil, &ExistsError{f.Path}
		case errors.Is(err, fs.ErrNotExist):
			todo = append(todo, f)
		default:
			return nil, err
		}
	}
	made := []string{}
	for _, f := range todo {
		if err := create(root, f); err != nil {
			return made, err
		}
		made = append(made, f.Path)
	}
	return made, nil
}

func create(root *os.Root, f File) error {
	if err := root.MkdirAll(filepath.FromSlash(path.Dir(f.Path)), 0o755); err != nil {
		return err
	}
	file, err := root.OpenFile(filepath.FromSlash(f.Path), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return &ExistsError{f.Path}
	}
	if err != nil {
		return err
	}
	return errors.Join(f.copyTo(file), file.Close())
}

func (f File) copyTo(w io.Writer) error {
	if f.Open == nil {
		_, err := w.Write(f.Data)
		return err
	}
	from, err := f.Open()
	if err != nil {
		return err
	}
	defer from.Close()
	_, err = io.Copy(w, from)
	return err
}
