package mastodon_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/mastodon/mastodontest"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest"
)

// attachmentOf describes a file as rendering does.
func attachmentOf(files fs.FS, name, alt string) content.Attachment {
	b, err := fs.ReadFile(files, name)
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(b)
	return content.Attachment{File: name, SHA256: hex.EncodeToString(sum[:]), Alt: alt, Type: http.DetectContentType(b), Bytes: int64(len(b))}
}

func square() content.Attachment {
	return attachmentOf(providertest.Files(), "media/square.png", "Blue stripes")
}

// form reads what an upload sent.
func form(t *testing.T, r sent) map[string]string {
	t.Helper()
	_, p, err := mime.ParseMediaType(r.header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for mr := multipart.NewReader(strings.NewReader(r.body), p["boundary"]); ; {
		part, err := mr.NextPart()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(part)
		out[part.FormName()] = string(b)
		if part.FileName() != "" {
			out[part.FormName()+" name"], out[part.FormName()+" type"] = part.FileName(), part.Header.Get("Content-Type")
		}
	}
}

func withPicture(text, alt string) provider.Request {
	q := post(text)
	q.Segment.Media = []content.Attachment{attachmentOf(pictures, "media/a.png", alt)}
	return q
}

func TestUpload(t *testing.T) {
	t.Parallel()
	s := newStub(t, map[string]http.HandlerFunc{"POST /api/v2/media": says(200, `{"id":7,"url":"x"}`), posting: says(200, aStatus)})
	q := withPicture("Look", "A \"red\" coat\nin snow")
	q.Segment.Media[0].Focus = []float64{0.1, -0.25}
	if _, err := s.open(t).Posts.Publish(context.Background(), q); err != nil {
		t.Fatal(err)
	}
	up := s.requests("POST /api/v2/media")
	if len(up) != 1 {
		t.Fatalf("%d uploads, want 1", len(up))
	}
	f := form(t, up[0])
	want := map[string]string{"file": "\x89PNG\r\n\x1a\n a", "file name": "a.png", "file type": "image/png", "description": "A \"red\" coat\nin snow", "focus": "0.1,-0.25"}
	for k, v := range want {
		if f[k] != v {
			t.Errorf("%s is %q, want %q", k, f[k], v)
		}
	}
	if body := s.requests(posting)[0].body; !strings.Contains(body, `"media_ids":["7"]`) {
		t.Error(body)
	}
}

// TestUploadAnswers: a failed upload has published nothing.
func TestUploadAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		upload http.HandlerFunc
		state  http.HandlerFunc
		want   provider.Kind
	}{
		"no answer":             {dies, nil, provider.Unsent},
		"500":                   {says(500, `{"error":"Error processing thumbnail for uploaded media"}`), nil, provider.Unsent},
		"HTML":                  {says(200, "<html>"), nil, provider.Unsent},
		"no id":                 {says(200, "{}"), nil, provider.Unsent},
		"413":                   {says(413, ""), nil, provider.Rejected},
		"422":                   {says(422, `{"error":"Validation failed: File content type is invalid"}`), nil, provider.Rejected},
		"401":                   {says(401, ""), nil, provider.Unauthorized},
		"429":                   {says(429, ""), nil, provider.Throttled},
		"404 of both versions":  {says(404, ""), nil, provider.Unsupported},
		"processing fails":      {says(202, `{"id":"7"}`), says(422, `{"error":"failed"}`), provider.Rejected},
		"processing for ever":   {says(202, `{"id":"7"}`), says(206, `{"id":"7"}`), provider.Unsent},
		"asking is throttled":   {says(202, `{"id":"7"}`), says(429, ""), provider.Throttled},
		"asking fails at first": {says(202, `{"id":"7"}`), inTurn(says(500, ""), dies, says(206, "{}"), says(200, "{}")), ""},
		"nothing to ask":        {says(202, `{"id":"7"}`), nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t, map[string]http.HandlerFunc{"POST /api/v2/media": c.upload, posting: says(200, aStatus)})
			if c.state != nil {
				s.answer("GET /api/v1/media/7", c.state)
			}
			began := s.clock.Now()
			_, err := s.open(t).Posts.Publish(context.Background(), withPicture("Look", ""))
			if waited := s.clock.Now().Sub(began); waited > 15*time.Minute {
				t.Errorf("waited %v", waited)
			}
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantKind(t, err, c.want)
			if len(s.requests(posting)) != 0 {
				t.Error("posted without its picture")
			}
		})
	}
}

