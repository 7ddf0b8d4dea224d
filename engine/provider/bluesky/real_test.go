package bluesky_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/bluesky"
	"github.com/smmctl/smmctl/engine/provider/bluesky/blueskytest"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
)

const (
	posts     = "app.bsky.feed.post"
	gates     = "app.bsky.feed.threadgate"
	postgates = "app.bsky.feed.postgate"
	profiles  = "app.bsky.actor.profile"
)

// publish publishes and returns the object with the record that is on the PDS.
func (r *rig) publish(t *testing.T, q provider.Request) (provider.Object, map[string]any) {
	t.Helper()
	o, err := r.acc.Posts.Publish(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return o, r.stored(t, posts, o.ID)
}

// stored is a record's value; nil where there is none.
func (r *rig) stored(t *testing.T, collection, uri string) map[string]any {
	t.Helper()
	for _, x := range r.Records(t, collection) {
		if x.URI[strings.LastIndex(x.URI, "/"):] == uri[strings.LastIndex(uri, "/"):] {
			return x.Value
		}
	}
	return nil
}

// is compares a part of a record with JSON.
func is(t *testing.T, what string, got any, want string) {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(want), &v); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, v) {
		b, _ := json.Marshal(got)
		t.Errorf("%s is %s\nwant %s", what, b, want)
	}
}

// TestRecord looks at what lies on the server: runs by bytes, language, labels.
func TestRecord(t *testing.T) {
	t.Parallel()
	r, maker := newRig(t, nil), newRig(t, nil)
	s := content.Segment{Text: "Schnee ❄️ @maker: Mäntel #Winter", Language: "de", Options: map[string]string{"labels": "nudity,graphic-media"}}
	run := func(kind, words, value string) {
		at := strings.Index(s.Text, words)
		s.Facets = append(s.Facets, content.Facet{Kind: kind, Start: at, End: at + len(words), Value: value})
	}
	run("mention", "@maker", "@"+maker.Handle)
	run("link", "Mäntel", "https://acme.example/mäntel?a=b&c=d")
	run("bold", "Schnee", "")
	run("tag", "#Winter", "Winter")
	q := request(s)
	o, v := r.publish(t, q)
	is(t, "text", v["text"], `"Schnee ❄️ @maker: Mäntel #Winter"`)
	is(t, "langs", v["langs"], `["de"]`)
	is(t, "labels", v["labels"], `{"$type":"com.atproto.label.defs#selfLabels","values":[{"val":"nudity"},{"val":"graphic-media"}]}`)
	is(t, "facets", v["facets"], `[
		{"index":{"byteStart":14,"byteEnd":20},"features":[{"$type":"app.bsky.richtext.facet#mention","did":"`+maker.DID+`"}]},
		{"index":{"byteStart":22,"byteEnd":29},"features":[{"$type":"app.bsky.richtext.facet#link","uri":"https://acme.example/mäntel?a=b&c=d"}]},
		{"index":{"byteStart":30,"byteEnd":37},"features":[{"$type":"app.bsky.richtext.facet#tag","tag":"Winter"}]}]`)
	made, err := time.Parse(time.RFC3339Nano, fmt.Sprint(v["createdAt"]))
	if d := made.Sub(q.IntentAt); err != nil || d < -time.Second || d > time.Second {
		t.Errorf("created at %v of an intent of %v", v["createdAt"], q.IntentAt)
	}
	if o.Fields["links[0]"] != "https://acme.example/mäntel?a=b&c=d" || o.Fields["mentions[0]"] != maker.DID || o.Fields["labels"] != "nudity,graphic-media" {
		t.Errorf("fields %v", o.Fields)
	}
}

// TestMentionOfNobody is refused before anything is uploaded or written.
func TestMentionOfNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	asked := r.count(t, memory.OpUpload, memory.OpPublish)
	for _, handle := range []string{"@nobody-at-all.test", "no handle"} {
		s := content.Segment{Text: "Hello @nobody", Facets: []content.Facet{{Kind: "mention", Start: 6, End: 13, Value: handle}}, Media: picture("A")}
		_, err := r.acc.Posts.Publish(t.Context(), request(s))
		wantKind(t, err, provider.Rejected)
	}
	if n := asked(); n != 0 {
		t.Errorf("%d uploads and writes", n)
	}
}

