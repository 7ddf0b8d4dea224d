//go:build linux

package wordpresstest

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
)

// Start starts a fresh account with the rights of an editor, on a server that
// the whole test binary shares.
func Start(t testing.TB, o stage.Options) *stage.Platform {
	t.Helper()
	return Shared(t).Start(t, o, "editor").Platform
}

// Account is one user of a server, behind a gate of its own.
type Account struct {
	*stage.Platform
	ID       int
	User     string
	Password string

	server *Server
	site   *httptest.Server

	mu         sync.Mutex
	foreign    []string
	complaints []string
}

// Start makes an account of a role (author, editor, administrator …).
func (s *Server) Start(t testing.TB, o stage.Options, role string) *Account {
	t.Helper()
	out, err := s.script(t.Context(), "account.php", role)
	if err != nil {
		t.Fatalf("wordpresstest: %v", err)
	}
	var made struct {
		ID              int
		Login, Password string
	}
	if err := json.Unmarshal(out, &made); err != nil {
		t.Fatalf("wordpresstest: %v: %s", err, out)
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	a := &Account{ID: made.ID, User: made.Login, Password: made.Password, server: s}
	gate := &stage.Gate{
		Next: http.HandlerFunc(a.serve), Op: op, Clock: o.Clock, Watch: o.Watch, Throttled: throttled, Broken: broken,
	}
	a.site = httptest.NewServer(gate)
	t.Cleanup(a.site.Close)
	a.Platform = &stage.Platform{
		Gate: gate, Provider: "wordpress", Server: a.site.URL, Real: true,
		Secrets:  map[string]string{"user": made.Login, "app_password": made.Password},
		Accepted: func() []string { return a.texts(t, a.accepted) },
		Live:     func() []string { return a.texts(t, a.live) },
		Foreign: func(text string) string {
			return a.Post(t, map[string]any{"status": "publish", "content": "<p>" + html.EscapeString(text) + "</p>"})
		},
		Complaints: func() []string {
			a.mu.Lock()
			defer a.mu.Unlock()
			return slices.Clone(a.complaints)
		},
	}
	return a
}

// HTTP returns a client that can be refused a connection.
func (a *Account) HTTP() *http.Client { return a.Client(a.site) }

// serve looks at what a client should not do, and lets the request through.
func (a *Account) serve(w http.ResponseWriter, r *http.Request) {
	complain := func(format string, args ...any) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.complaints = append(a.complaints, fmt.Sprintf(format, args...))
	}
	agent, password := r.UserAgent(), strings.ReplaceAll(a.Password, " ", "")
	switch {
	case agent == "" || strings.HasPrefix(agent, "Go-http-client"):
		complain("%s %s: no User-Agent", r.Method, r.URL.Path)
	case strings.Contains(strings.ReplaceAll(r.URL.RawQuery, "+", ""), password):
		complain("%s %s: the password is in the address", r.Method, r.URL.Path)
	case r.Method == http.MethodDelete && r.URL.Query().Get("force") != "":
		complain("%s %s: deleted for good", r.Method, r.URL.Path)
	}
	a.server.ServeHTTP(w, r)
}

// Do sends a request to the API past the gate, as somebody does on the web page,
// and decodes its answer into v.
func (a *Account) Do(t testing.TB, method, route string, body map[string]any, v any) {
	t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(method, a.Server+"/wp-json/wp/v2/"+route, bytes.NewReader(b))
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth(a.User, a.Password)
	w := httptest.NewRecorder()
	a.server.ServeHTTP(w, r)
	if w.Code/100 != 2 {
		t.Fatalf("%s %s: %d: %s", method, route, w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), v); err != nil {
		t.Fatalf("%s %s: %v: %s", method, route, err, w.Body)
	}
}

// Post makes a post of the account that is not ours and returns its id.
func (a *Account) Post(t testing.TB, body map[string]any) string {
	t.Helper()
	var made struct{ ID int }
	a.Do(t, http.MethodPost, "posts", body, &made)
	id := strconv.Itoa(made.ID)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.foreign = append(a.foreign, id)
	return id
}

// Cron does what the site's own clock does when somebody visits it.
func (a *Account) Cron(t testing.TB) {
	t.Helper()
	w := httptest.NewRecorder()
	a.server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, a.Server+"/wp-cron.php", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("wp-cron.php: %d: %s", w.Code, w.Body)
	}
}

// accepted reads the database's own record of what was published.
func (a *Account) accepted(ctx context.Context) ([][]string, error) {
	return a.server.sql(ctx, "wordpress", fmt.Sprintf("SELECT post, HEX(content) FROM smmctl_journal WHERE author = %d ORDER BY n", a.ID))
}

func (a *Account) live(ctx context.Context) ([][]string, error) {
	return a.server.sql(ctx, "wordpress", fmt.Sprintf(
		"SELECT 0, HEX(post_content) FROM wp_posts WHERE post_author = %d AND post_type = 'post' AND post_status = 'publish' ORDER BY ID", a.ID))
}

