package validate

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
)

// houseWords are a brand's house rules on words, ready to be looked for.
type houseWords struct {
	banned, tags []string          // lower case
	preferred    map[string]string // lower case: what to write instead
	order        []string          // of preferred
}

func newHouse(s *content.Strategy) *houseWords {
	h := &houseWords{preferred: map[string]string{}}
	for _, w := range s.Voice.Words.Banned {
		h.banned = append(h.banned, strings.ToLower(w))
	}
	for _, t := range s.Hashtags.Banned {
		h.tags = append(h.tags, strings.ToLower(strings.TrimPrefix(t, "#")))
	}
	for w, instead := range s.Voice.Words.Preferred {
		h.preferred[strings.ToLower(w)] = instead
	}
	h.order = sorted(h.preferred)
	return h
}

// policy checks the post's words against the brand's voice.
func (p *postCheck) policy() {
	h := p.c.houses[p.pf.Brand]
	if h == nil {
		return
	}
	p.text(h, p.pf.Path, p.post.Body)
	for _, v := range p.post.Variants {
		if v.Body != nil {
			p.text(h, v.Path, *v.Body)
		}
	}
	for i, t := range p.post.Tags {
		for _, banned := range h.tags {
			if strings.EqualFold(strings.TrimPrefix(t, "#"), banned) {
				p.add(p.diag("banned-hashtag", fmt.Sprintf("tags[%d]", i), "the strategy bans the hashtag #%s", banned))
			}
		}
	}
}

func (p *postCheck) text(h *houseWords, path, body string) {
	lower := strings.ToLower(body)
	if len(lower) != len(body) {
		lower = foldASCII(body) // some letters change their length; offsets must not
	}
	for _, w := range h.banned {
		if i := findWord(lower, w); i >= 0 {
			p.add(p.word("banned-word", path, i, "the strategy bans the word %q", w))
		}
	}
	for _, t := range h.tags {
		if i := findWord(lower, "#"+t); i >= 0 {
			p.add(p.word("banned-hashtag", path, i, "the strategy bans the hashtag #%s", t))
		}
	}
	for _, w := range h.order {
		if i := findWord(lower, w); i >= 0 {
			p.add(p.word("preferred-word", path, i, "the strategy prefers another word to %q", w).
				WithHint("write %q", h.preferred[w]))
		}
	}
}

func (p *postCheck) word(rule, path string, offset int, format string, args ...any) diag.Diagnostic {
	return at(rule, path, p.file.BodyPos(path, offset), "body", format, args...)
}

// foldASCII lowers the letters A to Z only.
func foldASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// findWord returns where word is in text as a whole word, or -1.
func findWord(text, word string) int {
	if word == "" {
		return -1
	}
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return -1
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+len(word):])
		if !wordRune(before) && !wordRune(after) {
			return i
		}
		from = i + 1
	}
}

func wordRune(r rune) bool {
	return r != utf8.RuneError && (r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r))
}
