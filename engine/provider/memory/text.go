package memory

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/smmctl/smmctl/engine/content"
)

// Fields returns the platform's own form of a segment: spaces trimmed, control
// characters dropped, links shortened, media named by the platform. It differs
// from what was sent, so that nobody takes the one for the other.
func Fields(s content.Segment) map[string]string {
	f := map[string]string{"text": Text(s.Text)}
	set := func(k, v string) {
		if v != "" {
			f[k] = v
		}
	}
	set("title", strings.TrimSpace(s.Title))
	set("language", strings.ToLower(s.Language))
	for k, v := range s.Options {
		set("options."+k, v)
	}
	for i, m := range s.Media {
		f[fmt.Sprintf("media[%d].id", i)] = mediaID(m)
		set(fmt.Sprintf("media[%d].alt", i), Text(m.Alt))
	}
	if s.Poll != nil {
		for i, o := range s.Poll.Options {
			f[fmt.Sprintf("poll.options[%d]", i)] = Text(o)
		}
		f["poll.multiple"] = fmt.Sprint(s.Poll.Multiple)
	}
	return f
}

// Fingerprint is the driver's.
func Fingerprint(s content.Segment) string { return fingerprint(Fields(s)) }

func fingerprint(fields map[string]string) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(fields)) {
		parts = append(parts, k, fields[k])
	}
	return content.Digest(parts...)
}

// Text returns s as the platform shows it.
func Text(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = shortenLinks(strings.TrimRightFunc(l, unicode.IsSpace))
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

func shortenLinks(line string) string {
	if !strings.Contains(line, "://") {
		return line
	}
	words := strings.Split(line, " ")
	for i, w := range words {
		if strings.HasPrefix(w, "https://") || strings.HasPrefix(w, "http://") {
			words[i] = "mem.example/" + content.Digest(w)[:8]
		}
	}
	return strings.Join(words, " ")
}

func mediaID(m content.Attachment) string {
	return "m-" + content.Digest(m.SHA256, m.File)[:12]
}
