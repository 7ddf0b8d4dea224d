package measure

import (
	"os"
	"regexp"
	"strconv"
	"testing"
)

var row = regexp.MustCompile("(?m)^\\| `([a-z0-9_]+)` \\| `(.*)` \\| (\\d+) \\|$")

// What docs/measure.md says a text counts as is what it counts as.
func TestExamplesOfThePage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/measure.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, m := range row.FindAllStringSubmatch(string(page), -1) {
		text, err := strconv.Unquote(`"` + m[2] + `"`)
		if err != nil {
			t.Errorf("%s: %v", m[2], err)
		}
		seen[m[1]]++
		if want, _ := strconv.Atoi(m[3]); Length(m[1], text) != want {
			t.Errorf("%s: %q: %d; the page says %d", m[1], text, Length(m[1], text), want)
		}
	}
	for _, unit := range Units() {
		if seen[string(unit)] == 0 {
			t.Errorf("%s has no example", unit)
		}
	}
	for unit := range things {
		if seen[string(unit)] == 0 {
			t.Errorf("%s has no example", unit)
		}
	}
}