// texts makes plain text of rows of a post's id and its content, without those
// of somebody else.
func (a *Account) texts(t testing.TB, query func(context.Context) ([][]string, error)) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	rows, err := query(ctx)
	if err != nil {
		t.Errorf("wordpresstest: %v", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []string
	for _, r := range rows {
		if slices.Contains(a.foreign, r[0]) {
			continue
		}
		b, err := hex.DecodeString(r[1])
		if err != nil {
			t.Errorf("wordpresstest: %v", err)
		}
		out = append(out, plain(string(b)))
	}
	return out
}

// plain is a post's text as its author wrote it: its paragraphs, a blank line
// between them.
func plain(content string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(content))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(b.String())
		case html.TextToken:
			b.WriteString(strings.TrimLeft(string(z.Text()), "\n"))
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == "p" {
				b.WriteString("\n\n")
			}
		}
	}
}

// throttled answers as a host does that limits requests; WordPress itself has no
// limit.
func throttled(w http.ResponseWriter, after time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(after/time.Second)))
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = io.WriteString(w, "<html><head><title>429 Too Many Requests</title></head></html>")
}

// broken answers as WordPress does when PHP fails (wp_die of a fatal error).
func broken(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(http.StatusInternalServerError)
	_, _ = io.WriteString(w, `{"code":"internal_server_error","message":"<p>There has been a critical error on this website.<\/p>","data":{"status":500}}`)
}

// OpDraft is the operation of making a draft, which no reader sees.
const OpDraft = "draft"

// op names what a request to the API does.
func op(r *http.Request, body []byte) string {
	route := r.URL.Query().Get("rest_route")
	if after, ok := strings.CutPrefix(r.URL.Path, "/wp-json"); ok && route == "" {
		route = after
	}
	kind, id, _ := strings.Cut(strings.Trim(strings.TrimPrefix(route, "/wp/v2"), "/"), "/")
	var sent struct {
		Status string `json:"status"`
		Sticky *bool  `json:"sticky"`
		Title  *string
	}
	_ = json.Unmarshal(body, &sent)
	switch {
	case kind == "users":
		return memory.OpOpen
	case kind == "settings" && r.Method == http.MethodGet:
		return memory.OpGetProfile
	case kind == "settings":
		return memory.OpSetProfile
	case kind == "media" && r.Method == http.MethodPost:
		return memory.OpUpload
	case kind != "posts":
		return ""
	case id == "" && r.Method == http.MethodGet && r.URL.Query().Get("status") == "draft":
		return "" // a look for what an interrupted attempt has left
	case id == "" && r.Method == http.MethodGet && r.URL.Query().Get("status") == "future":
		return memory.OpListScheduled
	case id == "" && r.Method == http.MethodGet:
		return memory.OpList
	case r.Method == http.MethodGet:
		return memory.OpGet
	case r.Method == http.MethodDelete:
		return memory.OpDelete
	case sent.Status == "draft":
		return OpDraft
	case sent.Status == "future":
		return memory.OpSchedule
	case sent.Status == "publish":
		return memory.OpPublish
	case sent.Title != nil:
		return memory.OpEdit
	case sent.Sticky != nil && *sent.Sticky:
		return memory.OpPin
	case sent.Sticky != nil:
		return memory.OpUnpin
	}
	return memory.OpReschedule
}

// Backdate moves a post of the account into the past, as time does.
func (a *Account) Backdate(t testing.TB, id string, by time.Duration) {
	t.Helper()
	n, err := strconv.Atoi(id)
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.server.sql(t.Context(), "wordpress", fmt.Sprintf(
		"UPDATE wp_posts SET post_date = post_date - INTERVAL %[1]d SECOND, post_date_gmt = post_date_gmt - INTERVAL %[1]d SECOND WHERE ID = %[2]d",
		int(by/time.Second), n))
	if err == nil { // and WordPress's own note of when to publish it
		_, err = a.server.script(t.Context(), "due.php", id)
	}
	if err != nil {
		t.Fatalf("wordpresstest: %v", err)
	}
}

// Many makes n posts that are not ours, same of them of each second, past
// WordPress itself.
func (a *Account) Many(t testing.TB, n, same int) {
	t.Helper()
	_, err := a.server.sql(t.Context(), "wordpress", fmt.Sprintf(`INSERT INTO wp_posts
		(post_author, post_date, post_date_gmt, post_modified, post_modified_gmt, post_content, post_title, post_excerpt, post_status, post_name, to_ping, pinged, post_content_filtered)
		SELECT %d, at, at, at, at, CONCAT('<p>Number ', seq, '</p>'), '', '', 'publish', CONCAT('many-', %d, '-', seq), '', '', ''
		FROM (SELECT seq, UTC_TIMESTAMP() - INTERVAL 1 HOUR + INTERVAL seq DIV %d SECOND AS at FROM seq_1_to_%d) AS s`, a.ID, a.ID, same, n))
	if err != nil {
		t.Fatalf("wordpresstest: %v", err)
	}
}