// count counts the requests of some operations from now on.
func (r *rig) count(t *testing.T, ops ...string) func() int {
	t.Helper()
	n := make(chan string, 10_000)
	r.Faults.Set(func(op string) memory.Fault {
		for _, o := range ops {
			if o == op {
				n <- op
			}
		}
		return memory.Fault{}
	})
	return func() int { return len(n) }
}

func picture(alts ...string) (out []content.Attachment) {
	for _, alt := range alts {
		out = append(out, content.Attachment{File: "media/square.png", Type: "image/png", Alt: alt, Width: 64, Height: 48})
	}
	return out
}

// TestEmbeds uploads pictures, a card and a video, as one post carries them.
func TestEmbeds(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	card := &content.Card{URL: "https://acme.example/a", Title: "Coats", Description: "That last", Image: &picture("")[0]}
	video := content.Attachment{File: "media/clip.mp4", Type: "video/mp4", Alt: "A clip", Width: 16, Height: 9, Subtitles: map[string]content.Attachment{
		"fr": {File: "media/fr.vtt", Type: "text/vtt"}, "en": {File: "media/en.vtt", Type: "text/vtt"},
	}}
	for name, c := range map[string]struct {
		segment content.Segment
		kind    string
		fields  []string
	}{
		"pictures":                 {content.Segment{Text: "a", Media: picture("One", "Two", "Three", "Four")}, "images", []string{"media[0].id", "media[3].alt"}},
		"card":                     {content.Segment{Text: "b", Card: card}, "external", []string{"card.url", "card.title", "card.description", "card.image"}},
		"card alone":               {content.Segment{Card: &content.Card{URL: "https://acme.example/a", Title: "Coats"}}, "external", []string{"card.url", "card.title"}},
		"pictures win over a card": {content.Segment{Text: "c", Media: picture("One"), Card: card}, "images", []string{"media[0].id", "media[0].alt"}},
		"video":                    {content.Segment{Text: "d", Media: []content.Attachment{video}}, "video", []string{"media[0].id", "media[0].alt", "media[0].subtitles.en", "media[0].subtitles.fr"}},
	} {
		o, v := r.publish(t, request(c.segment))
		e, _ := v["embed"].(map[string]any)
		if e["$type"] != "app.bsky.embed."+c.kind {
			t.Errorf("%s: embed %v", name, e)
		}
		for _, f := range c.fields {
			if o.Fields[f] == "" {
				t.Errorf("%s: no %s in %v", name, f, o.Fields)
			}
		}
		if c.kind == "images" {
			first := e["images"].([]any)[0].(map[string]any)
			is(t, "alt", first["alt"], `"One"`)
			is(t, "aspectRatio", first["aspectRatio"], `{"width":64,"height":48}`)
		}
	}
	for name, s := range map[string]content.Segment{
		"five pictures":         {Text: "x", Media: picture("1", "2", "3", "4", "5")},
		"a video and a picture": {Text: "x", Media: append(picture("1"), video)},
		"long subtitles":        {Text: "x", Media: []content.Attachment{{File: "media/clip.mp4", Type: "video/mp4", Subtitles: map[string]content.Attachment{"en": {File: "media/long.vtt", Type: "text/vtt"}}}}},
		"a thumbnail too large": {Text: "x", Card: &content.Card{URL: "https://acme.example/a", Title: "x", Image: &content.Attachment{File: "media/large.png", Type: "image/png"}}},
		"a picture too large":   {Text: "x", Media: []content.Attachment{{File: "media/large.png", Type: "image/png", Alt: "x"}}},
	} {
		_, err := r.acc.Posts.Publish(t.Context(), request(s))
		if !provider.Is(err, provider.Rejected) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// mediaFiles are what the suite has, and a clip with subtitles.
func mediaFiles() fstest.MapFS {
	out := fstest.MapFS{}
	if fs, ok := providertest.Files().(fstest.MapFS); ok {
		for k, v := range fs {
			out[k] = v
		}
	}
	vtt := "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n"
	out["media/clip.mp4"] = &fstest.MapFile{Data: []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + strings.Repeat("\x00", 64))}
	out["media/en.vtt"], out["media/fr.vtt"] = &fstest.MapFile{Data: []byte(vtt)}, &fstest.MapFile{Data: []byte(vtt + "\n")}
	out["media/long.vtt"] = &fstest.MapFile{Data: []byte(vtt + strings.Repeat("\n", 20_000))}
	out["media/large.png"] = &fstest.MapFile{Data: noise()}
	return out
}

// noise is a picture of a little more than a million bytes.
var noise = sync.OnceValue(func() []byte {
	img := image.NewNRGBA(image.Rect(0, 0, 600, 600))
	_, _ = rand.NewChaCha8([32]byte{}).Read(img.Pix) // never fails
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 255
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // into memory
	}
	return b.Bytes()
})

