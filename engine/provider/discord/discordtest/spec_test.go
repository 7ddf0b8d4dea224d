package discordtest

import (
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine/provider/discord"
)

// TestTable: every type that the table names is there, and is needed; and the
// limits that the provider states are those of the table.
func TestTable(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for head, b := range spec {
		for name, f := range b {
			bare := strings.Trim(f.typ, "[]?")
			used[bare] = true
			if kinds[bare] == nil && spec[bare] == nil && f.typ != "" {
				t.Errorf("%s, %s: there is no type %q", head, name, f.typ)
			}
		}
	}
	for head := range spec {
		if !strings.Contains(head, " ") && !used[head] {
			t.Errorf("nothing is a %s", head)
		}
	}
	l := discord.Driver().Limits
	create := spec["IncomingWebhookRequestPartial"]
	for name, c := range map[string]struct {
		stated int
		of     span
	}{
		"characters":       {l.Characters, create["content"].length},
		"media":            {l.Media, create["attachments"].items},
		"alternative text": {l.AltText, spec["MessageAttachmentRequest"]["description"].length},
		"answers":          {l.PollOptions, spec["PollCreateRequest"]["answers"].items},
		"hours":            {int(l.PollMax.Hours()), spec["PollCreateRequest"]["duration"].value},
		"name":             {l.Name, spec["Face"]["name"].length},
	} {
		if float64(c.stated) != c.of.high {
			t.Errorf("%s: the provider states %d, the table %v", name, c.stated, c.of.high)
		}
	}
}

// TestOwnAnswers: the server complains of an answer that is not as the table says.
func TestOwnAnswers(t *testing.T) {
	t.Parallel()
	read := spec["GET "+onWebhook]
	for name, a := range map[string]answer{
		"a field that is missing": ok(object{"id": "1", "type": 1, "name": "Acme", "channel_id": "2"}),
		"a wrong type":            ok(object{"id": 1, "type": 1, "name": "Acme", "channel_id": "2", "avatar": nil}),
		"another webhook":         ok(object{"id": "1", "type": 2, "name": "Acme", "channel_id": "2", "avatar": nil}),
		"no answer":               ok(nil),
		"an unknown status":       {status: 302},
		"an error without a code": {status: 404, body: object{"message": "Gone"}},
	} {
		s := New(Options{})
		s.look(read, a)
		if len(s.Complaints()) != 1 {
			t.Errorf("%s: complaints %v", name, s.Complaints())
		}
	}
	s := New(Options{})
	s.look(read, ok(object{"id": "1", "type": 1, "name": "Acme", "channel_id": "2", "avatar": nil, "more": 1}))
	s.look(spec["DELETE "+onMessage], answer{status: 204})
	if c := s.Complaints(); len(c) > 0 {
		t.Errorf("complaints %v", c)
	}
}
