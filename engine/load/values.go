package load

import (
	"gopkg.in/yaml.v3"

	"github.com/smmctl/smmctl/engine/diag"
)

// Source is a file's YAML as its text stands, for those who change the text.
type Source struct {
	YAML   []byte         // without byte order mark; of a Markdown file, the front matter
	Offset int            // where YAML begins in the file, in bytes
	Lines  int            // how many lines of the file come before YAML
	Root   *yaml.Node     // a mapping, or nil where there are no keys
	Values map[string]any // never nil
}

// SourceOf takes a file apart: a Markdown file with front matter, or YAML. What
// is wrong with it is a diagnostic of path. It does not look at the schema.
func SourceOf(path string, file []byte, markdown bool) (Source, diag.List) {
	if d := checkText(path, file); d != nil {
		return Source{}, diag.List{*d}
	}
	doc := &document{path: path}
	s := Source{YAML: trimBOM(file)}
	if markdown {
		p := split(file)
		switch {
		case p.unclosed:
			return s, diag.List{unclosed(path, p)}
		case p.missing:
			return s, diag.List{diag.New("front-matter-missing", path, diag.Pos{}, "", "the file does not begin with front matter")}
		}
		doc.offset = 1
		s.YAML, s.Lines = p.front, 1
	}
	s.Offset = frontOffset(file, markdown)
	values, problems := toValue(doc, s.YAML)
	if values == nil && isEmptyFront(problems) {
		values, problems = map[string]any{}, nil
	}
	s.Root, s.Values = doc.root, values
	return s, problems
}

// frontOffset returns where a file's YAML begins.
func frontOffset(file []byte, markdown bool) int {
	at := len(file) - len(trimBOM(file))
	for ; markdown && at < len(file); at++ {
		if file[at] == '\n' {
			return at + 1
		}
	}
	return at
}