// TestReplies names root and parent by their versions, for one's own posts, for
// somebody else's by either address, and through an answer to an answer.
func TestReplies(t *testing.T) {
	t.Parallel()
	r, other := newRig(t, nil), newRig(t, nil)
	root := other.Write(t, posts, "", map[string]any{"$type": posts, "text": "A question", "createdAt": "2026-11-24T10:00:00Z"})
	key := root.URI[strings.LastIndex(root.URI, "/")+1:]
	parent := root.URI
	for i, address := range []string{"https://bsky.app/profile/" + other.Handle + "/post/" + key, "https://bsky.app/profile/" + other.DID + "/post/" + key, root.URI} {
		q := request(text(fmt.Sprint("Answer ", i)))
		q.ParentURL = address
		o, v := r.publish(t, q)
		strong := fmt.Sprintf(`{"uri":%q,"cid":%q}`, root.URI, root.CID)
		is(t, "reply", v["reply"], `{"root":`+strong+`,"parent":`+strong+`}`)
		if o.ParentID != root.URI {
			t.Errorf("parent %q", o.ParentID)
		}
		parent = o.ID
	}
	q := request(text("And an answer to that"))
	q.ParentID = parent
	_, v := r.publish(t, q)
	got := v["reply"].(map[string]any)
	if got["root"].(map[string]any)["uri"] != root.URI || got["parent"].(map[string]any)["uri"] != parent {
		t.Errorf("reply %v", got)
	}
	for _, address := range []string{"https://social.example/@x/1", "https://bsky.app/profile/nobody-at-all.test/post/" + key, "https://bsky.app/profile/" + other.DID + "/post/3jzfcijpj2z2a"} {
		q := request(text("To nobody"))
		q.ParentURL = address
		_, err := r.acc.Posts.Publish(t.Context(), q)
		wantKind(t, err, provider.Rejected)
	}
}

// TestGates writes who may reply and quote together with the post, whatever
// answer gets lost, and takes them down with it.
func TestGates(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	s := text("Said to few")
	s.Options = map[string]string{"replies": "mentioned,following", "quotes": "nobody"}
	for i, kind := range []memory.FaultKind{memory.NoFault, memory.LostResponse, memory.ErrorAfter, memory.ErrorBefore, memory.Duplicate} {
		s.Text = fmt.Sprint("Said to few ", i)
		q := request(s)
		if kind != memory.NoFault {
			r.Break(memory.OpPublish, memory.Fault{Kind: kind})
			// The second delivery of one batch is refused with a 500, and its answer is
			// what the client sees.
			_, err := r.acc.Posts.Publish(t.Context(), q)
			wantKind(t, err, provider.Ambiguous)
		}
		o, _ := r.publish(t, q)
		gate, postgate := r.stored(t, gates, o.ID), r.stored(t, postgates, o.ID)
		if gate["post"] != o.ID || postgate["post"] != o.ID {
			t.Fatalf("%s: gates %v, %v", kind, gate, postgate)
		}
		is(t, "allow", gate["allow"], `[{"$type":"app.bsky.feed.threadgate#mentionRule"},{"$type":"app.bsky.feed.threadgate#followingRule"}]`)
		is(t, "embeddingRules", postgate["embeddingRules"], `[{"$type":"app.bsky.feed.postgate#disableRule"}]`)
		r.Break(memory.OpDelete, memory.Fault{Kind: memory.LostResponse})
		wantKind(t, r.acc.Posts.Delete(t.Context(), o.ID), provider.Ambiguous)
		if err := r.acc.Posts.Delete(t.Context(), o.ID); err != nil {
			t.Error(err)
		}
	}
	for _, c := range []string{posts, gates, postgates} {
		if left := r.Records(t, c); len(left) > 0 {
			t.Errorf("left in %s: %v", c, left)
		}
	}
	if got := r.Accepted(); len(got) != 5 {
		t.Errorf("accepted %q", got)
	}
}

