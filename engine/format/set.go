package format

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/load"
)

// ErrNotScalar is returned where a key holds a list or a group, or would have
// to.
var ErrNotScalar = errors.New("the key does not hold a single value")

// SetFrontMatter changes one top-level value in a post's front matter, adds it
// in its canonical place, or takes it away where value is empty. Value is the
// text to be read back: it is quoted where it needs to be. All other bytes stay
// as they were.
func SetFrontMatter(src []byte, key, value string) ([]byte, error) {
	s, problems := load.SourceOf("", src, true)
	if problems.HasErrors() {
		return nil, &Error{problems}
	}
	want, raw, err := scalar(key, value)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	out, err := splice(src, s, key, raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	if err := onlyChanged(s, out, key, want, value == ""); err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	return out, nil
}

// scalar returns a value as the front matter holds it, and how it is written.
func scalar(key, value string) (want any, raw string, err error) {
	field, ok := lookup(reflect.TypeFor[content.Post](), key)
	if !ok {
		return nil, "", errors.New("a post has no such key")
	}
	if value == "" {
		return nil, "", nil
	}
	if !utf8.ValidString(value) {
		return nil, "", errors.New("the value is not UTF-8")
	}
	switch t := bare(field.Type); {
	case t.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(value)
		return b, strconv.FormatBool(b), err
	case t.Kind() == reflect.Int:
		n, err := strconv.ParseInt(value, 10, 64)
		return n, strconv.FormatInt(n, 10), err
	case t.Kind() == reflect.String, slices.Contains(written, t):
		return value, quoteText(key, value), nil
	}
	return nil, "", ErrNotScalar
}

// written are the structs that are written as one text.
var written = []reflect.Type{
	reflect.TypeFor[content.Time](), reflect.TypeFor[content.Lateness](), reflect.TypeFor[content.Ref](), reflect.TypeFor[content.Link](),
}

// quoteText leaves a text plain where it reads back as itself.
func quoteText(key, value string) string {
	line := key + ": " + value + "\n"
	if !strings.ContainsAny(value, "\n\r\u0085\u2028\u2029") {
		s, problems := load.SourceOf("", []byte(line), false)
		if len(problems) == 0 && len(s.Values) == 1 && s.Values[key] == value {
			return value
		}
	}
	return strconv.Quote(value)
}

// span is a range of bytes of the file.
type span struct{ from, to int }

// splice puts raw where the key's value is; an empty raw takes the key's lines
// away.
func splice(src []byte, s load.Source, key, raw string) ([]byte, error) {
	if s.Root == nil {
		return replace(src, span{s.Offset, s.Offset}, line(src, key, raw)), nil
	}
	if s.Root.Style&yaml.FlowStyle != 0 {
		return nil, errors.New("the front matter is not written one key a line")
	}
	lines := bytes.SplitAfter(s.YAML, []byte("\n"))
	f := formatter{lines: make([]string, 0, len(lines))}
	for _, l := range lines {
		f.lines = append(f.lines, strings.TrimRight(string(l), "\r\n"))
	}
	if f.lines[len(f.lines)-1] == "" {
		f.lines = f.lines[:len(f.lines)-1]
	}
	entries := f.entries(s.Root, 0, f.gapBefore(len(f.lines), 0, s.Root.Column))
	if entries == nil {
		return nil, errors.New("the front matter is not written one key a line")
	}
	at := func(line int) int { return s.Offset + len(bytes.Join(lines[:line], nil)) }
	for _, e := range entries {
		if e.key.Value != key {
			continue
		}
		if raw == "" {
			return replace(src, span{at(e.line), at(e.end)}, ""), nil
		}
		return setEntry(src, f, e, at, raw)
	}
	if raw == "" {
		return src, nil
	}
	indent := strings.Repeat(" ", s.Root.Column-1)
	where := at(place(entries, key))
	return replace(src, span{where, where}, indent+line(src, key, raw)), nil
}

// setEntry replaces the value of a key that is there.
func setEntry(src []byte, f formatter, e entry, at func(int) int, raw string) ([]byte, error) {
	if e.val.Kind != yaml.ScalarNode || e.val.Anchor != "" {
		return nil, ErrNotScalar
	}
	l, from := f.lines[e.line], at(e.line)
	if e.val.Line-1 == e.line && e.end == e.line+1 && e.val.Style&yaml.TaggedStyle == 0 {
		col, ok := byteAt(l, e.val.Column)
		switch old, known := rawScalar(l, e.val); {
		case ok && known:
			return replace(src, span{from + col, from + col + len(old)}, raw), nil
		case ok && e.val.Tag == "!!null" && e.val.Value == "":
			return replace(src, span{from + col, from + col}, " "+raw), nil
		}
	}
	indent := l[:len(l)-len(strings.TrimLeft(l, " "))]
	return replace(src, span{from, at(e.end)}, indent+line(src, e.key.Value, raw)), nil
}

// place returns the line before which a new key goes: behind the last key that
// comes before it in the canonical order.
func place(entries []entry, key string) int {
	shape := reflect.TypeFor[content.Post]()
	where := entries[0].line
	for _, e := range entries {
		if rankOf(shape, e.key.Value) < rankOf(shape, key) {
			where = e.end
		}
	}
	return where
}

func line(src []byte, key, raw string) string {
	if raw == "" {
		return ""
	}
	return key + ": " + raw + eol(src)
}

func replace(src []byte, at span, with string) []byte {
	return slices.Concat(src[:at.from], []byte(with), src[at.to:])
}

// onlyChanged reads the result back: the one key has its value, and all others
// are what they were.
func onlyChanged(before load.Source, out []byte, key string, want any, gone bool) error {
	after, problems := load.SourceOf("", out, true)
	if problems.HasErrors() {
		return &Error{problems}
	}
	expect := map[string]any{}
	for k, v := range before.Values {
		expect[k] = v
	}
	if expect[key] = want; gone {
		delete(expect, key)
	}
	if !reflect.DeepEqual(after.Values, expect) {
		return errors.New("the front matter is written in a way that cannot be changed by itself")
	}
	return nil
}
