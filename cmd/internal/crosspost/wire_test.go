package crosspost

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// wire is a transport that keeps what was sent to change something.
type wire struct {
	names map[string]string // host: platform

	mu   sync.Mutex
	sent map[string][]string
}

// RoundTrip implements http.RoundTripper.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close()
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	w.keep(r, body)
	return http.DefaultTransport.RoundTrip(r)
}

// quiet are requests that publish nothing: signing in, asking by POST.
var quiet = regexp.MustCompile(`createSession|/getMe|/getChat|/groups\.|/account\.|/users\.|/wall\.get|/utils\.|UploadServer`)

func (w *wire) keep(r *http.Request, body []byte) {
	name := w.names[r.URL.Host]
	if r.Method == http.MethodGet || quiet.MatchString(r.URL.Path) || name == "" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sent == nil {
		w.sent = map[string][]string{}
	}
	w.sent[name] = append(w.sent[name], tidy(r.Method+" "+where(r.URL))+"\n"+tidy(shown(r.Header.Get("Content-Type"), body)))
}

// where is a request's path without what is secret or changes in it.
func where(u *url.URL) string {
	if q := u.Query().Get("rest_route"); q != "" {
		return q
	}
	return u.Path
}

// shown writes a body for people.
func shown(kind string, body []byte) string {
	media, params, _ := mime.ParseMediaType(kind)
	switch media {
	case "application/json":
		return indented(body)
	case "application/x-www-form-urlencoded":
		form, _ := url.ParseQuery(string(body))
		return fields(form)
	case "multipart/form-data":
		return parts(body, params["boundary"])
	}
	return fmt.Sprintf("(%s)\n", media)
}

func indented(body []byte) string {
	var b bytes.Buffer
	var v any
	if json.Unmarshal(body, &v) != nil {
		return string(body) + "\n"
	}
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(v)
	return b.String()
}

func fields(form url.Values) string {
	var b strings.Builder
	for _, k := range slices.Sorted(func(yield func(string) bool) {
		for k := range form {
			if !yield(k) {
				return
			}
		}
	}) {
		fmt.Fprintf(&b, "%s = %s\n", k, strings.ReplaceAll(form.Get(k), "\n", "\n    "))
	}
	return b.String()
}

func parts(body []byte, boundary string) string {
	var b strings.Builder
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		p, err := r.NextPart()
		if err != nil {
			return b.String()
		}
		data, _ := io.ReadAll(p)
		switch {
		case p.FileName() != "":
			fmt.Fprintf(&b, "%s = (%s, %s)\n", p.FormName(), p.FileName(), p.Header.Get("Content-Type"))
		case strings.HasPrefix(string(data), "{") || strings.HasPrefix(string(data), "["):
			fmt.Fprintf(&b, "%s = %s", p.FormName(), indented(data))
		default:
			fmt.Fprintf(&b, "%s = %s\n", p.FormName(), data)
		}
	}
}

// changing are the values that differ from run to run.
var changing = []struct {
	form *regexp.Regexp
	name string
}{
	{regexp.MustCompile(`/bot[0-9]+:[A-Za-z0-9_-]+/`), "/bot…/"},
	{regexp.MustCompile(`/webhooks/[0-9]+/[^/\s]+`), "/webhooks/…"},
	{regexp.MustCompile(`at://did:plc:[a-z0-9]+/`), "at://…/"},
	{regexp.MustCompile(`did:plc:[a-z0-9]+`), "did:plc:…"},
	{regexp.MustCompile(`\bbaf[a-z0-9]{50,}`), "baf…"},
	{regexp.MustCompile(`\b3[a-z2-7]{12}\b`), "3…"},
	{regexp.MustCompile(`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?`), "20…"},
	{regexp.MustCompile(`\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b`), "0123…-…"},
	{regexp.MustCompile(`\b[0-9a-f]{16,64}\b`), "0123…"},
	{regexp.MustCompile(`[a-z0-9-]+\.test\b`), "maker.test"},
	{regexp.MustCompile(`127\.0\.0\.1:\d+`), "blog.example"},
	{regexp.MustCompile(`\b\d{4,}\b`), "1234"},
}

func tidy(s string) string {
	for _, c := range changing {
		s = c.form.ReplaceAllString(s, c.name)
	}
	return s
}

// page is what the documentation shows, the site's page among it.
func (w *wire) page(in *world) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var b strings.Builder
	section := func(name, kind, text string) { fmt.Fprintf(&b, "\n### %s\n\n````%s\n%s````\n", name, kind, text) }
	html, err := os.ReadFile(filepath.Join(in.dir, "public/site/posts/first-snow/index.html"))
	if err != nil {
		in.t.Error(err)
	}
	section("site: `posts/first-snow/index.html`, its article", "html", article(string(html)))
	for _, d := range destinations {
		section(d.name, "text", strings.Join(w.sent[d.name], "\n"))
	}
	return b.String() + "\n"
}

// article is the page's main part, with times and files' names taken out.
func article(html string) string {
	if i := strings.Index(html, "<article"); i >= 0 {
		html = html[i:]
	}
	if i := strings.LastIndex(html, "</article>"); i >= 0 {
		html = html[:i+len("</article>")] + "\n"
	}
	return tidy(html)
}