// TestGatesOfThreads has one threadgate, at the root, and a postgate each.
func TestGatesOfThreads(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	s := text("One of two")
	s.Options = map[string]string{"replies": "nobody", "quotes": "nobody"}
	first := request(s)
	o, _ := r.publish(t, first)
	is(t, "allow", r.stored(t, gates, o.ID)["allow"], `[]`)
	second := request(s)
	second.Index, second.ParentID, second.RootID = 1, o.ID, o.ID
	r.publish(t, second)
	if a, b := len(r.Records(t, gates)), len(r.Records(t, postgates)); a != 1 || b != 2 {
		t.Errorf("%d threadgates and %d postgates", a, b)
	}
	answer := request(s)
	answer.ParentID = o.ID
	_, err := r.acc.Posts.Publish(t.Context(), answer)
	wantKind(t, err, provider.Rejected)
}

// TestFoundUnderItsKey repeats a publication that was carried out and could be
// refused by now: the post that it answers is gone.
func TestFoundUnderItsKey(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	question := r.Foreign("A question")
	q := request(text("An answer"))
	q.ParentID = question
	r.Break(memory.OpPublish, memory.Fault{Kind: memory.LostResponse})
	_, err := r.acc.Posts.Publish(t.Context(), q)
	wantKind(t, err, provider.Ambiguous)
	r.Remove(t, question)
	o, err := r.acc.Posts.Publish(t.Context(), q)
	if err != nil || o.Fields["text"] != "An answer" {
		t.Errorf("%+v, %v", o, err)
	}
	if live := r.Live(); len(live) != 1 {
		t.Errorf("live %q", live)
	}
}

