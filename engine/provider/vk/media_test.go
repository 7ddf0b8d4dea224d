package vk_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest"
	"github.com/smmctl/smmctl/engine/provider/vk"
	"github.com/smmctl/smmctl/engine/provider/vk/vktest"
)

// file is one of the suite's pictures.
func file(name, typ string) content.Attachment {
	data, err := fs.ReadFile(providertest.Files(), name)
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(data)
	return content.Attachment{File: name, SHA256: hex.EncodeToString(sum[:]), Type: typ, Width: 64, Height: 48, Bytes: int64(len(data))}
}

func pictures(n int) []content.Attachment {
	out := make([]content.Attachment, n)
	for i := range out {
		out[i] = file("media/square.png", "image/png")
	}
	return out
}

// rich is a post with all that can hang on one.
func rich() provider.Request {
	r := request("Red or blue?\nSee https://example.org/coats, or ask @club1 (the makers).")
	r.Segment.Media = append(pictures(2), file("media/square.gif", "image/gif"))
	r.Segment.Poll = &content.PollSpec{Options: []string{"Red", "Blue & green"}, Expires: 24 * time.Hour, Multiple: true}
	r.Segment.Options = map[string]string{
		"source": "https://example.org/source", "signed": "true", "close_comments": "true", "mark_as_ads": "true",
		"mute_notifications": "true", "attach_link": "true",
	}
	return r
}

func TestPublishWithEverything(t *testing.T) {
	t.Parallel()
	for _, escape := range []bool{false, true} {
		r := newRig(t, vktest.Options{Escape: escape})
		o, err := r.Posts.Publish(context.Background(), rich())
		if err != nil {
			t.Fatal(err)
		}
		for path, want := range map[string]string{
			"text":            "Red or blue?\nSee https://example.org/coats, or ask [club1|the makers].",
			"source":          "https://example.org/source",
			"signed":          "true",
			"close_comments":  "true",
			"mark_as_ads":     "true",
			"link":            "https://example.org/coats",
			"poll.question":   "Red or blue?",
			"poll.options[1]": "Blue & green",
			"poll.multiple":   "true",
			"media[3].id":     "",
		} {
			if o.Fields[path] != want {
				t.Errorf("%s is %q, want %q", path, o.Fields[path], want)
			}
		}
		if ends, err := time.Parse(time.RFC3339, o.Fields["poll.ends"]); err != nil || ends.Before(start.Add(24*time.Hour)) {
			t.Errorf("the poll ends at %q", o.Fields["poll.ends"])
		}
		for i, kind := range []string{"photo-1_", "photo-1_", "doc-1_"} {
			if id := o.Fields[fmt.Sprintf("media[%d].id", i)]; !strings.HasPrefix(id, kind) {
				t.Errorf("medium %d is %q, want a %s", i, id, kind)
			}
		}
		if o.Fingerprint != vk.Driver().Fingerprint(rich().Segment) {
			t.Error("the post is not recognised")
		}
		if want := "https://vk.com/wall" + o.ID; o.URL != want || !strings.HasPrefix(o.ID, "-1_") {
			t.Errorf("%s at %s", o.ID, o.URL)
		}
	}
}

// What fails before wall.post has published nothing, and what was made is not made
// again by the next attempt.
func TestUploadsAreUnsentAndRemembered(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind memory.FaultKind
		want provider.Kind
	}{
		{memory.LostResponse, provider.Unsent}, {memory.ErrorAfter, provider.Unsent}, {memory.ErrorBefore, provider.Unsent},
		{memory.Throttled, provider.Throttled}, {memory.Refused, provider.Unsent},
	} {
		// Nine requests make two photos and a document, the tenth the poll.
		for _, n := range []int{0, 1, 2, 5, 6, 8, 9} {
			r := newRig(t, vktest.Options{})
			if c.kind == memory.Refused {
				r.gate.Break(memory.OpUpload, memory.Fault{Kind: c.kind})
			} else {
				r.gate.Faults.Arm(memory.OpUpload, append(make([]memory.Fault, n), memory.Fault{Kind: c.kind})...)
			}
			q := rich()
			_, err := r.Posts.Publish(context.Background(), q)
			is(t, err, c.want)
			if len(r.Accepted()) > 0 {
				t.Fatalf("%s at %d: published", c.kind, n)
			}
			first := count(r.Requests(), "photos.saveWallPhoto")
			if _, err := r.Posts.Publish(context.Background(), q); err != nil {
				t.Fatalf("%s at %d: %v", c.kind, n, err)
			}
			if got := count(r.Requests(), "photos.saveWallPhoto"); n > 5 && c.kind != memory.Refused && got != first {
				t.Errorf("%s at %d: photos were saved %d times", c.kind, n, got)
			}
		}
	}
}

func count(all []string, one string) int {
	n := 0
	for _, s := range all {
		if s == one {
			n++
		}
	}
	return n
}

