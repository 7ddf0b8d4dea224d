package wordpress_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/wordpress"
)

func wpError(code string, status int) string {
	return fmt.Sprintf(`{"code":%q,"message":"Sorry.","data":{"status":%d}}`, code, status)
}

// calls are every way to the site, by name.
func calls(acc *provider.Account) map[string]func() error {
	ctx, q := context.Background(), article("errors", "Hello.")
	soon := q
	soon.At = q.At.Add(48 * 3600e9)
	return map[string]func() error{
		"publish":  func() error { _, err := acc.Posts.Publish(ctx, q); return err },
		"draft":    func() error { _, err := acc.Posts.Publish(ctx, q); return err },
		"edit":     func() error { _, err := acc.Posts.Edit(ctx, "5", q); return err },
		"get":      func() error { _, err := acc.Posts.Get(ctx, "5"); return err },
		"delete":   func() error { return acc.Posts.Delete(ctx, "5") },
		"pin":      func() error { return acc.Pins.Pin(ctx, "5") },
		"schedule": func() error { _, err := acc.Schedules.Schedule(ctx, soon); return err },
		"profile":  func() error { _, err := acc.Profile.SetProfile(ctx, content.Face{Name: "Acme"}); return err },
		"face":     func() error { _, err := acc.Profile.GetProfile(ctx); return err },
		"due":      func() error { _, err := acc.Schedules.ListScheduled(ctx); return err },
		"list": func() (last error) {
			for _, err := range acc.Posts.List(ctx) {
				last = err
			}
			return last
		},
	}
}

// TestErrors: what each answer proves.
func TestErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		call   string
		status int
		body   string
		want   provider.Kind
	}{
		{"publish", 400, wpError("rest_invalid_param", 400), provider.Rejected},
		{"publish", 400, wpError("empty_content", 400), provider.Rejected},
		{"publish", 400, wpError("acf_validation_failed", 400), provider.Ambiguous},
		{"publish", 400, "<html>400 Bad Request</html>", provider.Rejected},
		{"publish", 413, "<html>too large</html>", provider.Rejected},
		{"publish", 401, wpError("rest_cannot_create", 401), provider.Unauthorized},
		{"publish", 401, wpError("incorrect_password", 401), provider.Unauthorized},
		{"publish", 403, wpError("rest_cannot_publish", 403), provider.Unauthorized},
		{"publish", 403, "<html>blocked by the firewall</html>", provider.Ambiguous},
		{"publish", 404, wpError("rest_post_invalid_id", 404), provider.Unsent},
		{"publish", 405, "", provider.Unsupported},
		{"publish", 409, wpError("something_else", 409), provider.Ambiguous},
		{"publish", 500, wpError("db_insert_error", 500), provider.Ambiguous},
		{"publish", 500, wpError("internal_server_error", 500), provider.Ambiguous},
		{"publish", 502, "<html>", provider.Ambiguous},
		{"publish", 503, "Briefly unavailable for scheduled maintenance.", provider.Ambiguous},
		{"publish", 429, "", provider.Throttled},
		{"publish", 301, "", provider.Rejected},
		{"publish", 200, "{}", provider.Ambiguous},
		{"publish", 201, "", provider.Ambiguous},
		{"publish", 201, `{"id":"5"}`, provider.Ambiguous},
		{"publish", 201, `[]`, provider.Ambiguous},
		{"draft", 500, "", provider.Unsent},
		{"draft", 502, "<html>", provider.Unsent},
		{"draft", 201, "nothing", provider.Unsent},
		{"draft", 200, "[]", provider.Unsent},
		{"draft", 400, wpError("acf_validation_failed", 400), provider.Rejected},
		{"draft", 400, wpError("rest_invalid_param", 400), provider.Rejected},
		{"draft", 401, wpError("rest_cannot_create", 401), provider.Unauthorized},
		{"draft", 404, wpError("rest_no_route", 404), provider.Unsupported},
		{"draft", 429, "", provider.Throttled},
		{"schedule", 500, "", provider.Ambiguous},
		{"schedule", 403, wpError("rest_cannot_publish", 403), provider.Unauthorized},
		{"edit", 404, wpError("rest_post_invalid_id", 404), provider.NotFound},
		{"edit", 403, wpError("rest_forbidden_context", 403), provider.NotFound},
		{"get", 404, wpError("rest_post_invalid_id", 404), provider.NotFound},
		{"get", 403, wpError("rest_forbidden_context", 403), provider.NotFound},
		{"get", 401, wpError("rest_forbidden_context", 401), provider.Unauthorized},
		{"get", 500, "", provider.Unsent},
		{"get", 200, "nothing", provider.Unsent},
		{"delete", 410, wpError("rest_already_trashed", 410), provider.NotFound},
		{"delete", 404, wpError("rest_post_invalid_id", 404), provider.NotFound},
		{"delete", 403, wpError("rest_cannot_delete", 403), provider.Unauthorized},
		{"delete", 500, wpError("rest_cannot_delete", 500), provider.Ambiguous},
		{"pin", 404, wpError("rest_post_invalid_id", 404), provider.NotFound},
		{"pin", 200, "{}", provider.Ambiguous},
		{"profile", 403, wpError("rest_forbidden", 403), provider.Unauthorized},
		{"profile", 200, "{}", provider.Ambiguous},
		{"face", 200, "{}", provider.Unsent},
		{"list", 500, "", provider.Unsent},
		{"list", 200, "null", provider.Unsent},
		{"list", 200, `{"not":"a list"}`, provider.Unsent},
		{"list", 200, `[{"id":5}]`, provider.Unsent},
		{"list", 401, wpError("rest_not_logged_in", 401), provider.Unauthorized},
		{"due", 200, "true", provider.Unsent},
	} {
		t.Run(fmt.Sprintf("%s %d %.30s", c.call, c.status, c.body), func(t *testing.T) {
			t.Parallel()
			s := newStub(t)
			acc := s.open(t)
			s.late = map[string]int{"draft": 1, "publish": 2, "schedule": 2}[c.call]
			s.status, s.body, s.header = c.status, c.body, map[string]string{"Location": "https://elsewhere.example/", "Retry-After": "30"}
			err := calls(acc)[c.call]()
			wantKind(t, err, c.want)
			var e *provider.Error
			if !errors.As(err, &e) || e.Op == "" {
				t.Errorf("%v does not say what was asked", err)
			}
		})
	}
}