// TestEditKeeps writes back what an edit is not about: a quote, what the post
// answers, its time, unknown fields, and replies that somebody hid.
func TestEditKeeps(t *testing.T) {
	t.Parallel()
	r := newRig(t, map[string]any{"edit": "put"})
	s := text("Befor")
	s.Options = map[string]string{"replies": "nobody", "quotes": "nobody"}
	q := request(s)
	o, v := r.publish(t, q)
	key := o.ID[strings.LastIndex(o.ID, "/")+1:]
	quoted := r.Write(t, posts, "", map[string]any{"$type": posts, "text": "Quoted", "createdAt": "2026-11-24T10:00:00Z"})
	v["embed"] = map[string]any{"$type": "app.bsky.embed.record", "record": map[string]any{"uri": quoted.URI, "cid": quoted.CID}}
	v["tags"], v["example.acme.own"] = []any{"hidden"}, "kept"
	r.Write(t, posts, key, v)
	gate := r.stored(t, gates, o.ID)
	gate["hiddenReplies"] = []any{quoted.URI}
	r.Write(t, gates, key, gate)
	next := text("Before")
	next.Media = picture("A coat")
	e := q
	e.Segment = next
	got, err := r.acc.Posts.Edit(t.Context(), o.ID, e)
	if err != nil {
		t.Fatal(err)
	}
	after := r.stored(t, posts, o.ID)
	for _, f := range []string{"createdAt", "tags", "example.acme.own"} {
		if !reflect.DeepEqual(after[f], v[f]) {
			t.Errorf("%s is %v, was %v", f, after[f], v[f])
		}
	}
	if got.Fields["quote"] != quoted.URI || got.Fields["media[0].alt"] != "A coat" || !got.CreatedAt.Equal(o.CreatedAt) {
		t.Errorf("edited into %+v", got)
	}
	is(t, "embed", after["embed"].(map[string]any)["$type"], `"app.bsky.embed.recordWithMedia"`)
	gate = r.stored(t, gates, o.ID)
	if _, still := gate["allow"]; still || len(gate["hiddenReplies"].([]any)) != 1 {
		t.Errorf("the gate is %v", gate)
	}
	e.Segment = text("Before")
	if got, err = r.acc.Posts.Edit(t.Context(), o.ID, e); err != nil || got.Fields["quote"] != quoted.URI || got.Fields["media[0].id"] != "" {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestEditOverAnother meets somebody else's edit between reading and writing: it
// is not overwritten unseen.
func TestEditOverAnother(t *testing.T) {
	t.Parallel()
	s := blueskytest.Shared(t)
	var meanwhile atomic.Pointer[func()]
	a := s.Account(t, stage.Options{Watch: func(op string, done bool) {
		if op == memory.OpEdit && !done {
			if f := meanwhile.Swap(nil); f != nil {
				(*f)()
			}
		}
	}})
	r := open(t, a, map[string]any{"edit": "put"})
	q := request(text("Befor"))
	o, v := r.publish(t, q)
	byHand := func() {
		v["text"] = "By hand"
		r.Write(t, posts, o.ID[strings.LastIndex(o.ID, "/")+1:], v)
	}
	meanwhile.Store(&byHand)
	q.Segment = text("Before")
	_, err := r.acc.Posts.Edit(t.Context(), o.ID, q)
	wantKind(t, err, provider.Unsent)
	if now := r.stored(t, posts, o.ID)["text"]; now != "By hand" {
		t.Errorf("the text is %q", now)
	}
	if _, err := r.acc.Posts.Edit(t.Context(), o.ID, q); err != nil {
		t.Error(err)
	}
}

// TestExpiredToken lets the session's token expire: the PDS's own refusal is met
// by one renewal, and what was refused is sent once more.
func TestExpiredToken(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.Expire()
	r.acc = r.open(t)
	s := text("After two hours")
	s.Media = picture("A coat")
	r.publish(t, request(s))
	if n, got := r.Sessions(), r.Accepted(); n != 2 || len(got) != 1 {
		t.Errorf("%d sessions, accepted %q", n, got)
	}
}

// TestProfileKeeps writes back what a profile has beside what we set.
func TestProfileKeeps(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.Write(t, profiles, "self", map[string]any{
		"$type": profiles, "displayName": "Old", "description": "Old words", "pronouns": "they", "website": "https://acme.example", "example.acme.own": []any{"kept"},
	})
	o, _ := r.publish(t, request(text("At the top")))
	if err := r.acc.Pins.Pin(t.Context(), o.ID); err != nil {
		t.Fatal(err)
	}
	header := picture("")[0]
	got, err := r.acc.Profile.SetProfile(t.Context(), content.Face{Name: "Acme", Header: &header})
	if err != nil || got["name"] != "Acme" || got["bio"] != "Old words" || got["header"] == "" {
		t.Fatalf("%v, %v", got, err)
	}
	if err := r.acc.Pins.Unpin(t.Context(), "3jzfcijpj2z2a"); err != nil {
		t.Error(err)
	}
	v := r.Records(t, profiles)[0].Value
	is(t, "pronouns", v["pronouns"], `"they"`)
	is(t, "website", v["website"], `"https://acme.example"`)
	is(t, "example.acme.own", v["example.acme.own"], `["kept"]`)
	if pin, _ := v["pinnedPost"].(map[string]any); pin["uri"] != o.ID {
		t.Errorf("pinned %v", pin)
	}
	if _, err := r.acc.Profile.SetProfile(t.Context(), content.Face{Fields: []content.FieldValue{{Path: "Web", Value: "x"}}}); !provider.Is(err, provider.Unsupported) {
		t.Errorf("links: %v", err)
	}
}

// TestLimits are the server's own as well as ours, and a platform_limits beyond
// them leaves the server to refuse.
func TestLimits(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	family := "👩‍👩‍👧‍👦" // 25 bytes, one grapheme
	r.publish(t, request(text(strings.Repeat("ä", 300))))
	r.publish(t, request(text(strings.Repeat(family, 120))))
	for _, s := range []string{strings.Repeat("ä", 301), strings.Repeat(family, 121), "half a rune \xc3"} {
		_, err := r.acc.Posts.Publish(t.Context(), request(text(s)))
		wantKind(t, err, provider.Rejected)
	}
	r.limits = map[string]int{"characters": 1000, "text_bytes": 5000, "image_bytes": 2_000_000, "media": 9}
	r.acc = r.open(t)
	for name, s := range map[string]content.Segment{
		"301 graphemes":   text(strings.Repeat("ä", 301)),
		"3025 bytes":      text(strings.Repeat(family, 121)),
		"five pictures":   {Text: "x", Media: picture("1", "2", "3", "4", "5")},
		"a large picture": {Text: "x", Media: []content.Attachment{{File: "media/large.png", Type: "image/png", Alt: "x"}}},
		"no language":     {Text: "x", Language: "no language"},
		"no address":      {Text: "x", Facets: []content.Facet{{Kind: "link", Start: 0, End: 1, Value: "nowhere"}}},
		"a long tag":      {Text: "x", Facets: []content.Facet{{Kind: "tag", Start: 0, End: 1, Value: strings.Repeat("x", 65)}}},
	} {
		_, err := r.acc.Posts.Publish(t.Context(), request(s))
		if !provider.Is(err, provider.Rejected) || !strings.Contains(fmt.Sprint(err), "HTTP 400") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, face := range []content.Face{{Name: strings.Repeat("x", 65)}, {Bio: strings.Repeat("x", 257)}} {
		_, err := r.acc.Profile.SetProfile(t.Context(), face)
		wantKind(t, err, provider.Rejected)
	}
	if n := len(r.Live()); n != 2 {
		t.Errorf("%d posts", n)
	}
}

// TestByAnyName finds a post by its id, by its page and by its bare key, and takes
// somebody else's for not there.
func TestByAnyName(t *testing.T) {
	t.Parallel()
	r, other := newRig(t, nil), newRig(t, nil)
	o, _ := r.publish(t, request(text("Here")))
	for _, id := range []string{o.ID, o.URL, o.ID[strings.LastIndex(o.ID, "/")+1:]} {
		if got, err := r.acc.Posts.Get(t.Context(), id); err != nil || got.ID != o.ID {
			t.Errorf("%s: %+v, %v", id, got, err)
		}
	}
	foreign := other.Foreign("Not ours")
	_, err := r.acc.Posts.Get(t.Context(), foreign)
	wantKind(t, err, provider.NotFound)
	wantKind(t, r.acc.Posts.Delete(t.Context(), foreign), provider.NotFound)
	wantKind(t, r.acc.Pins.Pin(t.Context(), foreign), provider.NotFound)
	if n := len(other.Live()); n != 1 {
		t.Errorf("the other account has %d posts", n)
	}
}

// TestSignIn is refused with a wrong password by the real server.
func TestSignIn(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	if id := r.acc.Identity; id.ID != r.DID || id.Handle != "@"+r.Handle || r.acc.ServerTime.IsZero() {
		t.Errorf("identity %+v, time %v", id, r.acc.ServerTime)
	}
	cfg := r.config(t)
	cfg.Credential = func(string) (provider.Secret, error) { return provider.NewSecret(password), nil }
	_, err := bluesky.Driver().Open(t.Context(), cfg)
	wantKind(t, err, provider.Unauthorized)
}
