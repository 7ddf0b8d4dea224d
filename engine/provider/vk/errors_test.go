package vk_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/vk/vktest"
)

// What an answer to wall.post proves.
func TestErrorKinds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code int
		text string
		want provider.Kind
		wait time.Duration
		says string
	}{
		{1, "something", provider.Ambiguous, 0, ""},
		{2, "app off", provider.Unauthorized, 0, ""},
		{3, "no method", provider.Unsupported, 0, ""},
		{5, "bad token", provider.Unauthorized, 0, "revoked"},
		{6, "too fast", provider.Throttled, time.Second, ""},
		{7, "not allowed", provider.Unauthorized, 0, ""},
		{8, "bad request", provider.Rejected, 0, ""},
		{9, "flood", provider.Throttled, 5 * time.Minute, ""},
		{10, "broken", provider.Ambiguous, 0, ""},
		{13, "broken", provider.Ambiguous, 0, ""},
		{14, "captcha", provider.Unauthorized, 0, "a person must"},
		{15, "no access: there is no such post", provider.Rejected, 0, ""},
		{15, "no access to this method with the scopes there are", provider.Unauthorized, 0, ""},
		{17, "who are you", provider.Unauthorized, 0, "person"},
		{19, "blocked", provider.Rejected, 0, ""},
		{22, "upload", provider.Unsent, 0, ""},
		{23, "method off", provider.Unsupported, 0, ""},
		{24, "confirm", provider.Unauthorized, 0, "person"},
		{27, "community", provider.Unauthorized, 0, "community's token"},
		{28, "application", provider.Unauthorized, 0, "service token"},
		{29, "daily limit", provider.Throttled, 3 * time.Hour, ""},
		{32, "wait", provider.Ambiguous, 0, ""},
		{36, "took too long", provider.Ambiguous, 0, ""},
		{43, "closed for now", provider.Ambiguous, 0, ""},
		{100, "bad parameter: message is too long", provider.Rejected, 0, "too long"},
		{103, "beyond", provider.Rejected, 0, ""},
		{105, "not stored", provider.Unsent, 0, ""},
		{203, "community", provider.Rejected, 0, ""},
		{214, "not posted", provider.Rejected, 0, ""},
		{214, "not posted: a post is already scheduled for this time", provider.Rejected, 0, "already scheduled"},
		{214, "not posted: no more than 50 posts a day", provider.Throttled, 3 * time.Hour, ""},
		{219, "advertisement", provider.Throttled, time.Hour, ""},
		{220, "recipients", provider.Rejected, 0, ""},
		{222, "links", provider.Rejected, 0, ""},
		{224, "advertisements", provider.Throttled, 6 * time.Hour, ""},
		{1117, "old", provider.Unauthorized, 0, "expired"},
		{3300, "captcha", provider.Unauthorized, 0, "a person must"},
		{3610, "gone", provider.Unauthorized, 0, ""},
		{987654, "Something new", provider.Ambiguous, 0, ""},
	} {
		t.Run(fmt.Sprint(c.code, " ", c.text), func(t *testing.T) {
			t.Parallel()
			s := newStub(t, map[string]string{"wall.post": failed(c.code, c.text)})
			_, err := s.Posts.Publish(context.Background(), request("Hello"))
			is(t, err, c.want)
			var e *provider.Error
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
			if want := s.clock.Now().Add(c.wait); c.wait > 0 && !e.RetryAfter.Equal(want) {
				t.Errorf("come back at %v, want %v", e.RetryAfter, want)
			}
			if !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), fmt.Sprint("error ", c.code)) {
				t.Errorf("the error says %q", err)
			}
		})
	}
}

// Each code that VK publishes for our methods is sorted on purpose.
func TestEveryPublishedCodeIsSorted(t *testing.T) {
	t.Parallel()
	doubtful := map[int]bool{1: true, 10: true, 13: true, 43: true}
	s := newStub(t, nil)
	for _, code := range vktest.Codes() {
		s.set("wall.post", failed(code, "no words"))
		_, err := s.Posts.Publish(context.Background(), request("Hello"))
		if got := provider.KindOf(err); (got == provider.Ambiguous) != doubtful[code] {
			t.Errorf("code %d is %s", code, got)
		}
	}
}

// What another answer than VK's own proves.
func TestStatusKinds(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]provider.Kind{
		http.StatusMovedPermanently: provider.Rejected, http.StatusFound: provider.Ambiguous,
		http.StatusUnauthorized: provider.Unauthorized, http.StatusForbidden: provider.Unauthorized,
		http.StatusNotFound: provider.Rejected, http.StatusGone: provider.Rejected,
		http.StatusMethodNotAllowed: provider.Unsupported, http.StatusRequestEntityTooLarge: provider.Rejected,
		http.StatusTooManyRequests: provider.Throttled, http.StatusInternalServerError: provider.Ambiguous,
		http.StatusBadGateway: provider.Ambiguous, http.StatusServiceUnavailable: provider.Ambiguous,
	} {
		s := newStub(t, nil)
		for _, method := range []string{"wall.post", "wall.edit", "wall.delete"} {
			s.status[method] = status
		}
		_, err := s.Posts.Publish(context.Background(), request("Hello"))
		is(t, err, want)
		_, err = s.Posts.Edit(context.Background(), "-1_5", request("Hello"))
		is(t, err, want)
		// An address that is not there must not look like a post that is gone.
		is(t, s.Posts.Delete(context.Background(), "-1_5"), want)
	}
}