// TestTrashlessSite: a site without a trash is asked to delete for good, for it
// has refused everything else.
func TestTrashlessSite(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	acc := s.open(t)
	s.status, s.body = 501, wpError("rest_trash_not_supported", 501)
	wantKind(t, acc.Posts.Delete(context.Background(), "5"), provider.Unsupported)
	if len(s.seen) != 2 || s.seen[0].URL.Query().Has("force") || s.seen[1].URL.Query().Get("force") != "true" {
		t.Errorf("%d requests", len(s.seen))
	}
}

// post5 is a post as the API gives it.
const post5 = `{"id":%d,"date":"2026-11-24T10:00:0%d","date_gmt":"2026-11-24T09:00:00","slug":"a","status":%q,"link":"https://blog.example/a/","author":%d,
"title":{"raw":"A"},"content":{"raw":"<p>Hello.</p>"},"excerpt":{"raw":""},"featured_media":0,"categories":[1],"tags":[]}`

// TestForeignPosts: what is another author's, or was not asked for, is not ours.
func TestForeignPosts(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	acc := s.open(t)
	s.body = fmt.Sprintf(post5, 5, 0, "publish", 8)
	_, err := acc.Posts.Get(context.Background(), "5")
	wantKind(t, err, provider.NotFound)
	s.header = map[string]string{"X-WP-Total": "3"}
	s.body = "[" + fmt.Sprintf(post5, 5, 1, "publish", 8) + "," + fmt.Sprintf(post5, 6, 1, "draft", 7) + "," + fmt.Sprintf(post5, 7, 0, "publish", 7) + "]"
	n := 0
	for o, err := range acc.Posts.List(context.Background()) {
		if n++; err != nil || o.ID != "7" {
			t.Errorf("%s, %v", o.ID, err)
		}
	}
	if n != 1 {
		t.Errorf("%d listed, want 1", n)
	}
}

