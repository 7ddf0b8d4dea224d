package telegramtest

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

var (
	controls = regexp.MustCompile(`[\x00-\x09\x0b\x0c\x0e-\x1f]`)
	removed  = regexp.MustCompile(`[\r\x{2028}-\x{202e}\x{0333}\x{033f}\x{030a}]`)
)

// kept is a text as the server keeps it.
func kept(s string) string {
	return strings.Trim(removed.ReplaceAllString(controls.ReplaceAllString(s, " "), ""), " \n")
}

func units(s string) []uint16 { return utf16.Encode([]rune(s)) }

// words checks a text with its entities. What the real server would mend without
// a word is refused: a client that leaves it to the server does not know what is
// shown.
func (s *Server) words(p *params, name, entities string, most int, empty, long string) (string, []any, error) {
	text := p.text(name)
	if !utf8.ValidString(text) {
		return "", nil, bad("strings must be encoded in UTF-8")
	}
	keep := kept(text)
	if keep != text {
		s.complain("%s: the text is not as the server keeps it: %q", name, text)
	}
	switch n := len(units(keep)); {
	case keep == "" && empty != "":
		return "", nil, bad("%s", empty)
	case n > most:
		return "", nil, bad("%s", long)
	}
	all := p.list(entities)
	if err := checkEntities(keep, all); err != "" {
		s.complain("%s: %s", entities, err)
		return "", nil, bad("can't parse entities: %s", err)
	}
	return keep, all, nil
}

// mark is an entity with its place.
type mark struct {
	kind     string
	from, to int
}

var entityKinds = []string{"bold", "italic", "strikethrough", "code", "pre", "text_link", "blockquote"}

func checkEntities(text string, all []any) string {
	if len(all) > 100 {
		return "more than 100 entities"
	}
	u := units(text)
	var marks []mark
	for _, v := range all {
		e, _ := v.(object)
		kind, _ := e["type"].(string)
		offset, _ := e["offset"].(float64)
		length, _ := e["length"].(float64)
		m := mark{kind, int(offset), int(offset + length)}
		if why := m.wrong(e, u); why != "" {
			return why
		}
		for _, other := range marks {
			if why := m.clash(other); why != "" {
				return why
			}
		}
		marks = append(marks, m)
	}
	return ""
}

// wrong says what is wrong with an entity by itself.
func (m mark) wrong(e object, u []uint16) string {
	url, _ := e["url"].(string)
	low := func(i int) bool { return i < len(u) && u[i] >= 0xdc00 && u[i] <= 0xdfff }
	space := func(i int) bool { return u[i] == ' ' || u[i] == '\n' }
	switch {
	case !slices.Contains(entityKinds, m.kind):
		return "the type " + m.kind + " is found by the server itself, or not known"
	case m.from < 0 || m.to <= m.from || m.to > len(u):
		return "an entity is outside the text"
	case low(m.from) || low(m.to):
		return "an entity begins or ends in the middle of a character"
	case space(m.from) || space(m.to-1):
		return "an entity begins or ends with white space"
	case (m.kind == "text_link") != (url != ""):
		return "an address belongs to a text_link"
	case m.kind == "text_link" && !strings.Contains(url, ":"):
		return "a text_link's address has no scheme"
	}
	return ""
}

// clash says why two entities cannot be together.
func (m mark) clash(o mark) string {
	if m.to <= o.from || o.to <= m.from {
		return ""
	}
	inside := m.from >= o.from && m.to <= o.to
	outside := o.from >= m.from && o.to <= m.to
	quote := m.kind == "blockquote" || o.kind == "blockquote"
	solid := func(k string) bool { return k == "code" || k == "pre" }
	switch {
	case !inside && !outside:
		return "entities cross each other"
	case m.kind == o.kind:
		return "entities of one type in one another"
	case (solid(m.kind) || solid(o.kind)) && !quote:
		return "an entity in or around code"
	}
	return ""
}
