package measure

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mastodon counts as Mastodon's StatusLengthValidator does: each recognised
// address is replaced by as many letters as the server reserves for one, each
// mention by @ and its local part, and what is left is counted in grapheme
// clusters. A blank text counts nothing.
// https://github.com/mastodon/mastodon/blob/main/app/validators/status_length_validator.rb, 2026-11-23
func (c Counter) mastodon(text string) int {
	if strings.TrimSpace(text) == "" {
		return 0
	}
	found := entities(text)
	if len(found) == 0 {
		return graphemes(text)
	}
	var b strings.Builder
	b.Grow(len(text))
	at := 0
	for _, e := range found {
		b.WriteString(text[at:e.start])
		b.WriteString(c.counted(text, e))
		at = e.end
	}
	b.WriteString(text[at:])
	return graphemes(b.String())
}

// counted is what an address or a mention is counted as.
func (c Counter) counted(text string, e entity) string {
	if !e.url {
		return text[e.start:e.local]
	}
	p := c.placeholder()
	if e.disputed && graphemes(text[e.start:e.end]) > len(p) {
		return text[e.start:e.end]
	}
	return p
}

// placeholder stands for an address.
func (c Counter) placeholder() string {
	n := c.URLLength
	if n <= 0 {
		n = DefaultURLLength
	}
	if n <= len(letters) {
		return letters[:n]
	}
	return strings.Repeat("x", n)
}

const letters = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

// entity is an address or a mention in a text, in bytes.
type entity struct {
	start, end int
	url        bool
	disputed   bool // of an address: see the table of that name
	local      int  // of a mention: where its local part ends
}

// entities finds what Mastodon would link, in order. Where two overlap the earlier
// one stands.
func entities(text string) []entity {
	var found []entity
	if strings.Contains(text, "://") {
		found = mastodonDialect.addresses(found, text)
	}
	addresses := len(found)
	found = mentions(found, text)
	if addresses == 0 || addresses == len(found) {
		return found
	}
	slices.SortStableFunc(found, func(a, b entity) int { return cmp.Compare(a.start, b.start) })
	kept := found[:1]
	for _, e := range found[1:] {
		if e.start >= kept[len(kept)-1].end {
			kept = append(kept, e)
		}
	}
	return kept
}

// maxDomain is the longest domain of a mention, in characters; a longer one is
// text. Mastodon's Extractor, 2026-11-23.
const maxDomain = 253

// mentions appends @user and @user@domain to found: not after a word, a slash or an equals
// sign, and not before another @, an accented Latin letter or "://".
// Account::MENTION_RE and Extractor of Mastodon, 2026-11-23.
func mentions(found []entity, text string) []entity {
	for i := 0; i < len(text); {
		at := strings.IndexByte(text[i:], '@')
		if at < 0 {
			break
		}
		i += at
		m, ok := mentionAt(text, i)
		if !ok {
			i++
			continue
		}
		if !endsMention(text[m.end:]) && utf8.RuneCountInString(text[m.local:m.end]) <= maxDomain+1 {
			found = append(found, m)
		}
		i = m.end
	}
	return found
}

func mentionAt(text string, i int) (entity, bool) {
	if prev, _ := utf8.DecodeLastRuneInString(text[:i]); i > 0 && (prev == '=' || prev == '/' || isWord(prev)) {
		return entity{}, false
	}
	local := i + 1 + dotted(text[i+1:], isUserRune)
	if local == i+1 {
		return entity{}, false
	}
	m := entity{start: i, local: local, end: local}
	if local < len(text) && text[local] == '@' {
		if n := dotted(text[local+1:], isWord); n > 0 {
			m.end = local + 1 + n
		}
	}
	return m, true
}

// dotted measures words joined by dots and hyphens.
func dotted(s string, word func(rune) bool) int {
	end := 0
	for i, r := range s {
		switch {
		case word(r):
			end = i + utf8.RuneLen(r)
		case (r == '.' || r == '-') && end > 0:
		default:
			return end
		}
	}
	return end
}

func isUserRune(r rune) bool {
	return r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

// isWord is the regular expression class [:word:] of Onigmo.
func isWord(r rune) bool {
	return isUserRune(r) || r != utf8.RuneError && r >= utf8.RuneSelf &&
		(unicode.IsLetter(r) || unicode.In(r, unicode.M, unicode.Nd, unicode.Nl, unicode.Pc, unicode.Other_Alphabetic))
}

func endsMention(after string) bool {
	if strings.HasPrefix(after, "://") {
		return true
	}
	r, _ := utf8.DecodeRuneInString(after)
	return r == '@' || r == '＠' || unicode.Is(latinAccents, r)
}

// latinAccents are the letters after which twitter-text doubts a mention.
// https://github.com/twitter/twitter-text (regex.rb), 2026-11-23
var latinAccents = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0xC0, 0xD6, 1}, {0xD8, 0xF6, 1}, {0xF8, 0x24F, 1}, {0x253, 0x254, 1}, {0x256, 0x257, 1},
		{0x259, 0x25B, 2}, {0x263, 0x268, 5}, {0x26F, 0x272, 3}, {0x289, 0x28B, 2}, {0x2BB, 0x2BB, 1},
		{0x300, 0x36F, 1}, {0x1E00, 0x1EFF, 1},
	},
	LatinOffset: 2,
}
