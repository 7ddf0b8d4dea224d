package memory_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest"
)

var start = time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC)

// harness makes a platform of its own for each subtest.
func harness(o memory.Options, many int) providertest.Harness {
	return providertest.Harness{
		Driver: memory.Driver(nil, o), Many: many,
		Open: func(t *testing.T) *providertest.Subject {
			c := memory.NewClock(start)
			p := memory.New("acme", c)
			open := func(t *testing.T) *provider.Account {
				acc, err := memory.Driver(p, o).Open(context.Background(), provider.Config{Clock: c, Files: providertest.Files()})
				if err != nil {
					t.Fatal(err)
				}
				return acc
			}
			return &providertest.Subject{
				Account: open(t), Clock: c, Advance: c.Advance, Reopen: open,
				Foreign: func(*testing.T) string { return p.AddForeign("Somebody else's", time.Time{}) },
				Break: func(op string, f memory.Fault) bool {
					p.Faults.Arm(op, f)
					return true
				},
			}
		},
	}
}

var facilities = []provider.Facility{provider.ClientKey, provider.IdempotencyKey, provider.ReadBack, provider.NoFacility}

// knobs are the capabilities that can be had or not.
var knobs = map[string]func(o *memory.Options, on bool){
	"edit":          func(o *memory.Options, on bool) { o.Capabilities.Edit = on },
	"retract":       func(o *memory.Options, on bool) { o.Capabilities.Retract = on },
	"thread":        func(o *memory.Options, on bool) { o.Capabilities.Thread = on },
	"schedule":      func(o *memory.Options, on bool) { o.Capabilities.Schedule = on },
	"pin":           func(o *memory.Options, on bool) { o.Capabilities.Pin = on },
	"poll":          func(o *memory.Options, on bool) { o.Capabilities.Poll = on },
	"first comment": func(o *memory.Options, on bool) { o.Capabilities.FirstComment = on },
	"reply":         func(o *memory.Options, on bool) { o.Capabilities.ReplyTo = on },
	"reply to URL":  func(o *memory.Options, on bool) { o.Capabilities.ReplyToURL = on },
	"lag": func(o *memory.Options, on bool) {
		if o.Capabilities.VisibilityDelay = 0; on {
			o.Capabilities.VisibilityDelay = 30 * time.Second
		}
	},
	"image": func(o *memory.Options, on bool) {
		if o.Capabilities.Formats = []string{"text"}; on {
			o.Capabilities.Formats = []string{"text", "image"}
		}
	},
	"only images": func(o *memory.Options, on bool) {
		if o.Limits.MediaRequired = on; on {
			o.Capabilities.Formats = []string{"image"}
		}
	},
	"no limits": func(o *memory.Options, on bool) {
		if on {
			o.Limits = provider.Limits{MediaRequired: o.Limits.MediaRequired}
		}
	},
	"profile": func(o *memory.Options, on bool) {
		if o.Capabilities.Profile = nil; on {
			o.Capabilities.Profile = []string{"name", "bio"}
		}
	},
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for _, f := range facilities {
		o := memory.Everything()
		o.Facility = f
		t.Run(string(f), func(t *testing.T) { providertest.Run(t, harness(o, 0)) })
		t.Run(string(f)+" and nothing else", func(t *testing.T) {
			o := o
			for name, set := range knobs {
				if name != "image" {
					set(&o, false)
				}
			}
			providertest.Run(t, harness(o, 50))
		})
	}
}

// TestKnobs turns each knob alone, both ways, on every facility.
func TestKnobs(t *testing.T) {
	t.Parallel()
	for _, f := range facilities {
		for name, set := range knobs {
			for _, on := range []bool{true, false} {
				o := memory.Everything()
				o.Facility = f
				set(&o, on)
				t.Run(fmt.Sprintf("%s/%s=%t", f, strings.ReplaceAll(name, " ", "_"), on), func(t *testing.T) {
					providertest.Run(t, harness(o, 45))
				})
			}
		}
	}
}
