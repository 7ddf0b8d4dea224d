package mastodon_test

import (
	"context"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider/mastodon"
	"github.com/smmctl/smmctl/engine/provider/mastodon/mastodontest"
)

var pieces = []string{
	"Snow", "fell", "in the night", "Ça va", "e\u0301te\u0301", "Привет", "雪が降る", "مرحبا", "❄️", "👩‍👩‍👧‍👦", "100 %", "a & b", "<b>", "\"quoted\"", "-- …", "1 < 2",
	"https://example.org/a/very/long/path?with=query&and=more#anchor", "http://www.example.org", "(https://example.org/x)", "https://example.org.",
	"@maker@elsewhere.example", "@maker", "@nobody@nowhere.example", "@acme@social.example", "#FirstSnow", "#雪", "#été", "mail@example.org", "example.org", ":blobcat:", "*bold*",
}

// TestFingerprintSurvivesServers: what each kind of server makes of a text has
// the fingerprint of the text, from the answer and from the listing.
func TestFingerprintSurvivesServers(t *testing.T) {
	t.Parallel()
	for flavour := range flavours {
		t.Run(string(flavour), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, mastodontest.Options{Flavour: flavour, MaxCharacters: 50_000})
			r.drain()
			r.Knows("maker@elsewhere.example")
			r.Knows("acme")
			d := mastodon.Driver()
			rapid.Check(t, func(t *rapid.T) {
				q := r.picture("")
				words := rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12).Draw(t, "words")
				q.Segment.Text = strings.Join(words, rapid.SampledFrom([]string{" ", "\n", "\n\n", " \n\n\n"}).Draw(t, "joined by"))
				q.Segment.Options = map[string]string{}
				if w := rapid.SampledFrom([]string{"", "Food", "🍝"}).Draw(t, "warning"); w != "" {
					q.Segment.Options["content_warning"] = w
				}
				if flavour != mastodontest.Pixelfed && q.Segment.Text != "" && rapid.Bool().Draw(t, "without picture") {
					q.Segment.Media = nil
				}
				same(t, d.Fingerprint(q.Segment), r, q.Segment, func() (string, string, error) {
					o, err := r.Posts.Publish(context.Background(), q)
					return o.ID, o.Fingerprint, err
				})
			})
		})
	}
}

func same(t *rapid.T, want string, r *rig, s content.Segment, publish func() (string, string, error)) {
	id, got, err := publish()
	if err != nil {
		t.Fatalf("%q: %v", s.Text, err)
	}
	o, err := r.Posts.Get(context.Background(), id)
	if err != nil || got != want || o.Fingerprint != want {
		t.Fatalf("%q came back as %q with another fingerprint (%v)", s.Text, o.Fields["text"], err)
	}
}
