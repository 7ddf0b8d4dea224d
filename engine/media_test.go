package engine_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/media/fetch"
	"github.com/smmctl/smmctl/engine/plan"
)

// photograph is a JPEG that says where it was taken.
func photograph(t testing.TB) string {
	t.Helper()
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 64, 32)), nil))
	tells := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00 Secret Street 1"
	return "\xff\xd8\xff\xe1\x00" + string(byte(len(tells)+2)) + tells + b.String()[2:]
}

// uploads keeps what is sent to servers.
type uploads struct {
	mu   sync.Mutex
	sent []string
}

func (u *uploads) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/media") {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		_ = r.Body.Close()
		u.mu.Lock()
		u.sent = append(u.sent, string(body))
		u.mu.Unlock()
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return http.DefaultTransport.RoundTrip(r)
}

// What a photograph tells stays here; the plan says so, and afterwards nothing is
// left to do.
func TestMetadataStayHere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	sent := &uploads{}
	w.adjust = func(o *engine.Options) { o.HTTP = &http.Client{Transport: sent} }
	w.write("content/acme/2026-12/media/a.jpg", photograph(t))
	w.post("hello", "media: [{file: media/a.jpg, alt: A street}]\n", "Look.")
	w.commit("A photograph")
	p := w.plan(engine.PlanOptions{})
	if len(p.Changes) != 1 || len(p.Changes[0].Media) != 1 || p.Changes[0].Media[0].Done != "metadata removed: exif" {
		t.Fatalf("%s", asJSON(p))
	}
	w.push()
	same(t, "apply", happened(w.apply()), "published hello@one")
	if len(sent.sent) != 1 || !strings.Contains(sent.sent[0], "\xff\xd8") || strings.Contains(sent.sent[0], "Secret") || strings.Contains(sent.sent[0], "Exif") {
		t.Errorf("sent %q", sent.sent)
	}
	w.quiet()
	kept, err := os.ReadDir(filepath.Join(w.clone, ".smmctl/cache/made"))
	if err != nil || len(kept) != 2 { // and .gitignore
		t.Errorf("%v, %v", kept, err)
	}
	if dirty := w.git(w.clone, "status", "--porcelain"); dirty != "" {
		t.Errorf("the cache is seen: %s", dirty)
	}
}

// A medium of the web is fetched once, by those who are online, and published
// as it was reviewed.
func TestMediaOfTheWeb(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	data := photograph(t)
	asked, status := 0, http.StatusServiceUnavailable
	web := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		asked++
		rw.WriteHeader(status)
		_, _ = io.WriteString(rw, data)
	}))
	t.Cleanup(web.Close)
	roots := x509.NewCertPool()
	roots.AddCert(web.Certificate())
	own := netip.MustParseAddrPort(web.Listener.Addr().String())
	sent := &uploads{}
	w.adjust = func(o *engine.Options) {
		o.HTTP = &http.Client{Transport: sent}
		o.Fetch = fetch.Client(fetch.Options{Roots: roots, Allow: func(a netip.AddrPort) bool { return a == own }})
	}
	digest := sha256.Sum256([]byte(data))
	w.post("hello", "media: [{url: \""+web.URL+"/a.jpg\", sha256: "+hex.EncodeToString(digest[:])+", alt: A street}]\n", "Look.")
	w.post("later", "publish_at: 2026-12-20T09:00\nmedia: [{url: \""+web.URL+"/later.jpg\", sha256: "+strings.Repeat("b", 64)+", alt: A street}]\n", "Later.")
	w.commit("A photograph of the web")
	w.push()

	report, err := w.engine().Validate(bg, nil)
	must(t, err)
	if len(report.Diagnostics) != 2 || report.Diagnostics[0].Rule != "media-not-fetched" {
		t.Errorf("%+v", report.Diagnostics)
	}
	p := w.plan(engine.PlanOptions{Offline: true})
	if c := p.Changes[0]; c.Action != plan.Hold || !strings.Contains(c.Reason, "not fetched yet") || asked != 0 {
		t.Errorf("offline: %+v, asked %d times", c, asked)
	}
	out := w.apply()
	if c := out.Plan.Changes[0]; c.Action != plan.Hold || !strings.Contains(c.Reason, "503") || len(happened(out)) != 0 || asked != 1 {
		t.Errorf("the server is down: %+v, asked %d times", c, asked)
	}
	status = http.StatusOK
	p = w.plan(engine.PlanOptions{})
	if c := p.Changes[0]; c.Action != plan.Publish || c.Media[0].File != web.URL+"/a.jpg" || asked != 2 {
		t.Errorf("%+v, asked %d times", c, asked)
	}
	same(t, "apply", happened(w.apply()), "published hello@one")
	if len(sent.sent) != 1 || strings.Contains(sent.sent[0], "Secret") || !strings.Contains(sent.sent[0], `filename="a.jpg"`) {
		t.Errorf("sent %q", sent.sent)
	}
	w.quiet()
	if asked != 2 {
		t.Errorf("asked %d times: what is not due is not fetched, and what was is not again", asked)
	}
	must(t, os.RemoveAll(filepath.Join(w.clone, ".smmctl")))
	w.quiet()
	if asked != 2 {
		t.Errorf("asked %d times: what is published is not fetched", asked)
	}
}

// What cannot be made is held before anything of it is begun, and the others go
// out.
func TestWhatCannotBeMadeIsHeld(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	turned := "MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	whole := picture(t, 7)
	chunk := func(name, body string) string {
		out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
		out = append(out, name+body...)
		return string(binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(name+body))))
	}
	w.write("content/acme/2026-12/media/a.png", whole[:33]+chunk("eXIf", turned)+chunk("IDAT", "no pixels at all")+chunk("IEND", ""))
	w.post("broken", "media: [{file: media/a.png, alt: A}]\n", "Broken.")
	w.post("sound", "", "Sound.")
	out := w.publish("Two posts")
	same(t, "apply", happened(out), "published sound@one")
	if c := out.Plan.Changes[0]; c.Action != plan.Hold || !strings.Contains(c.Reason, "damaged") || c.Key.Post != "broken" {
		t.Errorf("%s", asJSON(out.Plan))
	}
	if n := w.servers["one"].Requests()["POST /api/v2/media"]; n != 0 || w.entry("broken@one") != nil {
		t.Errorf("%d uploads, %+v", n, w.entry("broken@one"))
	}
}