func TestWhatVKDoesNotTake(t *testing.T) {
	t.Parallel()
	poll := func(options ...string) *content.PollSpec {
		return &content.PollSpec{Options: options, Expires: time.Hour}
	}
	for name, c := range map[string]struct {
		segment content.Segment
		want    provider.Kind
	}{
		"nothing":            {content.Segment{}, provider.Rejected},
		"only space":         {content.Segment{Text: " \n"}, provider.Rejected},
		"eleven pictures":    {content.Segment{Text: "x", Media: pictures(11)}, provider.Rejected},
		"ten and a poll":     {content.Segment{Text: "x", Media: pictures(10), Poll: poll("a", "b")}, provider.Rejected},
		"two documents":      {content.Segment{Text: "x", Media: []content.Attachment{file("media/square.gif", "image/gif"), file("media/square.gif", "image/gif")}}, provider.Rejected},
		"a film":             {content.Segment{Text: "x", Media: []content.Attachment{{File: "a.mp4", Type: "video/mp4"}}}, provider.Unsupported},
		"a poll alone":       {content.Segment{Poll: poll("a", "b")}, provider.Rejected},
		"eleven answers":     {content.Segment{Text: "x", Poll: poll(strings.Split("abcdefghijk", "")...)}, provider.Rejected},
		"a long answer":      {content.Segment{Text: "x", Poll: poll("a", strings.Repeat("b", 101))}, provider.Rejected},
		"no question":        {content.Segment{Media: pictures(1), Poll: poll("a", "b")}, provider.Rejected},
		"a long text":        {content.Segment{Text: strings.Repeat("😀", 1025)}, provider.Rejected},
		"no UTF-8":           {content.Segment{Text: "a\xff"}, provider.Rejected},
		"a changed file":     {content.Segment{Text: "x", Media: []content.Attachment{{File: "media/square.png", SHA256: strings.Repeat("0", 64), Type: "image/png"}}}, provider.Unsent},
		"a source of no use": {content.Segment{Text: "x", Options: map[string]string{"source": "nowhere"}}, provider.Rejected},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, vktest.Options{})
			q := request("")
			q.Segment = c.segment
			_, err := r.Posts.Publish(context.Background(), q)
			is(t, err, c.want)
			if len(r.Live()) > 0 {
				t.Error("published")
			}
		})
	}
}

// The upload server's address is VK's word: it may not lead a file anywhere.
func TestUploadAddress(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "http://upload.example/x", "ftp://upload.example/x", "https://", "https://user:pw@upload.example/", "file:///etc/passwd", "//x", "http://127.0.0.1.example/"} {
		s := newStub(t, map[string]string{"photos.getWallUploadServer": fmt.Sprintf(`{"response":{"upload_url":%q}}`, address)})
		q := request("Hello")
		q.Segment.Media = pictures(1)
		_, err := s.Posts.Publish(context.Background(), q)
		is(t, err, provider.Rejected)
		if s.called("wall.post") > 0 {
			t.Error("published")
		}
	}
}

// An upload server's answer is a stranger's, too.
func TestUploadAnswers(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]provider.Kind{
		`{"server":1,"photo":"[]","hash":"h"}`: provider.Rejected, `{"error":"ERR_UPLOAD_BAD_IMAGE_SIZE"}`: provider.Rejected, `{}`: provider.Unsent, failed(10, ""): provider.Unsent, failed(9, ""): provider.Throttled, "": provider.Unsent, "<html>": provider.Unsent,
		`{"server":{},"photo":7}`: provider.Unsent, strings.Repeat("x", 9<<20): provider.Unsent,
	} {
		s := newStub(t, map[string]string{"upload": body})
		q := request("Hello")
		q.Segment.Media = pictures(1)
		_, err := s.Posts.Publish(context.Background(), q)
		is(t, err, want)
	}
	for _, body := range []string{`{"response":[]}`, `{"response":[{"id":0,"owner_id":-1}]}`, `{"response":[{"id":4,"owner_id":-1,"access_key":"k,photo-2_2"}]}`, `{"response":[{"id":1,"owner_id":-1},{"id":2,"owner_id":-1}]}`} {
		s := newStub(t, map[string]string{"photos.saveWallPhoto": body})
		q := request("Hello")
		q.Segment.Media = pictures(1)
		_, err := s.Posts.Publish(context.Background(), q)
		is(t, err, provider.Unsent)
	}
	for _, status := range []int{http.StatusForbidden, http.StatusNotFound} { // the address has expired
		s := newStub(t, nil)
		s.status["upload"] = status
		q := request("Hello")
		q.Segment.Media = pictures(1)
		_, err := s.Posts.Publish(context.Background(), q)
		is(t, err, provider.Unsent)
	}
}

// Many pictures over a slow pace take several calls: each goes on where the last
// one ended, and leaves time for the post.
func TestUploadsTakeSeveralCalls(t *testing.T) {
	t.Parallel()
	r := newServer(t, vktest.Options{})
	cfg := r.config()
	cfg.Account.Options["requests_per_second"] = 1
	acc, err := vk.Driver().Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	q := request("Ten pictures")
	q.Segment.Media = pictures(10)
	calls := 0
	for err = errors.New("not yet"); err != nil && calls < 5; calls++ {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		_, err = acc.Posts.Publish(ctx, q)
		cancel()
		if err != nil {
			is(t, err, provider.Throttled)
		}
	}
	if err != nil || calls != 2 || count(r.Requests(), "photos.saveWallPhoto") != 10 || len(r.Accepted()) != 1 {
		t.Errorf("%v after %v", err, r.Requests())
	}
}

// An upload server's address is permission to upload: no error shows it.
func TestUploadAddressIsNotShown(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for _, address := range []string{closed.URL + "/path?hash=permission-to-upload", "http://upload.example/?hash=permission-to-upload", "https://a:permission-to-upload@x.example/"} {
		s := newStub(t, map[string]string{"photos.getWallUploadServer": fmt.Sprintf(`{"response":{"upload_url":%q}}`, address)})
		q := request("Hello")
		q.Segment.Media = pictures(1)
		if _, err := s.Posts.Publish(context.Background(), q); err == nil || strings.Contains(err.Error(), "permission-to-upload") {
			t.Errorf("the error says %v", err)
		}
	}
}
