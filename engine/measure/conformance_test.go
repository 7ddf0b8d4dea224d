//go:build conformance

package measure

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/text/unicode/norm"
	"gopkg.in/yaml.v3"
)

// The conformance suite that twitter-text publishes (validate.yml, extract.yml and
// tlds.yml of its folder conformance) is not part of this repository: the
// environment variable SMMCTL_TWITTER_TEXT names a folder that has it.
// https://github.com/twitter/twitter-text/tree/master/conformance
func suite(t *testing.T, name string, into any) {
	t.Helper()
	dir := os.Getenv("SMMCTL_TWITTER_TEXT")
	if dir == "" {
		t.Fatal("SMMCTL_TWITTER_TEXT is not set: it names a folder with twitter-text's conformance suite")
	}
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Tests yaml.Node }
	if err := yaml.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	if err := file.Tests.Decode(into); err != nil {
		t.Fatal(err)
	}
}

// Version 3 of the configuration, which X uses, and the marks of direction.
func TestConformanceWeights(t *testing.T) {
	t.Parallel()
	var groups map[string][]struct {
		Description, Text string
		Expected          any
	}
	suite(t, "validate.yml", &groups)
	for _, name := range []string{"WeightedTweetsCounterTest", "WeightedTweetsWithDiscountedEmojiCounterTest", "UnicodeDirectionalMarkerCounterTest"} {
		if len(groups[name]) == 0 {
			t.Errorf("%s has no case", name)
		}
		for _, c := range groups[name] {
			want := c.Expected.(map[string]any)
			got := x(c.Text)
			if name == "WeightedTweetsCounterTest" { // version 2: emoji weigh by their characters
				got = xWithoutEmoji(c.Text)
			}
			if got != want["weightedLength"] {
				t.Errorf("%s: %s: %d, want %v", name, c.Description, got, want["weightedLength"])
			}
			network, _ := Lookup("x")
			if r := network.Measure(c.Text); name != "WeightedTweetsCounterTest" && r.OK != want["valid"] {
				t.Errorf("%s: %s: valid %t", name, c.Description, r.OK)
			}
		}
	}
}

// xWithoutEmoji weighs as x does, each character of an emoji by itself.
func xWithoutEmoji(text string) int {
	text = norm.NFC.String(text)
	n, at := 0, 0
	plain := func(s string) {
		for _, r := range s {
			if light(r) {
				n += xLight
			} else {
				n += xHeavy
			}
		}
	}
	for _, e := range xDialect.addresses(nil, text) {
		plain(text[at:e.start])
		n += xAddress
		at = e.end
	}
	plain(text[at:])
	return n
}

func TestConformanceAddresses(t *testing.T) {
	t.Parallel()
	var groups map[string][]struct {
		Description, Text string
		Expected          any
	}
	suite(t, "extract.yml", &groups)
	n := 0
	for _, name := range []string{"urls", "urls_with_indices", "urls_with_directional_markers", "tco_urls_with_params"} {
		for _, c := range groups[name] {
			n++
			var got, want []string
			for _, e := range xDialect.addresses(nil, c.Text) {
				got = append(got, c.Text[e.start:e.end])
			}
			for _, w := range c.Expected.([]any) {
				if m, ok := w.(map[string]any); ok {
					w = m["url"]
				}
				want = append(want, w.(string))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %s: %q: %q, want %q", name, c.Description, c.Text, got, want)
			}
		}
	}
	if n < 100 {
		t.Errorf("only %d cases", n)
	}
}

// Each top-level domain that twitter-text knows is one here, too.
func TestConformanceTopLevelDomains(t *testing.T) {
	t.Parallel()
	var groups map[string][]struct{ Text string }
	suite(t, "tlds.yml", &groups)
	n := 0
	for _, group := range groups {
		for _, c := range group {
			n++
			if found := xDialect.addresses(nil, c.Text); len(found) != 1 || found[0].end != len(c.Text) {
				t.Errorf("%q is no address", c.Text)
			}
		}
	}
	if n < 1000 {
		t.Errorf("only %d cases", n)
	}
}
