package render

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

// The bytes that are digested are those of encoding/json: the ledger's digests
// are of them.
func TestSourceIsJSON(t *testing.T) {
	t.Parallel()
	text := rapid.StringOfN(rapid.RuneFrom([]rune("ab \"\\<>&é日\u2028\x00\n\t😀")), 0, 12, -1)
	list, named := rapid.SliceOfN(text, 0, 3), rapid.MapOfN(text, text, 0, 3)
	rapid.Check(t, func(rt *rapid.T) {
		s := source{
			Format: text.Draw(rt, "format"), Language: text.Draw(rt, "language"), Link: text.Draw(rt, "link"), Card: list.Draw(rt, "card"),
			Quote: text.Draw(rt, "quote"), Repost: text.Draw(rt, "repost"), ReplyTo: text.Draw(rt, "reply_to"), CTA: list.Draw(rt, "cta"),
			Poll: list.Draw(rt, "poll"), FirstComment: text.Draw(rt, "first_comment"), Tags: list.Draw(rt, "tags"),
			Disclosure: list.Draw(rt, "disclosure"), Options: named.Draw(rt, "options"), Mentions: named.Draw(rt, "mentions"),
		}
		if rapid.Bool().Draw(rt, "with media") {
			s.Media = []sourceMedia{{SHA256: text.Draw(rt, "sha256"), Alt: text.Draw(rt, "alt"), Focus: []float64{0.1, -1}}}
		}
		want, err := json.Marshal(s)
		if err != nil {
			rt.Fatal(err)
		}
		got, err := s.appendJSON(nil)
		if len(got) > 0 {
			got = got[1:]
		}
		if err != nil || "{"+string(got)+"}" != string(want) {
			rt.Fatalf("got  {%s}\nwant %s (%v)", got, want, err)
		}
	})
}
