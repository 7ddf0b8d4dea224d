package mastodon

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

type mediaAttribute struct {
	ID          string `json:"id"`
	Description string `json:"description"`
	Focus       string `json:"focus,omitempty"`
}

// Edit implements provider.Posts. The API replaces a post wholly: what is left
// out of the request is taken away (UpdateStatusService of Mastodon, read
// 2026-08-08), so every field is sent. Media whose file is the same are kept.
func (l *login) Edit(ctx context.Context, id string, r provider.Request) (provider.Object, error) {
	const op = "edit"
	if err := l.editable(op, id, r); err != nil {
		return provider.Object{}, err
	}
	o, kept, err := l.edit(ctx, op, id, r, keptMedia(r))
	if err == nil && kept && countMedia(o.Fields) < len(r.Segment.Media) {
		// Servers that give an attached medium another id lose it: upload all.
		o, _, err = l.edit(ctx, op, id, r, make([]string, len(r.Segment.Media)))
	}
	l.settle(r, err)
	return o, err
}

// editable refuses what no server can change.
func (l *login) editable(op, id string, r provider.Request) error {
	if id == "" {
		return &provider.Error{Kind: provider.NotFound, Op: op}
	}
	was, known := r.PriorSent["options."+optVisibility]
	if want := r.Segment.Options[optVisibility]; len(r.PriorSent) > 0 && want != was && (known || want != r.Prior["visibility"]) {
		return &provider.Error{Kind: provider.Unsupported, Op: op, Err: fmt.Errorf("visibility of a published post cannot be changed from %q to %q", was, want)}
	}
	if ends := parseTime(r.Prior["poll.expires_at"]); r.Segment.Poll != nil && !ends.IsZero() && !ends.After(l.clock.Now()) && samePoll(r) {
		return provider.Refused(op, "the poll has ended: an edit would open it again")
	}
	return nil
}

// edit sends the full state; keep names the media that are on the server, by
// their place. It reports whether any was kept.
func (l *login) edit(ctx context.Context, op, id string, r provider.Request, keep []string) (provider.Object, bool, error) {
	ids, attributes, err := l.editMedia(ctx, op, r, keep)
	if err != nil {
		return provider.Object{}, false, err
	}
	b := l.body(r.Segment, ids)
	b.MediaIDs, b.MediaAttributes = &ids, attributes
	warning, sensitive := r.Segment.Options[optWarning], false
	if s, said := isSensitive(r.Segment); said {
		sensitive = s
	}
	b.Spoiler, b.Sensitive = &warning, &sensitive
	l.keepPollEnd(&b, r)
	resp, err := l.post(ctx, request{op: op, method: http.MethodPut, path: statusesPath + "/" + seg(id)}, b)
	if err != nil {
		return provider.Object{}, false, l.editFailure(ctx, op, id, resp, provider.AsError(op, err))
	}
	var st status
	if err := decode(resp.Body, &st); err != nil || st.ID == "" || st.Content == nil {
		return provider.Object{}, false, unreadable(op, resp, "the answer is no post")
	}
	return st.object(), strings.Join(keep, "") != "", nil
}

// editFailure tells a server that cannot edit from a post that is not there: to
// both it may answer 404.
func (l *login) editFailure(ctx context.Context, op, id string, resp *httpx.Response, e *provider.Error) error {
	if resp == nil {
		return e
	}
	if resp.Status == http.StatusUnprocessableEntity && said(resp, "not_ready", "finished processing", "still processing", "not finished") {
		e.Kind = provider.Unsent
	}
	if e.Kind != provider.NotFound {
		return e
	}
	if _, err := l.Get(ctx, id); err == nil {
		return &provider.Error{Kind: provider.Unsupported, Op: op, Status: e.Status, Err: fmt.Errorf("%s cannot edit posts", l.server())}
	}
	return e
}

// keptMedia finds, for each medium wanted, the id of one that the post has with
// the very same file; "" where there is none.
func keptMedia(r provider.Request) []string {
	keep := make([]string, len(r.Segment.Media))
	taken := map[int]bool{}
	for i, m := range r.Segment.Media {
		for j := 0; ; j++ {
			sum, ok := r.PriorSent[mediaPath(j, "sha256")]
			if !ok {
				break
			}
			if id := r.Prior[mediaPath(j, "id")]; id != "" && sum == m.SHA256 && !taken[j] {
				keep[i], taken[j] = id, true
				break
			}
		}
	}
	return keep
}

// editMedia uploads what is new and describes what is kept. An attribute is sent
// for every kept medium, changed or not: it is the full state.
func (l *login) editMedia(ctx context.Context, op string, r provider.Request, keep []string) ([]string, []mediaAttribute, error) {
	ids, err := l.uploadAll(ctx, op, r, keep)
	if err != nil {
		return nil, nil, err
	}
	var attributes []mediaAttribute
	for i, id := range keep {
		if m := r.Segment.Media[i]; id != "" {
			attributes = append(attributes, mediaAttribute{ID: id, Description: m.Alt, Focus: newFocus(m, r.PriorSent)})
		}
	}
	return ids, attributes, nil
}

// newFocus returns a kept medium's focal point; one that was taken away becomes
// the middle, since what is left out here stays.
func newFocus(m content.Attachment, sent map[string]string) string {
	if f := focus(m.Focus); f != "" {
		return f
	}
	for j := 0; ; j++ {
		sum, ok := sent[mediaPath(j, "sha256")]
		if !ok {
			return ""
		}
		if sum == m.SHA256 && sent[mediaPath(j, "focus")] != "" {
			return "0,0"
		}
	}
}

func countMedia(f map[string]string) int {
	n := 0
	for {
		if _, ok := f[mediaPath(n, "id")]; !ok {
			return n
		}
		n++
	}
}

// keepPollEnd makes an edit leave a poll's end where it is: the API knows only
// how long from now.
func (l *login) keepPollEnd(b *statusBody, r provider.Request) {
	ends := parseTime(r.Prior["poll.expires_at"])
	if b.Poll == nil || ends.IsZero() || !samePoll(r) {
		return
	}
	left := ends.Sub(l.clock.Now()).Round(time.Second)
	b.Poll.ExpiresIn = int(max(left, l.limits.PollMin, time.Second) / time.Second)
}

// samePoll reports whether a poll's duration is as it was sent before.
func samePoll(r provider.Request) bool {
	return r.PriorSent["poll.expires"] == "" || r.PriorSent["poll.expires"] == pollDuration(r.Segment.Poll)
}

func pollDuration(p *content.PollSpec) string {
	if p == nil {
		return ""
	}
	return p.Expires.String()
}
