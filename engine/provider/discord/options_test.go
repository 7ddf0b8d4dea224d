package discord_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/smmctl/smmctl/engine/provider/discord"
)

// TestOptionSchemas compiles both schemas, and holds each example against its
// own property's schema.
func TestOptionSchemas(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"post": discord.Driver().PostOptions, "account": discord.Driver().AccountOptions} {
		s := jsonschema.MustCompileString(name+".json", text)
		var raw struct {
			Properties map[string]struct {
				Title, Description string
				Examples           []any
			}
		}
		if err := json.Unmarshal([]byte(text), &raw); err != nil {
			t.Fatal(err)
		}
		for option, p := range raw.Properties {
			if p.Title == "" || p.Description == "" || len(p.Examples) == 0 && option != "embed" {
				t.Errorf("%s.%s lacks a title, a description or an example", name, option)
			}
			for _, e := range p.Examples {
				if err := s.Validate(map[string]any{option: e}); err != nil {
					t.Errorf("%s.%s: %v", name, option, err)
				}
			}
		}
	}
}

func TestPostOptions(t *testing.T) {
	t.Parallel()
	s := jsonschema.MustCompileString("post.json", discord.Driver().PostOptions)
	for text, good := range map[string]bool{
		`{}`: true,
		`{"embed":{"title":"x","color":"#D9532c"}}`:       true,
		`{"tags":["123456"],"thread_name":"x"}`:           true,
		`{"embed":{}}`:                                    false,
		`{"embed":{"url":"https://x.example"}}`:           false,
		`{"embed":{"color":"red"}}`:                       false,
		`{"embed":{"color":16711680}}`:                    false,
		`{"thread":123456}`:                               false,
		`{"thread":"News"}`:                               false,
		`{"tags":["1","2","3","4","5","6"]}`:              false,
		`{"tags":["123456","123456"]}`:                    false,
		`{"username":""}`:                                 false,
		`{"question":"` + strings.Repeat("w", 301) + `"}`: false,
		`{"silnet":true}`:                                 false,
	} {
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(v); (err == nil) != good {
			t.Errorf("%s: %v", text, err)
		}
	}
}
