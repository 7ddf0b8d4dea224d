package discordtest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine/provider/discord/discordtest"
)

// TestRefusals: what Discord, or its published document, does not take.
func TestRefusals(t *testing.T) {
	t.Parallel()
	with := func(more string) string { return `{"allowed_mentions":{"parse":[]},` + more + `}` }
	poll := func(more string) string { return with(`"poll":{` + more + `}`) }
	for name, c := range map[string]struct {
		body   string
		status int
		code   float64
	}{
		"an unknown field":         {with(`"content":"x","colour":1`), 400, 50035},
		"an unknown field within":  {with(`"embeds":[{"titel":"x"}]`), 400, 50035},
		"components":               {with(`"content":"x","components":[]`), 400, 50035},
		"a wrong type":             {with(`"content":5`), 400, 50035},
		"a list":                   {`[]`, 400, 50035},
		"no JSON":                  {`{`, 400, 50109},
		"nothing in it":            {with(`"content":" \n "`), 400, 50006},
		"2,001 characters":         {with(`"content":"` + strings.Repeat("w", 2001) + `"`), 400, 50035},
		"1,001 pairs":              {with(`"content":"` + strings.Repeat("😀", 1001) + `"`), 400, 50035},
		"eleven embeds":            {with(`"embeds":[` + strings.Repeat(`{"title":"x"},`, 10) + `{"title":"x"}]`), 400, 50035},
		"an embed with nothing":    {with(`"embeds":[{}]`), 400, 50035},
		"a long title":             {with(`"embeds":[{"title":"` + strings.Repeat("w", 257) + `"}]`), 400, 50035},
		"6,001 in embeds":          {with(`"embeds":[{"description":"` + strings.Repeat("w", 4000) + `"},{"description":"` + strings.Repeat("w", 2001) + `"}]`), 400, 50035},
		"a colour as text":         {with(`"embeds":[{"color":"#ff0000"}]`), 400, 50035},
		"a flag of no message":     {with(`"content":"x","flags":64`), 400, 50035},
		"a name of Discord's":      {with(`"content":"x","username":"Clyde"`), 400, 50035},
		"an empty name":            {with(`"content":"x","username":""`), 400, 50035},
		"a title here":             {with(`"content":"x","thread_name":"x"`), 400, 220003},
		"tags here":                {with(`"content":"x","applied_tags":["1"]`), 400, 220003},
		"a poll without question":  {poll(`"answers":[{"poll_media":{"text":"x"}}]`), 400, 50035},
		"a question with nothing":  {poll(`"question":{},"answers":[{"poll_media":{"text":"x"}}]`), 400, 50035},
		"a poll without answers":   {poll(`"question":{"text":"x"},"answers":[]`), 400, 50035},
		"an answer of 56":          {poll(`"question":{"text":"x"},"answers":[{"poll_media":{"text":"` + strings.Repeat("w", 56) + `"}}]`), 400, 50035},
		"an answer of nothing":     {poll(`"question":{"text":"x"},"answers":[{"poll_media":{}}]`), 400, 50035},
		"a poll of no time":        {poll(`"question":{"text":"x"},"duration":0,"answers":[{"poll_media":{"text":"x"}}]`), 400, 50035},
		"a poll of 33 days":        {poll(`"question":{"text":"x"},"duration":769,"answers":[{"poll_media":{"text":"x"}}]`), 400, 50035},
		"a file that is not there": {with(`"content":"x","attachments":[{"id":"0"}]`), 400, 50035},
		"an entry without a file":  {with(`"content":"x","attachments":[{"description":"x"}]`), 400, 50035},
		"one person twice":         {`{"content":"x","allowed_mentions":{"parse":[],"users":["1","1"]}}`, 400, 50035},
		"a person without number":  {`{"content":"x","allowed_mentions":{"parse":[],"users":["anna"]}}`, 400, 50035},
		"a mention of all":         {`{"content":"x","allowed_mentions":{"parse":["all"]}}`, 400, 50035},
		"half a flag":              {with(`"content":"x","flags":4.5`), 400, 50035},
		"a colour too many":        {with(`"embeds":[{"color":16777216}]`), 400, 50035},
		"a colour too few":         {with(`"embeds":[{"color":-1}]`), 400, 50035},
		"a list of one thing":      {with(`"embeds":{"title":"x"}`), 400, 50035},
		"a name of 81":             {with(`"content":"x","username":"` + strings.Repeat("w", 81) + `"`), 400, 50035},
		"six tags":                 {with(`"content":"x","thread_name":"x","applied_tags":["1","2","3","4","5","6"]`), 400, 50035},
		"null where there is none": {poll(`"question":null,"answers":[{"poll_media":{"text":"x"}}]`), 400, 50035},
		"101 people":               {`{"content":"x","allowed_mentions":{"parse":[],"users":[` + strings.Repeat(`"1",`, 100) + `"2"]}}`, 400, 50035},
	} {
		d := newDesk(t, discordtest.Options{})
		status, o := d.post(c.body)
		if status != c.status || o["code"] != c.code {
			t.Errorf("%s: %d %v", name, status, o)
		}
		if n := len(d.Accepted()) + len(d.Live()); n > 0 {
			t.Errorf("%s: it was published", name)
		}
	}
	d := newDesk(t, discordtest.Options{})
	if status, o := d.post(with(`"content":"` + strings.Repeat("é", 2000) + `","embeds":null,"flags":null`)); status != http.StatusOK {
		t.Errorf("2,000 characters, and null: %d %v", status, o)
	}
}

// TestForms checks what a form with files must be like.
func TestForms(t *testing.T) {
	t.Parallel()
	payload := func(more string) map[string]string {
		return map[string]string{"payload_json": `{"content":"x","allowed_mentions":{"parse":[]}` + more + `}`}
	}
	for name, c := range map[string]struct {
		fields map[string]string
		files  []string
		code   float64 // 0: taken
	}{
		"a file":                    {payload(`,"attachments":[{"id":"0","description":"d"}]`), []string{"files[0]", "x"}, 0},
		"a file of another number":  {payload(`,"attachments":[{"id":"1"}]`), []string{"files[0]", "x"}, 50035},
		"a name without a number":   {payload(``), []string{"file", "x"}, 50035},
		"one name twice":            {payload(``), []string{"files[0]", "x", "files[0]", "x"}, 50035},
		"another field":             {map[string]string{"content": "x"}, nil, 50035},
		"a long description":        {payload(`,"attachments":[{"id":"0","description":"` + strings.Repeat("w", 1025) + `"}]`), []string{"files[0]", "x"}, 50035},
		"a file of 10 MiB and more": {payload(`,"attachments":[{"id":"0"}]`), []string{"files[0]", strings.Repeat("x", 10<<20+1)}, 50045},
		"25 MiB and more":           {payload(``), []string{"files[0]", strings.Repeat("x", 9<<20), "files[1]", strings.Repeat("x", 9<<20), "files[2]", strings.Repeat("x", 9<<20)}, 40005},
	} {
		d := newDesk(t, discordtest.Options{})
		kind, body := form(c.fields, c.files...)
		status, o := d.call(http.MethodPost, own+"?wait=true", kind, body)
		if code, _ := o["code"].(float64); code != c.code || (status == 200) != (c.code == 0) {
			t.Errorf("%s: %d %v", name, status, o)
		}
	}
	d := newDesk(t, discordtest.Options{})
	if status, o := d.call(http.MethodPost, own+"?wait=true", "text/plain", hello); status != 400 || o["code"] != 50035.0 {
		t.Errorf("a body of no kind: %d %v", status, o)
	}
}
