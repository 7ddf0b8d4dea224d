package telegram_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/providertest"
	"github.com/smmctl/smmctl/engine/provider/telegram"
	"github.com/smmctl/smmctl/engine/provider/telegram/telegramtest"
)

// changing is a workspace in which files may be replaced.
type changing struct {
	fs.FS
	mu    sync.Mutex
	other map[string]string
}

func (c *changing) Open(name string) (fs.File, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if text, ok := c.other[name]; ok {
		return fstest.MapFS{name: {Data: []byte(text)}}.Open(name)
	}
	return c.FS.Open(name)
}

// put makes a file and the attachment that it is.
func (c *changing) put(name, typ, data string) content.Attachment {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.other == nil {
		c.other = map[string]string{}
	}
	c.other[name] = data
	sum := sha256.Sum256([]byte(data))
	return content.Attachment{File: name, SHA256: hex.EncodeToString(sum[:]), Type: typ, Bytes: int64(len(data))}
}

// picture is the suite's picture in a format.
func picture(format string) content.Attachment {
	name := "media/square." + format
	data, err := fs.ReadFile(providertest.Files(), name)
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(data)
	return content.Attachment{File: name, SHA256: hex.EncodeToString(sum[:]), Type: "image/" + format, Width: 64, Height: 48, Bytes: int64(len(data))}
}

func mediaRig(t *testing.T) (*rig, *changing) {
	t.Helper()
	files := &changing{FS: providertest.Files()}
	r := startRig(t, telegramtest.Options{})
	r.files = files
	r.Account = r.open(t)
	return r, files
}

func with(text string, media ...content.Attachment) provider.Request {
	r := post(text)
	r.Segment.Media = media
	return r
}

// edited makes of a request and its object the request of an edit.
func edited(r provider.Request, o provider.Object, s content.Segment) provider.Request {
	r.PriorSent = map[string]string{}
	for _, v := range r.Segment.FieldValues() {
		r.PriorSent[v.Path] = v.Value
	}
	r.Segment, r.Prior = s, o.Fields
	return r
}

func TestKindsOfMedia(t *testing.T) {
	t.Parallel()
	r, files := mediaRig(t)
	clip := files.put("media/clip.mp4", "video/mp4", "a video")
	clip.Width, clip.Height = 1280, 720
	cover := picture("jpeg")
	clip.Cover = &cover
	for _, c := range []struct {
		a    content.Attachment
		want string
	}{
		{picture("png"), "photo"}, {picture("jpeg"), "photo"}, {picture("gif"), "animation"}, {clip, "video"},
		{files.put("media/list.pdf", "application/pdf", "%PDF-1.7"), "document"},
	} {
		q := with("See", c.a)
		q.Segment.Facets = []content.Facet{{Kind: "bold", Start: 0, End: 3}}
		q.Segment.Options = map[string]string{"spoiler": "true", "caption_above": "true"}
		o, err := r.Posts.Publish(context.Background(), q)
		if err != nil {
			t.Errorf("%s: %v", c.a.File, err)
			continue
		}
		all := r.Messages()
		p := all[len(all)-1]
		plain := c.want == "document"
		if p.Kind != c.want || p.SHA256 != c.a.SHA256 || p.Text != "See" || len(p.Entities) != 1 || p.Spoiler == plain || p.Above == plain || p.Cover != (c.a.Cover != nil) {
			t.Errorf("%s became %+v", c.a.File, p)
		}
		if o.Fields["media[0].kind"] != c.want || o.Fields["media[0].id"] == "" {
			t.Errorf("%s: fields %v", c.a.File, o.Fields)
		}
	}
}

