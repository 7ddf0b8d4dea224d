package all_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"testing"

	"github.com/smmctl/smmctl/engine/measure"
	"github.com/smmctl/smmctl/engine/provider/all"
)

// Each row is complete: what reads the table need not look twice.
func TestDrivers(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	units := measure.Units()
	form := regexp.MustCompile(`^[a-z][a-z0-9]*$`)
	for _, d := range all.Drivers() {
		if seen[d.Name] || !form.MatchString(d.Name) {
			t.Errorf("name %q is not one, or not the only one", d.Name)
		}
		seen[d.Name] = true
		if d.Open == nil || d.Fingerprint == nil || d.Facility == "" || len(d.Capabilities.Formats) == 0 || d.Capabilities.Markup == "" {
			t.Errorf("%s: incomplete: %+v", d.Name, d)
		}
		if d.Limits.Characters > 0 && !slices.Contains(units, measure.Unit(d.Limits.Unit)) {
			t.Errorf("%s: unit %q is unknown", d.Name, d.Limits.Unit)
		}
		for what, schema := range map[string]string{"post": d.PostOptions, "account": d.AccountOptions} {
			if schema != "" && !json.Valid([]byte(schema)) {
				t.Errorf("%s: the schema of its %s options is no JSON", d.Name, what)
			}
		}
	}
}

// A driver counts as the table of package measure says, where both know a network.
func TestDriversCountAsMeasured(t *testing.T) {
	t.Parallel()
	for _, d := range all.Drivers() {
		n, ok := measure.Lookup(d.Name)
		if !ok {
			continue
		}
		l := d.Limits
		if l.Characters != n.Limit || l.Unit != string(n.Unit) || l.Caption != n.Caption {
			t.Errorf("%s: %d (%d with media) in %s; the table says %d (%d) in %s",
				d.Name, l.Characters, l.Caption, l.Unit, n.Limit, n.Caption, n.Unit)
		}
		bytes := 0
		for _, b := range n.Also {
			if b.Unit == measure.Bytes {
				bytes = b.Limit
			}
		}
		if l.TextBytes != bytes {
			t.Errorf("%s: %d bytes of text; the table says %d", d.Name, l.TextBytes, bytes)
		}
	}
}

// Nobody can change another's table.
func TestDriversAreNew(t *testing.T) {
	t.Parallel()
	all.Drivers()[0].Name = "changed"
	if all.Drivers()[0].Name == "changed" {
		t.Error("the table is shared")
	}
}
