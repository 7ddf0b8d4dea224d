package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// checkout is a small schema in the form of VK's, written for this test.
var checkout = map[string]string{
	"errors.json": `{"version":"9.9","errors":{"e_all":{"code":1,"global":true},"e_own":{"code":70},"e_other":{"code":80}}}`,
	"shop/methods.json": `{"methods":[{"name":"shop.sell","access_token_type":["user","group"],"parameters":[
		{"name":"goods","required":true,"type":"array","items":{"type":"string","format":"value_object"}},
		{"name":"price","type":"integer","minimum":0,"maximum":9},
		{"name":"colour","$ref":"../shop/objects.json#/definitions/colour"},
		{"name":"whole","type":["integer","string"]},
		{"name":"unsent","type":"boolean"},
		{"name":"tight","type":"string","maxLength":5}],
		"responses":{"response":{"$ref":"../shop/responses.json#/definitions/sell"}},"errors":[{"$ref":"../errors.json#/errors/e_own"}]}]}`,
	"shop/objects.json": `{"definitions":{"colour":{"type":"string","enum":["red","green","blue"]},"flag":{"type":"integer","enum":[0,1]},
		"thing":{"type":"object","allOf":[{"type":"object","properties":{"id":{"type":"integer","required":true,"minimum":1}}},
			{"type":"object","properties":{"new":{"$ref":"../shop/objects.json#/definitions/flag"},"inner":{"type":"array","items":{"$ref":"../shop/objects.json#/definitions/thing"}}}}]}}}`,
	"shop/responses.json": `{"definitions":{"sell":{"type":"object","properties":{"response":{"type":"array","items":{"$ref":"../shop/objects.json#/definitions/thing"}}}}}}`,
}

// remade writes the schema and a table, and gives the table that is made of it.
func remade(t *testing.T, table string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range checkout {
		put(t, filepath.Join(dir, name), text)
	}
	file := filepath.Join(dir, "spec.txt")
	put(t, file, table)
	if err := run(file, "some source @abc", dir); err != nil {
		return "", err
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b), nil
}

func put(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// What the table names gets its types, bounds and marks; what is required is
// added; what was chosen, and our names, stay.
func TestAnew(t *testing.T) {
	t.Parallel()
	first, err := remade(t, "# old\nshop.sell user -> []item\n  price! string\n  whole\n  colour string red|blue\n  extra integer +\nitem\n  new\n  inner []item\nerrors\n  70 our own name\n  80\n")
	if err != nil {
		t.Fatal(err)
	}
	top, rest, _ := strings.Cut(first, "\nshop.sell")
	want := ` user|group -> []item
  price integer 0..9
  whole integer|string
  colour string red|blue
  extra integer +
  goods! []ref
item
  new integer 0|1
  inner []item
  id! integer 1..
errors
  1
  70 our own name
`
	if rest != want {
		t.Errorf("made %q\nwant %q", rest, want)
	}
	if !strings.HasPrefix(top, "# VK's API 9.9, from some source @abc:") || strings.Contains(top, "old") {
		t.Errorf("head %q", top)
	}
	if again, err := remade(t, first); err != nil || again != first {
		t.Errorf("made again: %v, %q", err, again)
	}
}

func TestWhatCannotBeMadeIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ table, says string }{
		"a method":       {"shop.buy user -> []item\n", "shop.buy"},
		"a parameter":    {"shop.sell user -> []item\n  prize\n", "no prize"},
		"a field":        {"shop.sell user -> []item\nitem\n  old\n", "item: it has no old"},
		"a value":        {"shop.sell user -> []item\n  colour string pink\n", "pink"},
		"a type":         {"shop.sell user -> []item\nthing\n", "thing: nothing"},
		"no type's name": {"shop.sell user -> []item\nitem\n  inner\n", "name a type"},
		"other bounds":   {"shop.sell user -> []item\n  tight\n", "maxLength"},
		"a named code":   {"shop.sell user -> []item\nerrors\n  80 gone\n", "80"},
	} {
		if _, err := remade(t, c.table); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := read(t.TempDir()); err == nil {
		t.Error("an empty folder is a schema")
	}
	if err := run("spec.txt", "", "checkout"); err == nil || !strings.Contains(err.Error(), "usage") {
		t.Errorf("a table without a source: %v", err)
	}
}