func TestAlbum(t *testing.T) {
	t.Parallel()
	r, files := mediaRig(t)
	ctx := context.Background()
	clip := files.put("media/clip.mp4", "video/mp4", "a video")
	q := with("An album", picture("png"), clip, picture("jpeg"))
	o, err := r.Posts.Publish(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	all := r.Messages()
	if o.ID != "1,2,3" || o.URL != "https://t.me/acme_news/1" || len(all) != 3 || all[0].Text != "An album" || all[1].Text != "" || all[0].Album == "" || all[2].Album != all[0].Album {
		t.Fatalf("%+v of %+v", o, all)
	}
	if a := r.Accepted(); len(a) != 1 || len(r.Live()) != 1 {
		t.Errorf("an album counts as %q", a)
	}
	next := post("after it")
	next.ParentID = o.ID
	after, err := r.Posts.Publish(ctx, next)
	if err != nil || after.ParentID != o.ID || r.Messages()[3].Parent != 1 {
		t.Errorf("an answer to it: %+v, %v", after, err)
	}
	s := q.Segment
	s.Text, s.Media = "The album", []content.Attachment{s.Media[0], picture("jpeg"), s.Media[2]}
	got, err := r.Posts.Edit(ctx, o.ID, edited(q, o, s))
	if err != nil {
		t.Fatal(err)
	}
	all = r.Messages()
	if all[0].Text != "The album" || all[1].Kind != "photo" || all[0].SHA256 != q.Segment.Media[0].SHA256 || all[2].Edited {
		t.Errorf("edited into %+v", all)
	}
	if got.ID != o.ID || got.Fields["media[0].id"] != o.Fields["media[0].id"] || got.Fields["media[1].id"] == o.Fields["media[1].id"] || got.Fields["media[1].kind"] != "photo" || !got.CreatedAt.Equal(o.CreatedAt) {
		t.Errorf("%+v after %+v", got, o)
	}
	if err := r.Pins.Pin(ctx, o.ID); err != nil || len(r.Pinned()) != 1 {
		t.Errorf("pin: %v, %v", err, r.Pinned())
	}
	if err := r.Posts.Delete(ctx, o.ID); err != nil || len(r.Messages()) != 1 {
		t.Errorf("delete: %v, left %+v", err, r.Messages())
	}
}

func TestEditOfMedia(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r, files := mediaRig(t)
	clip := files.put("media/clip.mp4", "video/mp4", "a video")
	pdf := files.put("media/list.pdf", "application/pdf", "%PDF-1.7")
	for name, c := range map[string]struct {
		from, to []content.Attachment
		want     provider.Kind // "" for done
	}{
		"the caption alone":        {[]content.Attachment{picture("png")}, []content.Attachment{picture("png")}, ""},
		"another picture":          {[]content.Attachment{picture("png")}, []content.Attachment{picture("jpeg")}, ""},
		"a video for a picture":    {[]content.Attachment{picture("png")}, []content.Attachment{clip}, ""},
		"a document for a picture": {[]content.Attachment{picture("png")}, []content.Attachment{pdf}, provider.Unsupported},
		"no picture any more":      {[]content.Attachment{picture("png")}, nil, provider.Unsupported},
		"a picture for a text":     {nil, []content.Attachment{picture("png")}, provider.Unsupported},
		"one more":                 {[]content.Attachment{picture("png")}, []content.Attachment{picture("png"), picture("jpeg")}, provider.Unsupported},
		"one less":                 {[]content.Attachment{picture("png"), picture("jpeg")}, []content.Attachment{picture("png")}, provider.Unsupported},
		"both of two":              {[]content.Attachment{picture("png"), picture("jpeg")}, []content.Attachment{picture("jpeg"), picture("png")}, ""},
	} {
		q := with("Before "+name, c.from...)
		o, err := r.Posts.Publish(ctx, q)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		e := edited(q, o, with("After "+name, c.to...).Segment)
		got, err := r.Posts.Edit(ctx, o.ID, e)
		if c.want != "" {
			wantKind(t, err, c.want)
			continue
		}
		if err != nil || got.Fields["text"] != "After "+name || got.Fingerprint != telegram.Driver().Fingerprint(e.Segment) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if kept := got.Fields["media[0].id"] == o.Fields["media[0].id"]; kept != (name == "the caption alone") {
			t.Errorf("%s: kept is %t", name, kept)
		}
	}
}

// TestRefusedBeforeAnyRequest: what cannot be sent is not tried.
func TestRefusedBeforeAnyRequest(t *testing.T) {
	t.Parallel()
	s := newStub(t, nil)
	a := s.open(t)
	ctx := context.Background()
	wide, huge, large := picture("png"), picture("png"), s.files.put("media/large.jpg", "image/jpeg", strings.Repeat("x", 10_000_001))
	wide.Width, wide.Height = 2100, 100
	huge.Width, huge.Height = 6000, 4001
	poll := func(text string, options ...string) provider.Request {
		q := post(text)
		q.Segment.Poll = &content.PollSpec{Options: options, Expires: time.Hour}
		return q
	}
	pdf := s.files.put("media/list.pdf", "application/pdf", "%PDF")
	short, both, comment, stranger, nowhere := poll("Why?", "a", "b"), poll("Why?", "a", "b"), post("x"), post("x"), post("x")
	short.Segment.Poll.Expires = 4 * time.Second
	both.Segment.Media = []content.Attachment{picture("png")}
	comment.Segment.IsComment = true
	stranger.ParentURL = "https://t.me/durov/1"
	nowhere.ParentID = "no-such"
	missing := picture("png")
	missing.File = "media/none.png"
	wrong := picture("png")
	wrong.SHA256 = strings.Repeat("0", 64)
	crossing := post("abcdef")
	crossing.Segment.Facets = []content.Facet{{Kind: "bold", Start: 0, End: 4}, {Kind: "italic", Start: 2, End: 6}}
	for name, c := range map[string]struct {
		r    provider.Request
		want provider.Kind
	}{
		"empty": {post(" \n "), provider.Rejected}, "a long text": {post(strings.Repeat("é", 4095) + "👍"), provider.Rejected},
		"a long caption":  {with(strings.Repeat("é", 1023)+"👍", picture("png")), provider.Rejected},
		"runs that cross": {crossing, provider.Rejected},
		"a long question": {poll(strings.Repeat("é", 301), "a", "b"), provider.Rejected}, "no options": {poll("Why?"), provider.Rejected},
		"one option": {poll("Why?", "a"), provider.Rejected}, "13 options": {poll("Why?", strings.Split("abcdefghijklm", "")...), provider.Rejected},
		"an empty option": {poll("Why?", "a", " "), provider.Rejected}, "a long option": {poll("Why?", "a", strings.Repeat("é", 101)), provider.Rejected},
		"a short poll": {short, provider.Rejected}, "a poll with a picture": {both, provider.Unsupported},
		"a comment": {comment, provider.Unsupported}, "an answer to a stranger": {stranger, provider.Unsupported}, "an answer to nothing": {nowhere, provider.Rejected},
		"a wide picture": {with("x", wide), provider.Rejected}, "a huge picture": {with("x", huge), provider.Rejected}, "a large file": {with("x", large), provider.Rejected},
		"11 pictures":              {with("x", strings11()...), provider.Rejected},
		"an animation in an album": {with("x", picture("gif"), picture("png")), provider.Unsupported},
		"a document in an album":   {with("x", picture("png"), pdf), provider.Unsupported},
		"a missing file":           {with("x", picture("png"), missing), provider.Rejected},
		"a file that has changed":  {with("x", picture("png"), wrong), provider.Rejected},
	} {
		_, err := a.Posts.Publish(ctx, c.r)
		if err == nil || provider.KindOf(err) != c.want {
			t.Errorf("%s: %v is %s, want %s", name, err, provider.KindOf(err), c.want)
		}
	}
	before := with("x", picture("png"))
	_, err := a.Posts.Edit(ctx, "17", edited(before, provider.Object{}, with("x", wrong).Segment))
	wantKind(t, err, provider.Rejected)
	for _, sent := range s.seen {
		if method, _, _ := strings.Cut(sent, " "); strings.HasPrefix(method, "send") || strings.HasPrefix(method, "edit") {
			t.Errorf("%s was called", method)
		}
	}
}

func strings11() []content.Attachment {
	out := make([]content.Attachment, 11)
	for i := range out {
		out[i] = picture("png")
	}
	return out
}

// TestBrokenUpload: a request that the server cannot have got to its end published
// nothing; one that it has may have.
func TestBrokenUpload(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		read int64 // bytes of the body before the connection dies
		want provider.Kind
	}{
		"at the beginning": {1000, provider.Unsent},
		"at the end":       {1 << 40, provider.Ambiguous},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t, nil)
			a := s.files.put("media/film.mp4", "video/mp4", strings.Repeat("film", 4<<20))
			// The server must not read for itself what it has not asked for.
			inner := s.Config.Handler
			s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !strings.HasSuffix(r.URL.Path, "/sendVideo") {
					inner.ServeHTTP(w, r)
					return
				}
				_, _ = io.CopyN(io.Discard, r.Body, c.read)
				conn, _, err := w.(http.Hijacker).Hijack()
				if err != nil {
					panic(err)
				}
				_ = conn.(*net.TCPConn).SetLinger(0)
				_ = conn.Close()
			})
			_, err := s.open(t).Posts.Publish(context.Background(), with("A film", a))
			wantKind(t, err, c.want)
		})
	}
}

