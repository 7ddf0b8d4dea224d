package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// Providers is the matrix for programs. Durations are written as in a
// workspace's files (90m, 1h30m; 0 for none), and lists are never null.
func Providers(drivers []*provider.Driver) any {
	type row struct {
		Name         string            `json:"name"`
		Facility     provider.Facility `json:"facility"`
		Capabilities fields            `json:"capabilities"`
		Limits       fields            `json:"limits"`
	}
	rows := []row{}
	for _, d := range drivers {
		rows = append(rows, row{d.Name, d.Facility, fieldsOf(d.Capabilities), fieldsOf(d.Limits)})
	}
	return struct {
		FormatVersion int   `json:"format_version"`
		Providers     []row `json:"providers"`
	}{1, rows}
}

// field is one figure under its name in JSON.
type field struct {
	name  string
	value any
}

// fields are a struct's, in its order.
type fields []field

func fieldsOf(v any) (out fields) {
	s := reflect.ValueOf(v)
	for i := range s.NumField() {
		name, _, _ := strings.Cut(s.Type().Field(i).Tag.Get("json"), ",")
		value := s.Field(i).Interface()
		switch x := value.(type) {
		case time.Duration:
			value = content.FormatDuration(x)
		case []string:
			value = append([]string{}, x...)
		case map[string]string:
			value = maps.Collect(maps.All(x)) // never null
		}
		out = append(out, field{name, value})
	}
	return out
}

// MarshalJSON writes an object that keeps the order.
func (f fields) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, x := range f {
		if i > 0 {
			b.WriteByte(',')
		}
		value, err := json.Marshal(x.value)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%q:%s", x.name, value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Providers writes the matrix: a column a platform.
func (p *Printer) Providers(drivers []*provider.Driver) {
	for i, t := range tables(drivers) {
		if i > 0 {
			p.printf("\n")
		}
		p.Table(append([]string{t.title}, names(drivers)...), t.rows)
	}
}

// table is one half of the matrix; its rows are named as in JSON.
type table struct {
	title string
	rows  [][]string
}

func tables(drivers []*provider.Driver) []table {
	can, bounds := table{title: "CAPABILITIES"}, table{title: "LIMITS"}
	for _, d := range drivers {
		can.add(append(fields{{"facility", string(d.Facility)}}, fieldsOf(d.Capabilities)...))
		bounds.add(fieldsOf(d.Limits))
	}
	return []table{can, bounds}
}

// add appends a column.
func (t *table) add(column fields) {
	for i, f := range column {
		if i == len(t.rows) {
			t.rows = append(t.rows, []string{f.name})
		}
		t.rows[i] = append(t.rows[i], cell(f))
	}
}

func names(drivers []*provider.Driver) (out []string) {
	for _, d := range drivers {
		out = append(out, d.Name)
	}
	return out
}

func cell(f field) string {
	switch x := f.value.(type) {
	case bool:
		if x {
			return "yes"
		}
		return "-"
	case []string:
		return orDash(x)
	case map[string]string:
		return orDash(slices.Sorted(maps.Keys(x)))
	case int64:
		if strings.HasSuffix(f.name, "_bytes") && x > 0 {
			return Bytes(x)
		}
	}
	if text := fmt.Sprint(f.value); text != "0" && text != "" {
		return text
	}
	return "-"
}

func orDash(list []string) string {
	if len(list) == 0 {
		return "-"
	}
	return strings.Join(list, " ")
}

// ProvidersPage is docs/providers/README.md.
func ProvidersPage(drivers []*provider.Driver) string {
	var b strings.Builder
	b.WriteString(pageHead)
	for _, t := range tables(drivers) {
		b.WriteString("\n## " + t.title[:1] + strings.ToLower(t.title[1:]) + "\n\n| |")
		for _, n := range names(drivers) {
			b.WriteString(" " + n + " |")
		}
		b.WriteString("\n|---|" + strings.Repeat("---|", len(drivers)) + "\n")
		for _, row := range t.rows {
			b.WriteString("| `" + row[0] + "` | " + strings.Join(row[1:], " | ") + " |\n")
		}
	}
	return b.String()
}

const pageHead = `# What each platform can do

Made from the providers' own data by ` + "`make docs`" + `; ` + "`smmctl providers`" + ` prints the same. These are a kind of platform's usual
figures: what a server allows is read from it when an account is opened, and remembered in the ledger.

In the JSON of ` + "`smmctl providers --json`" + ` the rows have the same names. Sizes are bytes; durations are written as in a
workspace's files (` + "`90m`, `6h`, `3d`" + `, or a sum such as ` + "`1d12h`" + `; ` + "`0`" + ` for none). A limit of 0 means that none is known. ` + "`facility`" + ` is what
the platform offers against publishing twice: a key that we choose (` + "`client_key`" + `), one that it remembers for a while
(` + "`idempotency_key`" + `), a listing to read back (` + "`read_back`" + `), or nothing (` + "`none`" + `).
`

// Bytes writes a size for people.
func Bytes(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.4g MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.4g KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}
