package discordtest

import (
	_ "embed"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// specText is made anew by scripts/discordspec.
//
//go:embed spec.txt
var specText string

// fact is what the table says of a field or a parameter. Its bounds are those of
// whatever it holds: of texts, of arrays and of numbers.
type fact struct {
	typ                  string // as in the table: string:snowflake, [RichEmbed]?
	required             bool
	length, items, value span
	unique               bool
	enum                 []string
}

type span struct{ low, high float64 }

func (s span) holds(n float64) bool { return n >= s.low && n <= s.high }

// block is what stands under one head: fields by their names, parameters by "path
// x" and "query x", and types by "body" and by the status of an answer.
type block map[string]fact

// spec has the operations, by method and path, and the types.
var spec = readSpec(specText)

func readSpec(text string) map[string]block {
	out := map[string]block{}
	var at block
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "#"):
		case !strings.HasPrefix(line, " "):
			at = block{}
			out[strings.Join(words, " ")] = at
		default:
			if words[0] == "path" || words[0] == "query" {
				words = append([]string{words[0] + " " + words[1]}, words[2:]...)
			}
			name, f := readFact(words)
			at[name] = f
		}
	}
	return out
}

// readFact reads "name! type bound…"; an answer without a body has no type.
func readFact(words []string) (string, fact) {
	all := span{math.Inf(-1), math.Inf(1)}
	f := fact{length: all, items: all, value: all}
	name := strings.TrimSuffix(words[0], "!")
	f.required = name != words[0]
	if len(words) == 1 {
		return name, f
	}
	f.typ = words[1]
	for _, b := range words[2:] {
		switch key, value, _ := strings.Cut(b, "="); key {
		case "len":
			f.length = readSpan(value)
		case "items":
			f.items = readSpan(value)
		case "range":
			f.value = readSpan(value)
		case "unique":
			f.unique = true
		case "enum":
			f.enum = strings.Split(value, "|")
		default:
			panic(fmt.Sprintf("the table has a bound %q", b)) // the table is part of the program
		}
	}
	return name, f
}

func readSpan(text string) span {
	s := span{math.Inf(-1), math.Inf(1)}
	low, high, _ := strings.Cut(text, "..")
	for _, end := range []struct {
		text string
		into *float64
	}{{low, &s.low}, {high, &s.high}} {
		if end.text == "" {
			continue
		}
		n, err := strconv.ParseFloat(end.text, 64)
		must(err)
		*end.into = n
	}
	return s
}

func must(err error) {
	if err != nil {
		panic(err) // the table is part of the program
	}
}

// answer is the type of an operation's answer.
func (b block) answer(status int) (typ string, known bool) {
	exact := strconv.Itoa(status)
	for _, name := range []string{exact, exact[:1] + "XX"} {
		if f, there := b[name]; there {
			return f.typ, true
		}
	}
	return "", false
}
