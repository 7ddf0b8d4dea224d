package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// letters is a document of a post office.
const letters = `{"info":{"version":"7"},"paths":{"/boxes/{box}":{
 "parameters":[{"name":"box","in":"path","required":true,"schema":{"$ref":"#/components/schemas/Number"}}],
 "post":{
  "parameters":[{"name":"slow","in":"query","schema":{"type":"boolean"}},{"name":"stamp","in":"query","required":true,"schema":{"type":"string","maxLength":9}}],
  "requestBody":{"content":{"application/json":{"schema":{"anyOf":[{"$ref":"#/components/schemas/Letter"},{"$ref":"#/components/schemas/Card"}]}}}},
  "responses":{"200":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/LetterResponse"}}}},"204":{},"4XX":{"$ref":"#/components/responses/Lost"}}},
 "patch":{"requestBody":{"content":{"application/json":{"schema":{"type":"object","properties":{"paint":{"type":["string","null"]}}}}}}}}},
"components":{
 "responses":{"Lost":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/LostResponse"}}}}},
 "schemas":{
  "Number":{"type":"string","format":"snowflake","pattern":"^[0-9]+$"},
  "Inks":{"type":"string","oneOf":[{"const":"blue"},{"const":"red"}]},
  "Sheet":{"type":"object","properties":{"lines":{"type":"integer","minimum":1,"maximum":16777215},"crest":{"$ref":"#/components/schemas/Card"}}},
  "Card":{"type":"object","properties":{"text":{"type":"string"}}},
  "Letter":{"type":"object","required":["to"],"properties":{
   "to":{"$ref":"#/components/schemas/Number"},
   "sheets":{"type":["array","null"],"maxItems":3,"items":{"$ref":"#/components/schemas/Sheet"}},
   "inks":{"type":"array","minItems":1,"uniqueItems":true,"items":{"oneOf":[{"type":"null"},{"$ref":"#/components/schemas/Inks"}]}},
   "cover":{"oneOf":[{"type":"null"},{"$ref":"#/components/schemas/Sheet"}]},
   "unused":{"type":"string"}}},
  "LetterResponse":{"type":"object","required":["at","kind"],"properties":{
   "at":{"type":"string","format":"date-time"},"kind":{"allOf":[{"$ref":"#/components/schemas/Number"}],"type":"integer","enum":[1]}}},
  "Tree":{"oneOf":[{"type":"object","additionalProperties":{"$ref":"#/components/schemas/Tree"}},{"$ref":"#/components/schemas/Card"}]},
  "LostResponse":{"type":"object","allOf":[{"type":"object","required":["why"],"properties":{"why":{"type":"string"}}},{"properties":{"tree":{"$ref":"#/components/schemas/Tree"}}}]}}}}`

const named = `# old
POST /boxes/{box}
  path box
  query slow! number
  body Letter
  200 LetterResponse
  204
  4XX LostResponse
PATCH /boxes/{box}
  body Paint
Paint
  paint integer
Letter
  sheets
  inks
  cover string
LetterResponse
  kind
LostResponse
  why
  tree
Sheet
  lines! string len=..4
`

const anew = `POST /boxes/{box}
  path box! string:snowflake
  query slow boolean
  body Letter
  200 LetterResponse
  204
  4XX LostResponse
  query stamp! string len=..9
PATCH /boxes/{box}
  body Paint
Paint
  paint string?
Letter
  sheets [Sheet]? items=..3
  inks [string?] items=1.. unique enum=blue|red
  cover Sheet?
  to! string:snowflake
LetterResponse
  kind! integer enum=1
LostResponse
  why! string
  tree object
Sheet
  lines integer range=1..16777215
`

// TestAnew: what the table names keeps its place and gets its types and bounds;
// what a request requires is added; what is gone is an error.
func TestAnew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	table, file := filepath.Join(dir, "spec.txt"), filepath.Join(dir, "openapi.json")
	put := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(file, letters)
	put(table, named)
	for range 2 { // what it made, it makes again
		if err := run(table, "some source @abc", file); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(table)
		if err != nil {
			t.Fatal(err)
		}
		head, rest, _ := strings.Cut(string(got), "\nPOST ")
		if rest = "POST " + rest; rest != anew {
			t.Errorf("%s\nwant %s", rest, anew)
		}
		if !strings.HasPrefix(head, "# Discord HTTP API 7, from some source @abc") {
			t.Errorf("%s", head)
		}
	}
	for name, text := range map[string]string{
		"an operation":           "PUT /boxes/{box}\n",
		"a parameter":            "POST /boxes/{box}\n  query fast\n",
		"an answer":              "POST /boxes/{box}\n  201 LetterResponse\n",
		"a type":                 "Telegram\n  text\n",
		"a field":                "Card\n  txet\n",
		"a body of another type": "POST /boxes/{box}\n  body Sheet\nSheet\n  lines\n",
		"an answer without body": "POST /boxes/{box}\n  200\n",
		"an answer with a body":  "POST /boxes/{box}\n  204 LetterResponse\nLetterResponse\n  at\n",
		"an object of no type":   "Sheet\n  crest\n",
	} {
		put(table, text)
		if err := run(table, "some source @abc", file); err == nil {
			t.Errorf("%s: that is no error", name)
		}
	}
}

// TestUsage: a table says where it is from, so that it cannot be made without.
func TestUsage(t *testing.T) {
	t.Parallel()
	for _, given := range [][2]string{{"", "api.json"}, {"some source @abc", ""}} {
		if err := run("spec.txt", given[0], given[1]); err == nil || !strings.Contains(err.Error(), "usage") {
			t.Errorf("source %q, file %q: %v", given[0], given[1], err)
		}
	}
}
