// Command discordspec makes the table of engine/provider/discord/discordtest anew:
// for the operations, types and fields that the table names it writes down what a
// given OpenAPI document of Discord (specs/openapi.json of
// github.com/discord/discord-api-spec) says of their types, of whether they are
// required, and of their bounds. Names that are gone are an error, and what a
// request newly requires is added.
//
//	go run ./scripts/discordspec -source "discord/discord-api-spec specs/openapi.json @74fda0f (2026-07-18)" openapi.json
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
)

func main() {
	table := flag.String("table", "engine/provider/discord/discordtest/spec.txt", "the table, read and written")
	source := flag.String("source", "", "which repository the document is of, at which commit, and of when")
	flag.Parse()
	if err := run(*table, *source, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "discordspec:", err)
		os.Exit(1)
	}
}

func run(table, source, file string) error {
	if source == "" || file == "" {
		return errors.New(`usage: discordspec -source "REPOSITORY @COMMIT (DATE)" openapi.json`)
	}
	old, err := os.ReadFile(table)
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	d := document{own: map[string]object{}}
	if err := json.Unmarshal(raw, &d.root); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	out, err := d.write(source, read(string(old)))
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return os.WriteFile(table, out, 0o644)
}

// block is an operation ("POST /path") or a type, with the names of what the
// table has under it: of an operation "query wait", "body T", "200 T".
type block struct {
	head  string
	names []string
}

func read(table string) []block {
	var all []block
	for line := range strings.Lines(table) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || strings.HasPrefix(line, "#"):
		case !strings.HasPrefix(line, " "):
			all = append(all, block{head: strings.Join(words, " ")})
		default:
			at := &all[len(all)-1]
			n := 1
			if strings.Contains(at.head, " ") {
				n = min(len(words), 2)
			}
			at.names = append(at.names, strings.TrimSuffix(strings.Join(words[:n], " "), "!"))
		}
	}
	return all
}

const header = `# Discord HTTP API %v, from %s: what the provider sends and what it
# reads. Operations have parameters, a body's type and the types of answers by status; ! is required, ? may be null, [T] is an
# array; len, items and range are bounds of texts, arrays and numbers. Made anew by scripts/discordspec.
`

func (d document) write(source string, table []block) ([]byte, error) {
	var b bytes.Buffer
	info, _ := d.root["info"].(object)
	fmt.Fprintf(&b, header, info["version"], source)
	for _, bl := range table {
		if !strings.Contains(bl.head, " ") {
			d.own[bl.head] = d.component(bl.head)
		}
	}
	for _, bl := range table {
		lines, err := d.lines(bl)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", bl.head, err)
		}
		fmt.Fprintln(&b, bl.head)
		for _, l := range lines {
			fmt.Fprintln(&b, " ", l)
		}
	}
	return b.Bytes(), nil
}

func (d document) lines(bl block) ([]string, error) {
	method, path, isOperation := strings.Cut(bl.head, " ")
	if !isOperation {
		return d.typeLines(bl)
	}
	item, _ := d.at("paths", path)
	operation, _ := item[strings.ToLower(method)].(object)
	if operation == nil {
		return nil, fmt.Errorf("there is no such operation")
	}
	parameters := append(objects(item["parameters"]), objects(operation["parameters"])...)
	var out []string
	for _, name := range d.withRequired(bl.names, parameters) {
		line, err := d.part(parameters, operation, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, line)
	}
	return out, nil
}