func TestOldMediaVersion(t *testing.T) {
	t.Parallel()
	r := newRig(t, mastodontest.Options{NoV2: true})
	for range 2 {
		if _, err := r.Posts.Publish(context.Background(), r.picture("Look")); err != nil {
			t.Fatal(err)
		}
	}
	if n := r.Requests()["POST /api/v1/media"]; n != 2 {
		t.Errorf("%d uploads, want 2", n)
	}
}

func TestAsyncMedia(t *testing.T) {
	t.Parallel()
	r := newRig(t, mastodontest.Options{AsyncImages: true, MediaPolls: 5})
	began := r.clock.Now()
	if _, err := r.Posts.Publish(context.Background(), r.picture("Look")); err != nil {
		t.Fatal(err)
	}
	n := r.Requests()
	if n["POST /api/v2/media"] != 1 || n["GET /api/v1/media/:id"] != 6 || n["POST /api/v1/statuses"] != 1 {
		t.Errorf("requests %v", n)
	}
	if !r.clock.Now().After(began.Add(5 * time.Second)) {
		t.Error("asked without waiting")
	}
}

// TestSlowMedia: processing that outlasts a call's deadline ends in "come back",
// time enough before the deadline, and the next call goes on without another
// upload.
func TestSlowMedia(t *testing.T) {
	t.Parallel()
	var s *stub
	done := start.Add(100 * time.Second)
	s = newStub(t, map[string]http.HandlerFunc{
		"POST /api/v2/media": inTurn(says(202, `{"id":"7"}`), says(202, `{"id":"8"}`)), posting: says(200, aStatus),
	})
	state := func(w http.ResponseWriter, r *http.Request) {
		status := 206
		if !s.clock.Now().Before(done) {
			status = 200
		}
		says(status, `{"id":"7"}`)(w, r)
	}
	s.answer("GET /api/v1/media/7", state)
	s.answer("GET /api/v1/media/8", state)
	acc := s.open(t)
	q := withPicture("Look", "")
	q.Segment.Media = append(q.Segment.Media, attachmentOf(pictures, "media/b.png", ""))
	calls := 0
	for ; calls < 10; calls++ {
		began := s.clock.Now()
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		_, err := acc.Posts.Publish(ctx, q)
		cancel()
		if err == nil {
			break
		}
		wantKind(t, err, provider.Throttled)
		var e *provider.Error
		if now := s.clock.Now(); !errors.As(err, &e) || !e.RetryAfter.Equal(now.Add(10*time.Second)) || now.Sub(began) > 20*time.Second {
			t.Fatalf("after %v: %+v", now.Sub(began), e)
		}
		if len(s.requests(posting)) != 0 {
			t.Fatal("posted before the media were ready")
		}
		s.clock.Advance(10 * time.Second)
	}
	if up, posts := len(s.requests("POST /api/v2/media")), len(s.requests(posting)); calls == 0 || calls == 10 || up != 2 || posts != 1 {
		t.Errorf("%d calls, %d uploads, %d posts", calls, up, posts)
	}
}

// TestMediaPatienceSpansCalls: what is never ready is given up in the end.
func TestMediaPatienceSpansCalls(t *testing.T) {
	t.Parallel()
	s := newStub(t, map[string]http.HandlerFunc{"POST /api/v2/media": says(202, `{"id":"7"}`), "GET /api/v1/media/7": says(206, "{}")})
	acc, q := s.open(t), withPicture("Look", "")
	for range 100 {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		_, err := acc.Posts.Publish(ctx, q)
		cancel()
		if provider.Is(err, provider.Throttled) {
			s.clock.Advance(10 * time.Second)
			continue
		}
		wantKind(t, err, provider.Unsent)
		if waited := s.clock.Now().Sub(start); waited < 9*time.Minute || waited > 11*time.Minute {
			t.Errorf("gave up after %v", waited)
		}
		return
	}
	t.Error("asked for ever")
}

