// Package measure counts text as each network does, by its published rules, and
// has the table of what each one allows. It stands apart from the providers, so
// that a text can be measured for a network that is not configured, or that has no
// provider yet. It imports uniseg (grapheme clusters), the table of top-level
// domains in x/net/publicsuffix, x/text's normal forms, and the standard library.
package measure

import "unicode/utf8"

// Unit names a way of counting.
type Unit string

// The units.
const (
	// Mastodon counts grapheme clusters, an http(s) address as 23 and a remote
	// mention by its local part.
	Mastodon Unit = "mastodon"
	// Graphemes counts extended grapheme clusters, as Pleroma does.
	// https://git.pleroma.social/pleroma/pleroma (String.length), 2026-11-23
	Graphemes Unit = "graphemes"
	// Codepoints counts Unicode code points, as GoToSocial does, without any
	// discount. https://codeberg.org/superseriousbusiness/gotosocial
	// (internal/validate), 2026-11-23
	Codepoints Unit = "codepoints"
	// UTF16 counts UTF-16 code units.
	UTF16 Unit = "utf16"
	// Bytes counts UTF-8 bytes.
	Bytes Unit = "bytes"
	// X weighs characters: 1 for Latin and the like, 2 for others and for an
	// emoji, 23 for an address.
	X Unit = "x"
	// Threads counts an emoji as its UTF-8 bytes, other code points as one.
	Threads Unit = "threads"
)

// What some networks bound beside a text's length.
const (
	Hashtags      Unit = "hashtags"
	Mentions      Unit = "mentions"
	Links         Unit = "links"              // different ones
	AngleBrackets Unit = "angle_brackets"     // < and >
	Invalid       Unit = "invalid_characters" // that X takes for no text
)

// Units returns the ways of counting a text's length.
func Units() []Unit { return []Unit{Mastodon, Graphemes, Codepoints, UTF16, Bytes, X, Threads} }

// DefaultURLLength is what Mastodon counts an address as, whatever its length.
// A server may say otherwise in characters_reserved_per_url.
// https://docs.joinmastodon.org/user/posting/#text, 2026-11-23
const DefaultURLLength = 23

// Length counts text in unit. An unknown unit counts code points.
func Length(unit, text string) int { return Counter{Unit: Unit(unit)}.Length(text) }

// Counter counts in one unit, with a server's own numbers.
type Counter struct {
	Unit      Unit
	URLLength int // what an address counts as under Mastodon; 0: DefaultURLLength
}

// Length counts text.
func (c Counter) Length(text string) int {
	switch c.Unit {
	case Mastodon:
		return c.mastodon(text)
	case Graphemes:
		return graphemes(text)
	case UTF16:
		return utf16Units(text)
	case Bytes:
		return len(text)
	case X:
		return x(text)
	case Threads:
		return threads(text)
	}
	if count := things[c.Unit]; count != nil {
		return count(text)
	}
	return utf8.RuneCountInString(text)
}

// WithWarning counts text and the content warning before it. A warning has no
// discount for addresses and mentions.
func (c Counter) WithWarning(warning, text string) int {
	if warning == "" {
		return c.Length(text)
	}
	if c.Unit == Mastodon {
		return graphemes(warning) + c.mastodon(text)
	}
	return c.Length(warning) + c.Length(text)
}

func utf16Units(text string) int {
	if ascii(text) {
		return len(text)
	}
	n := 0
	for _, r := range text {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}