// A read that fails changed nothing.
func TestReadsAreNeverInDoubt(t *testing.T) {
	t.Parallel()
	for _, body := range []string{failed(1, ""), failed(10, ""), "", "<html>", `{"response":`, `{}`, `{"response":"no"}`, `{"response":{"items":"no"}}`, `{"response":{"items":[{"id":"x"}]}}`} {
		s := newStub(t, map[string]string{"wall.getById": body, "wall.get": body, "groups.getById": body})
		_, err := s.Posts.Get(context.Background(), "-1_5")
		if k := provider.KindOf(err); err == nil || k != provider.Unsent && k != provider.NotFound {
			t.Errorf("get: %q is %v", body, err)
		}
		for _, err := range s.Posts.List(context.Background()) {
			is(t, err, provider.Unsent)
		}
		_, err = s.Schedules.ListScheduled(context.Background())
		if body != `{}` {
			is(t, err, provider.Unsent)
		}
		_, err = s.Profile.GetProfile(context.Background())
		if k := provider.KindOf(err); err == nil || k == provider.Ambiguous {
			t.Errorf("profile: %q is %v", body, err)
		}
	}
}

// A publication that cannot be read back is in doubt, whatever the reading says:
// it must not be sent again unseen.
func TestUnreadPublicationIsInDoubt(t *testing.T) {
	t.Parallel()
	for _, body := range []string{failed(6, ""), failed(5, ""), failed(100, ""), "", `{"response":{"items":[]}}`} {
		s := newStub(t, map[string]string{"wall.getById": body})
		_, err := s.Posts.Publish(context.Background(), request("Hello"))
		is(t, err, provider.Ambiguous)
		r := request("Later")
		r.At = start.Add(time.Hour)
		_, err = s.Schedules.Schedule(context.Background(), r)
		is(t, err, provider.Ambiguous)
	}
}

// An answer to a write that does not prove it is doubt.
func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	huge := `{"response":{"post_id":5,"x":"` + strings.Repeat("x", 9<<20) + `"}}`
	for _, body := range []string{"", "null", "[]", "7", "<html>", `{"response":{"post_id":5}`, `{"response":{}}`, `{"response":{"post_id":-5}}`,
		`{"response":{"post_id":"5"}}`, `{"response":{"post_id":5e300}}`, `{"error":"no"}`, `{"error":{"error_code":"six"}}`, huge} {
		s := newStub(t, map[string]string{"wall.post": body, "wall.edit": body, "wall.delete": body})
		_, err := s.Posts.Publish(context.Background(), request("Hello"))
		is(t, err, provider.Ambiguous)
		_, err = s.Posts.Edit(context.Background(), "-1_5", request("Hello"))
		is(t, err, provider.Ambiguous)
		is(t, s.Posts.Delete(context.Background(), "-1_5"), provider.Ambiguous)
		if len(err.Error()) > 1000 {
			t.Errorf("an error of %d bytes", len(err.Error()))
		}
	}
}

// No error shows a part of the token, whoever says it.
func TestSecretsStayHidden(t *testing.T) {
	t.Parallel()
	half := secret[:len(secret)/2]
	for _, body := range []string{
		failed(5, "wrong token "+secret), failed(100, "token "+half), failed(9, strings.Repeat("x", 290)+secret), failed(987, secret[7:]),
		secret, `{"response":"` + secret + `"}`, `{"response":{"post_id":"` + secret + `"}}`, `{"error":"` + secret + `"}`,
	} {
		s := newStub(t, nil)
		for _, method := range []string{"wall.post", "wall.edit", "wall.delete", "wall.get", "wall.getById", "groups.getById", "photos.getWallUploadServer", "upload", "account.getAppPermissions"} {
			s.set(method, body)
			for _, err := range everything(s) {
				hidden(t, err)
			}
		}
		for _, status := range []int{http.StatusFound, http.StatusForbidden, http.StatusInternalServerError} {
			s.status["wall.post"] = status
			_, err := s.Posts.Publish(context.Background(), request("Hello"))
			hidden(t, err)
		}
	}
}

func everything(s *stub) []error {
	ctx := context.Background()
	r := request("Hello")
	r.Segment.Media = pictures(1)
	_, a := s.Posts.Publish(ctx, r)
	_, b := s.Posts.Edit(ctx, "-1_5", r)
	_, c := s.Profile.GetProfile(ctx)
	_, d := s.open()
	return []error{a, b, c, d, s.Posts.Delete(ctx, "-1_5")}
}

func hidden(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	for i := 0; i+12 <= len(secret); i++ {
		if strings.Contains(err.Error(), secret[i:i+12]) {
			t.Fatalf("the error shows the token: %v", err)
		}
	}
}