// TestUploadIsKept: an attempt that published nothing does not upload again, and
// two posts never share a medium.
func TestUploadIsKept(t *testing.T) {
	t.Parallel()
	r := newRig(t, mastodontest.Options{})
	q := r.picture("Look")
	for _, f := range []memory.FaultKind{memory.Throttled, memory.Refused, memory.NoFault} {
		if f != memory.NoFault {
			r.Break(memory.OpPublish, memory.Fault{Kind: f})
		}
		if _, err := r.Posts.Publish(context.Background(), q); (err != nil) != (f != memory.NoFault) {
			t.Fatal(err)
		}
	}
	if n := r.Requests()["POST /api/v2/media"]; n != 1 {
		t.Errorf("%d uploads for three attempts, want 1", n)
	}
	if _, err := r.Posts.Publish(context.Background(), r.picture("Look")); err != nil {
		t.Fatal(err)
	}
	if n := r.Requests()["POST /api/v2/media"]; n != 2 {
		t.Errorf("%d uploads for two posts, want 2", n)
	}
}

func TestFileProblems(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*content.Attachment){
		"missing":           func(a *content.Attachment) { a.File = "media/none.png" },
		"outside":           func(a *content.Attachment) { a.File = "../../etc/passwd" },
		"changed meanwhile": func(a *content.Attachment) { a.SHA256 = strings.Repeat("0", 64) },
		"a folder":          func(a *content.Attachment) { a.File = "media" },
	} {
		s := newStub(t, map[string]http.HandlerFunc{"POST /api/v2/media": says(200, `{"id":"7"}`), posting: says(200, aStatus)})
		q := withPicture("Look", "")
		spoil(&q.Segment.Media[0])
		_, err := s.open(t).Posts.Publish(context.Background(), q)
		if err == nil || !provider.Is(err, provider.Rejected) && !provider.Is(err, provider.Unsent) {
			t.Errorf("%s: %v", name, err)
		}
		if len(s.requests(posting)) != 0 {
			t.Errorf("%s: posted", name)
		}
	}
}

// TestAttachedMediumIsNotSentAgain: after doubt the medium may have a post, and
// would be refused for another.
func TestAttachedMediumIsNotSentAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, mastodontest.Options{Flavour: mastodontest.GoToSocial})
	q := r.picture("Look")
	r.Break(memory.OpPublish, memory.Fault{Kind: memory.LostResponse})
	_, err := r.Posts.Publish(context.Background(), q)
	wantKind(t, err, provider.Ambiguous)
	if _, err := r.Posts.Publish(context.Background(), q); err != nil {
		t.Error(err)
	}
}

// TestTwoPostsShareNoMedium, even where one waits to be sent again.
func TestTwoPostsShareNoMedium(t *testing.T) {
	t.Parallel()
	r := newRig(t, mastodontest.Options{})
	a, b := r.picture("Look"), r.picture("Look again")
	for _, q := range []provider.Request{a, b} {
		r.Break(memory.OpPublish, memory.Fault{Kind: memory.Throttled})
		_, err := r.Posts.Publish(context.Background(), q)
		wantKind(t, err, provider.Throttled)
	}
	if n := r.Requests()["POST /api/v2/media"]; n != 2 {
		t.Errorf("%d uploads, want 2", n)
	}
	for _, q := range []provider.Request{b, a} {
		if _, err := r.Posts.Publish(context.Background(), q); err != nil {
			t.Error(err)
		}
	}
	if n := r.Requests()["POST /api/v2/media"]; n != 2 {
		t.Errorf("%d uploads in the end, want 2", n)
	}
}
