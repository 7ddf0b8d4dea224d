package validate

import (
	"encoding/json"

	"github.com/smmctl/smmctl/engine/load"
	"github.com/smmctl/smmctl/engine/provider"
)

// optionSchemas are the providers' own schemas, by provider. A provider without
// one takes no options.
type optionSchemas struct{ post, account map[string]*load.Schema }

const noOptions = `{"type": "object", "additionalProperties": false}`

// compileOptions reads the drivers' schemas. One that cannot be read is a fault
// of the driver's, which its own test finds; it then checks nothing.
func compileOptions(drivers map[string]*provider.Driver) optionSchemas {
	out := optionSchemas{map[string]*load.Schema{}, map[string]*load.Schema{}}
	compile := func(into map[string]*load.Schema, name, src string) {
		if src == "" {
			src = noOptions
		}
		if s, err := load.CompileSchema("options-"+name+".json", []byte(src)); err == nil {
			into[name] = s
		}
	}
	for name, d := range drivers {
		compile(out.post, name, d.PostOptions)
		compile(out.account, name, d.AccountOptions)
	}
	return out
}

// options checks values against a provider's schema.
func (p place) options(field, driver string, values map[string]any, schema *load.Schema) (out findings) {
	if schema == nil {
		return nil
	}
	for _, pr := range schema.Check(plain(values)) {
		at := field
		if pr.Field != "" {
			at += "." + pr.Field
		}
		key := at
		if pr.Key {
			key += ":"
		}
		d := p.diag("provider-options", key, "%s: %s", driver, pr.Summary)
		d.Field, d.Detail, d.Hint = at, pr.Detail, pr.Hint
		out = append(out, d)
	}
	return out
}

// byProvider checks options that are written by provider's name.
func (c *checker) byProvider(p place, field string, options map[string]map[string]any) (out findings) {
	for _, name := range sorted(options) {
		if !c.names.providers[name] {
			d := suggest(p.diag("unknown-provider", field+"."+name+":", "provider %q does not exist: nothing reads these options", name), name, sorted(c.names.providers))
			out = append(out, d.Warn())
			continue
		}
		out = append(out, p.options(field+"."+name, name, options[name], c.schemas.post[name])...)
	}
	return out
}

// plain returns values as JSON has them, which is what a schema can be asked
// about, where they are not plain already.
func plain(values map[string]any) any {
	for _, v := range values {
		switch v.(type) {
		case nil, bool, string, float64, int, int64, json.Number:
		default:
			return throughJSON(values)
		}
	}
	return any(values)
}

func throughJSON(values map[string]any) any {
	b, err := json.Marshal(values)
	if err != nil {
		return any(values)
	}
	var out any
	if json.Unmarshal(b, &out) != nil {
		return any(values)
	}
	return out
}