// TestListingThatHides: fewer posts than the site counts, or the same page for
// ever, prove no absence.
func TestListingThatHides(t *testing.T) {
	t.Parallel()
	for name, total := range map[string]string{"hides": "2", "repeats itself": "500", "no total": ""} {
		s := newStub(t)
		acc := s.open(t)
		s.body = "[" + fmt.Sprintf(post5, 5, 0, "publish", 7) + "]"
		if total == "500" {
			s.body = "[" + strings.Repeat(fmt.Sprintf(post5, 5, 0, "publish", 7)+",", 99) + fmt.Sprintf(post5, 5, 0, "publish", 7) + "]"
		}
		s.header = map[string]string{"X-WP-Total": total}
		err := calls(acc)["list"]()
		if provider.KindOf(err) != provider.Unsent || !strings.Contains(fmt.Sprint(err), "relied") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSecrets: no error shows the password, in whatever form the site repeats it.
func TestSecrets(t *testing.T) {
	t.Parallel()
	bare := strings.ReplaceAll(secret, " ", "")
	basic := base64.StdEncoding.EncodeToString([]byte("acme:" + secret))
	for _, form := range []string{secret, bare, basic} {
		for _, status := range []int{400, 401, 403, 404, 429, 500, 501, 503, 301, 200} {
			s := newStub(t)
			acc := s.open(t)
			quoted, err := json.Marshal(form)
			if err != nil {
				t.Fatal(err)
			}
			for _, body := range []string{
				form, `{"code":"rest_x","message":` + string(quoted) + `}`, `{"code":` + string(quoted) + `}`,
				`{"message":"` + strings.Repeat("x", 290) + form + `"}`, `{"message":"` + strings.ReplaceAll(form, "a", `\u0061`) + `"}`,
			} {
				s.status, s.body, s.header = status, body, map[string]string{"Location": "https://elsewhere.example/" + bare}
				for name, call := range calls(acc) {
					said := fmt.Sprintf("%v %+v", call(), call())
					for _, f := range []string{secret, bare, basic, bare[:12], secret[:12]} {
						if strings.Contains(said, f) {
							t.Errorf("%s, %d, %.40s: the error tells the password: %s", name, status, body, said)
						}
					}
				}
			}
			s.signIn, s.status, s.body = "", 401, form
			if _, err := wordpress.Driver().Open(context.Background(), s.config()); err == nil || strings.Contains(err.Error(), bare[:8]) {
				t.Errorf("sign-in: %v", err)
			}
		}
	}
}

// TestWhereThePasswordGoes: in the header of requests to the site, and nowhere
// else.
func TestWhereThePasswordGoes(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	acc := s.open(t)
	for _, call := range calls(acc) {
		_ = call()
	}
	for _, r := range s.seen {
		user, password, ok := r.BasicAuth()
		if !ok || user != "acme" || password != secret || strings.Contains(r.URL.String(), "abcd") {
			t.Errorf("%s %s: %s %t", r.Method, r.URL, user, ok)
		}
	}
	if len(s.seen) < 9 {
		t.Errorf("%d requests", len(s.seen))
	}
}

// TestServers: which addresses are taken.
func TestServers(t *testing.T) {
	t.Parallel()
	for server, ok := range map[string]bool{
		"": false, "http://blog.example": false, "ftp://blog.example": false, "https://user:pw@blog.example": false,
		"https://blog.example/?p=1": false, "http://10.0.0.1:1": true, "http://127.0.0.1:1": true, "https://127.0.0.1:1/blog/": true,
	} {
		s := newStub(t)
		cfg := s.config()
		cfg.Account.Server = server
		cfg.HTTP = &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("not sent") })}
		_, err := wordpress.Driver().Open(context.Background(), cfg)
		if refused := provider.Is(err, provider.Rejected); refused == ok {
			t.Errorf("%q: %v", server, err)
		}
	}
	for _, missing := range []string{"user", "app_password"} {
		s := newStub(t)
		cfg := s.config()
		given := cfg.Credential
		cfg.Credential = func(name string) (provider.Secret, error) {
			if name == missing {
				return provider.NewSecret("  "), nil
			}
			return given(name)
		}
		_, err := wordpress.Driver().Open(context.Background(), cfg)
		wantKind(t, err, provider.Unauthorized)
	}
}

// TestNotWordPress: what answers something else is told from a wrong password.
func TestNotWordPress(t *testing.T) {
	t.Parallel()
	for body, status := range map[string]int{"<html>hello</html>": 200, "{}": 200, "<html>not found</html>": 404, `{"id":"x"}`: 200} {
		s := newStub(t)
		s.signIn, s.status, s.body = "", status, body
		_, err := wordpress.Driver().Open(context.Background(), s.config())
		if err == nil || provider.Is(err, provider.Unauthorized) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// TestHugeAnswer: an answer without an end is cut off, and is doubt.
func TestHugeAnswer(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	acc := s.open(t)
	s.late, s.status, s.body = 2, 201, `{"id":5,"slug":"`+strings.Repeat("a", 9<<20)+`"}`
	wantKind(t, calls(acc)["publish"](), provider.Ambiguous)
	wantKind(t, calls(acc)["get"](), provider.Unsent)
}

// TestSiteClock: the moment of publication is by the site's clock, where that
// differs from ours by more than a Date header's seconds.
func TestSiteClock(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 10, 25, 0, 30, 0, 700e6, time.UTC) // the hour that comes twice in Paris
	for off, want := range map[time.Duration]string{
		-time.Second: "2026-10-25T00:30:00", 40 * time.Second: "2026-10-25T00:30:40", -50 * time.Second: "2026-10-25T00:29:10",
	} {
		s := newStub(t)
		s.date, s.late = now.Add(off), 2
		cfg := s.config()
		cfg.Clock = memory.NewClock(now)
		acc, err := wordpress.Driver().Open(context.Background(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		_ = calls(acc)["publish"]()
		var sent struct {
			DateGMT string `json:"date_gmt"`
		}
		if err := json.Unmarshal(s.last, &sent); err != nil || sent.DateGMT != want {
			t.Errorf("off by %v: %s, want date_gmt %s", off, s.last, want)
		}
	}
}