func TestThumbnail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*changing) content.Attachment
		want   int // thumbnails
	}{
		"small":    {func(*changing) content.Attachment { return picture("jpeg") }, 1},
		"no JPEG":  {func(*changing) content.Attachment { return picture("png") }, 0},
		"too wide": {func(*changing) content.Attachment { return wider(picture("jpeg"), 321) }, 0},
		"too heavy": {func(f *changing) content.Attachment {
			return wider(f.put("media/c.jpg", "image/jpeg", strings.Repeat("x", 200_000)), 64)
		}, 0},
	} {
		s := newStub(t, answers{"sendVideo": result(aMessage)})
		clip, cover := s.files.put("media/clip.mp4", "video/mp4", "a video"), c.change(s.files)
		clip.Cover = &cover
		if _, err := s.open(t).Posts.Publish(context.Background(), with("Clip", clip)); err != nil {
			t.Fatal(err)
		}
		body := fmt.Sprint(s.calls("sendVideo"))
		if n := strings.Count(body, `name="thumbnail0"`); n != c.want || strings.Count(body, `name="cover0"`) != 1 {
			t.Errorf("%s: %d thumbnails", name, n)
		}
	}
}

func wider(a content.Attachment, width int) content.Attachment {
	a.Width, a.Height = width, 48
	return a
}
