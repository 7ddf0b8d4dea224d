package migrate

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/format"
	"github.com/smmctl/smmctl/engine/render"
	"github.com/smmctl/smmctl/engine/scaffold"
)

// front is front matter as it is written. Every word of a stranger's is quoted.
type front struct{ strings.Builder }

func (f *front) raw(s string)             { f.WriteString(s) }
func (f *front) add(key, value string)    { f.raw(key + ": " + value + "\n") }
func (f *front) quoted(key, value string) { f.add(key, quote(value)) }

// address writes an address where it is one.
func (f *front) address(w *writer, p *Post, key, address, form string) {
	switch {
	case address == "":
	case webAddress(address):
		f.add(key, fmt.Sprintf(form, quote(address)))
	default:
		w.note(p.Where, "%s: %q is no web address: left out", key, clip(address))
	}
}

// quote writes a word as YAML in double quotes, which knows Go's escapes.
func quote(s string) string {
	return strconv.QuoteToGraphic(strings.TrimSpace(render.Plain(s)))
}

// listOf writes ids as the items of a YAML list.
func listOf(ids []string) string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = scaffold.Value(id)
	}
	return strings.Join(out, ", ")
}

// either quotes a word, or another where there is nothing of it.
func either(s, or string) string {
	if q := quote(s); q != `""` {
		return q
	}
	return quote(or)
}

// quoteAll quotes words, without what is empty or there already.
func quoteAll(words []string) []string {
	var out []string
	for _, w := range words {
		if q := quote(w); q != `""` && !slices.Contains(out, q) {
			out = append(out, q)
		}
	}
	return out
}

// when writes a time in the workspace's zone, with its offset only where the
// zone has the hour twice.
func (w *writer) when(at time.Time, day bool) string {
	local := at.In(w.plan.Zone).Truncate(time.Minute)
	if day {
		return local.Format(time.DateOnly)
	}
	plain := local.Format("2006-01-02T15:04")
	if parsed, err := content.ParseTime(plain); err == nil {
		if again, err := parsed.In(w.plan.Zone); err == nil && again.Equal(local) {
			return plain
		}
	}
	return local.Format("2006-01-02T15:04-07:00")
}

// id is made of the source's name for the post, else of its day and its first
// words.
func (w *writer) id(p *Post) string {
	name := slug(p.Name, 60)
	if name == "" {
		name = firstWords(p.Parts)
		day, hour := "", ""
		if !p.At.IsZero() {
			local := p.At.In(w.plan.Zone)
			day, hour = local.Format(time.DateOnly)+"-", local.Format("1504")
		}
		if name == "" {
			name = hour
		}
		name = day + name
	}
	if len(name) < 3 {
		name = strings.Trim("post-"+name, "-")
	}
	return w.ids.unique(name)
}

// firstWords is made of the first line that has words.
func firstWords(parts []string) string {
	for _, part := range parts {
		for line := range strings.Lines(part) {
			if name := slug(line, 40); name != "" {
				return name
			}
		}
	}
	return ""
}

// names are ids that are taken, and the number from which a second of the name
// is counted.
type names map[string]int

// unique numbers a name that is taken.
func (n names) unique(name string) string {
	id := name
	for n[id] > 0 {
		n[name]++
		id = fmt.Sprintf("%s-%d", name, n[name])
	}
	n[id] = 1
	return id
}

// slug makes an id of words: a-z, 0-9 and hyphens, cut between words. Addresses
// make no words. It may be empty.
func slug(text string, size int) string {
	var b strings.Builder
	for word := range strings.FieldsSeq(text) {
		if strings.Contains(word, "://") {
			continue
		}
		part := slugWord(word)
		if part == "" {
			continue
		}
		if b.Len()+len(part) > size {
			if b.Len() == 0 {
				b.WriteString(part[:size])
			}
			break
		}
		b.WriteString(part + "-")
	}
	return strings.Trim(b.String(), "-")
}

func slugWord(word string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(word) {
		switch latin := cyrillic[r]; {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case latin != "":
			b.WriteString(latin)
		case r == '-' || r == '_' || r == '.' || r == '/':
			b.WriteByte('-')
		}
	}
	out := strings.Trim(b.String(), "-")
	for strings.Contains(out, "--") {
		out = strings.ReplaceAll(out, "--", "-")
	}
	return out
}

// cyrillic is how Russian letters are written in ids. The hard and the soft sign
// are left out.
var cyrillic = func() map[rune]string {
	out := map[rune]string{}
	letters := []rune("абвгдеёжзийклмнопрстуфхцчшщыэюя")
	latin := strings.Fields("a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch y e iu ia")
	for i, r := range letters {
		out[r] = latin[i]
	}
	return out
}()

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

const maxBrief = 2000

// slot adds a slot to its month.
func (w *writer) slot(s *Slot) {
	local := s.At.In(w.plan.Zone)
	if s.Day {
		local = s.At // a day is the same everywhere
	}
	id := local.Format(time.DateOnly)
	if name := slug(s.Name, 40); name != "" {
		id += "-" + name
	} else {
		id += "-event"
	}
	at := w.when(s.At, false)
	flexible := ""
	if s.Day {
		at, flexible = local.Format(time.DateOnly), "    flexible: true\n"
	}
	brief := []rune(render.Plain(s.Brief))
	if len(brief) > maxBrief {
		w.note(s.Where, "its words are cut after %d characters", maxBrief)
		brief = brief[:maxBrief]
	}
	text := "  - id: " + scaffold.Value(w.slotIDs.unique(id)) + "\n    at: " + at + "\n    accounts: [" + listOf(w.slotAccounts()) + "]\n"
	if len(brief) > 0 {
		text += "    brief: " + quote(string(brief)) + "\n"
	}
	m := local.Format("2006-01")
	w.months[m] = append(w.months[m], text+flexible)
	w.sum.Slots++
}

func (w *writer) slotAccounts() []string {
	var out []string
	for _, name := range sortedKeys(w.wishes) {
		out = append(out, w.wishes[name].ID)
	}
	if len(out) == 0 {
		return []string{w.start.Account}
	}
	return out
}

// month makes sure that a month has a plan.
func (w *writer) month(at time.Time) {
	m := at.In(w.plan.Zone).Format("2006-01")
	if w.months[m] == nil {
		w.months[m] = []string{}
	}
}

func (w *writer) planFile(month string) error {
	text := "month: " + month + "\n"
	if slots := w.months[month]; len(slots) > 0 {
		text += "slots:\n" + strings.Join(slots, "")
	}
	out, err := format.YAML([]byte(text), format.Plan)
	if err != nil {
		return fmt.Errorf("the plan of %s cannot be written: %w", month, err)
	}
	w.out.Files = append(w.out.Files, scaffold.File{Path: "content/" + w.start.Brand + "/" + month + "/plan.yaml", Data: out})
	return nil
}
