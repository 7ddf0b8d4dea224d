// Command telegramspec makes the table of engine/provider/telegram/telegramtest
// anew: for the methods, types and fields that the table names it writes down what
// a given api.json, of PaulSonOfLars/telegram-bot-api-spec, says of their types and
// of whether they are required. Names that are gone are an error, and what is
// newly required is added.
//
//	go run ./scripts/telegramspec -source "PaulSonOfLars/telegram-bot-api-spec @160fd99 (2026-06-18)" api.json
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
)

type field struct {
	Name     string   `json:"name"`
	Types    []string `json:"types"`
	Required bool     `json:"required"`
}

type entry struct {
	Fields   []field  `json:"fields"`
	Subtypes []string `json:"subtypes"`
}

type api struct {
	Version string           `json:"version"`
	Date    string           `json:"release_date"`
	Methods map[string]entry `json:"methods"`
	Types   map[string]entry `json:"types"`
}

// selection is what the table names, in its order.
type selection struct {
	names  []string
	fields map[string][]string
}

func main() {
	table := flag.String("table", "engine/provider/telegram/telegramtest/spec.txt", "the table, read and written")
	source := flag.String("source", "", "which repository the api.json is of, at which commit, and of when")
	flag.Parse()
	if err := run(*table, *source, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "telegramspec:", err)
		os.Exit(1)
	}
}

func run(table, source, file string) error {
	if source == "" || file == "" {
		return errors.New(`usage: telegramspec -source "REPOSITORY @COMMIT (DATE)" api.json`)
	}
	old, err := os.ReadFile(table)
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var a api
	if err := json.Unmarshal(raw, &a); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	out, err := write(a, source, read(string(old)))
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return os.WriteFile(table, out, 0o644)
}

func read(table string) selection {
	s := selection{fields: map[string][]string{}}
	for line := range strings.Lines(table) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case name == "" || strings.HasPrefix(name, "#"):
		case !strings.HasPrefix(line, " "):
			s.names = append(s.names, name)
		default:
			at := s.names[len(s.names)-1]
			s.fields[at] = append(s.fields[at], strings.TrimSuffix(name, "!"))
		}
	}
	return s
}

func write(a api, source string, s selection) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s (%s), from %s: what the provider sends, with the types that\n", a.Version, a.Date, source)
	fmt.Fprintf(&b, "# the specification gives it; ! is required. Made anew by scripts/telegramspec.\n")
	for _, name := range s.names {
		e, known := a.Methods[name]
		if !known {
			e, known = a.Types[name]
		}
		if !known {
			return nil, fmt.Errorf("there is no %s", name)
		}
		fmt.Fprintf(&b, "%s\n", strings.TrimRight(name+" "+s.types(e.Subtypes), " "))
		if err := s.writeFields(&b, name, e); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

func (s selection) writeFields(b *bytes.Buffer, name string, e entry) error {
	known := map[string]bool{}
	for _, f := range e.Fields {
		known[f.Name] = true
		if !f.Required && !slices.Contains(s.fields[name], f.Name) {
			continue
		}
		mark := map[bool]string{true: "!"}[f.Required]
		fmt.Fprintf(b, "  %s%s %s\n", f.Name, mark, s.types(f.Types))
	}
	for _, f := range s.fields[name] {
		if !known[f] {
			return fmt.Errorf("%s has no %s", name, f)
		}
	}
	return nil
}

// types joins alternatives, without the named types that the table has not.
func (s selection) types(all []string) string {
	var out []string
	for _, t := range all {
		base := strings.TrimPrefix(t, "Array of ")
		if slices.Contains([]string{"Integer", "String", "Boolean", "InputFile"}, base) || slices.Contains(s.names, base) {
			out = append(out, t)
		}
	}
	return strings.Join(out, "|")
}
