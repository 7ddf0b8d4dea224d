// Command vkschema makes the table of engine/provider/vk/vktest anew: for the
// methods, parameters, types and fields that the table names it writes down what a
// checkout of VK's published schema says of their tokens, types, bounds and values,
// and of whether they are required; and which error codes the methods may give.
//
//	go run ./scripts/vkschema -source "VKCOM/vk-api-schema @0efe478 (2025-01-21), taken 2026-11-24" CHECKOUT
//
// What is gone is an error, and what is newly required is added. Values that the
// table has chosen stay, and so does a fact with a + that the schema lacks. The
// same checkout gives the same bytes. It imports the standard library only.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
)

func main() {
	table := flag.String("table", "engine/provider/vk/vktest/spec.txt", "the table, read and written")
	source := flag.String("source", "", "which repository the checkout is of, at which commit, and of when")
	flag.Parse()
	if err := run(*table, *source, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "vkschema:", err)
		os.Exit(1)
	}
}

func run(table, source, checkout string) error {
	if source == "" || checkout == "" {
		return errors.New(`usage: vkschema -source "REPOSITORY @COMMIT (DATE)" CHECKOUT`)
	}
	old, err := os.ReadFile(table)
	if err != nil {
		return err
	}
	s, err := read(checkout)
	if err != nil {
		return err
	}
	text, err := anew(s, source, sections(string(old)))
	if err != nil {
		return fmt.Errorf("%s: %w", checkout, err)
	}
	return os.WriteFile(table, []byte(text), 0o644)
}

// section is a method, a type or the errors: a heading and what is under it.
type section struct {
	line
	facts []line
}

// line is a name and what the table says of it.
type line struct {
	name  string
	words []string
}

func sections(table string) []section {
	var out []section
	for text := range strings.Lines(table) {
		words := strings.Fields(text)
		switch {
		case len(words) == 0 || strings.HasPrefix(text, "#"):
		case !strings.HasPrefix(text, " "):
			out = append(out, section{line: line{words[0], words[1:]}})
		case len(out) > 0:
			at := &out[len(out)-1]
			at.facts = append(at.facts, line{strings.TrimSuffix(words[0], "!"), words[1:]})
		}
	}
	return out
}

const head = `# VK's API %s, from %s: what the provider sends, what it reads of the
# answers, and what the tests' server writes into them. Made anew by scripts/vkschema.
# A method: the tokens that may call it -> its answer; under it its parameters.
# ! is required, [] a list, A..B a range, A|B the only values, ref an OWNER_NUMBER.
# + is not in the schema, but on VK's own page of the method (dev.vk.com, read 2026-11-24).
# Under errors: the codes of these methods, and our names for those that the server gives.
`

// anew writes the table. A type stands below whatever leads to it, for that says
// which of the schema's types it is.
func anew(s *schema, source string, table []section) (string, error) {
	w := &writer{schema: s, types: map[string]object{}}
	fmt.Fprintf(w, head, s.version, source)
	var methods []string
	for _, part := range table {
		err := error(nil)
		switch {
		case part.name == "errors":
			err = w.errors(part, methods)
		case len(part.words) > 0:
			methods = append(methods, part.name)
			err = w.method(part)
		default:
			err = w.typed(part)
		}
		if err != nil {
			return "", fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return w.String(), nil
}
