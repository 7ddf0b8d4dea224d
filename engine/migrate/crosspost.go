package migrate

import (
	"errors"
	"io/fs"
	"path"
	"strings"
)

// readMessages reads a folder of messages, as people keep them for crosspost's
// --file: plain texts, with a picture of the same name beside. The tool itself
// keeps nothing, so what is committed counts as published.
func readMessages(fsys fs.FS, past *history, o Options) (*Export, error) {
	e := &Export{}
	if past == nil {
		e.note(o.Source, "is in no Git repository with commits, and nothing else tells what went out: everything counts as published")
	}
	names, err := e.texts(fsys, ".", ".txt", ".md")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		base := strings.TrimSuffix(path.Base(name), path.Ext(name))
		if strings.EqualFold(base, "README") || strings.EqualFold(base, "LICENSE") {
			continue
		}
		text, ok := e.text(fsys, name)
		if !ok {
			continue
		}
		p := Post{Where: name, Name: base, Parts: []string{strings.TrimPrefix(text, "\ufeff")}}
		if p.Published, p.At = past.of(name); !p.Published {
			e.note(name, "is not committed: taken for not published yet")
		}
		p.Media = beside(fsys, strings.TrimSuffix(name, path.Ext(name)))
		e.Posts = append(e.Posts, p)
	}
	if len(e.Posts) == 0 {
		return nil, wrong("there are no messages (.txt, .md) in %s", o.Source)
	}
	return e, nil
}

// beside finds the picture that goes with a message.
func beside(fsys fs.FS, stem string) []Media {
	for _, ext := range []string{".png", ".jpg", ".jpeg", ".gif"} {
		if _, err := fs.Stat(fsys, stem+ext); !errors.Is(err, fs.ErrNotExist) {
			return []Media{{File: stem + ext}}
		}
	}
	return nil
}
