// Command measuredata makes the tables of engine/measure from the modules in
// go.mod, which publish them: top-level domains outside ASCII (x/net, the public
// suffix list), pictographs and the test cases of Unicode's grapheme clusters
// (uniseg). Run it in the repository's root after either module was updated.
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

const out = "engine/measure"

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	for module, make := range map[string]func(dir string) error{
		"golang.org/x/net":       domains,
		"github.com/rivo/uniseg": unicodeTables,
	} {
		dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
		if err != nil {
			return fmt.Errorf("%s: %w", module, err)
		}
		if err := make(strings.TrimSpace(string(dir))); err != nil {
			return fmt.Errorf("%s: %w", module, err)
		}
	}
	return nil
}

var (
	count   = regexp.MustCompile(`const numICANNRules = (\d+)`)
	rule    = regexp.MustCompile(`(?m)^\t"([^"]+)",$`)
	version = regexp.MustCompile(`const version = "([^"]+)"`)
	picture = regexp.MustCompile(`\{0x([0-9A-F]+), 0x([0-9A-F]+), prExtendedPictographic`)
	example = regexp.MustCompile(`(?m)original: ("[^"]*"), +expected: .*// (.*)$`)
	source  = regexp.MustCompile(`https://www\.unicode\.org/Public/[^ \n]+`)
)

// domains writes the top-level domains outside ASCII.
func domains(dir string) error {
	list, err := os.ReadFile(filepath.Join(dir, "publicsuffix", "table_test.go"))
	if err != nil {
		return err
	}
	table, err := os.ReadFile(filepath.Join(dir, "publicsuffix", "table.go"))
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(string(count.FindSubmatch(list)[1]))
	if err != nil {
		return err
	}
	var names []string
	for _, m := range rule.FindAllSubmatch(list, n) {
		name := string(m[1])
		if !strings.HasPrefix(name, "xn--") || strings.Contains(name, ".") {
			continue
		}
		foreign, err := idna.Punycode.ToUnicode(name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		names = append(names, foreign)
	}
	slices.Sort(names)
	var b bytes.Buffer
	fmt.Fprintf(&b, "// foreignDomains are the top-level domains outside ASCII:\n// %s.\nvar foreignDomains = set(\n", version.FindSubmatch(table)[1])
	for chunk := range slices.Chunk(names, 8) {
		for _, name := range chunk {
			fmt.Fprintf(&b, "%q, ", name)
		}
		b.WriteByte('\n')
	}
	b.WriteString(")\n")
	return write("domains_table.go", b.Bytes())
}

// unicodeTables writes the pictographs and the cases of grapheme clusters.
func unicodeTables(dir string) error {
	properties, err := os.ReadFile(filepath.Join(dir, "graphemeproperties.go"))
	if err != nil {
		return err
	}
	cases, err := os.ReadFile(filepath.Join(dir, "graphemebreak_test.go"))
	if err != nil {
		return err
	}
	if err := pictographs(properties); err != nil {
		return err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n# Copyright Unicode, Inc. https://www.unicode.org/license.txt\n", source.Find(cases))
	for _, m := range example.FindAllSubmatch(cases, -1) {
		fmt.Fprintf(&b, "%s\t%s\n", m[1], m[2])
	}
	return os.WriteFile(filepath.Join(out, "testdata", "grapheme-breaks.txt"), b.Bytes(), 0o644)
}

func pictographs(properties []byte) error {
	var ranges [][2]int64
	for _, m := range picture.FindAllSubmatch(properties, -1) {
		lo, _ := strconv.ParseInt(string(m[1]), 16, 64)
		hi, _ := strconv.ParseInt(string(m[2]), 16, 64)
		if n := len(ranges); n > 0 && ranges[n-1][1]+1 == lo {
			ranges[n-1][1] = hi
		} else {
			ranges = append(ranges, [2]int64{lo, hi})
		}
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "// pictographs are the characters of the property Extended_Pictographic:\n// %s.\nvar pictographs = [][2]rune{\n", source.Find(properties))
	for chunk := range slices.Chunk(ranges, 6) {
		for _, r := range chunk {
			fmt.Fprintf(&b, "{0x%X, 0x%X}, ", r[0], r[1])
		}
		b.WriteByte('\n')
	}
	b.WriteString("}\n")
	return write("pictographs_table.go", b.Bytes())
}

func write(name string, body []byte) error {
	code, err := format.Source(append([]byte("// Made by scripts/measuredata. DO NOT EDIT.\n\npackage measure\n\n"), body...))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, name), code, 0o644)
}
