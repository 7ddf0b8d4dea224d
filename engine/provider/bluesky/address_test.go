package bluesky

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

var intent = time.Date(2026, 12, 3, 9, 30, 0, 123456789, time.UTC)

func keyed(key string, index int) provider.Request {
	return provider.Request{ClientKey: content.Digest(key), IntentAt: intent, Index: index}
}

func TestKeyOf(t *testing.T) {
	t.Parallel()
	valid := regexp.MustCompile(`^[234567a-j][234567a-z]{12}$`)
	first, at, err := keyOf(keyed("a", 0))
	if err != nil || !valid.MatchString(first) {
		t.Fatalf("%q, %v", first, err)
	}
	if again, _, _ := keyOf(keyed("a", 0)); again != first {
		t.Errorf("the same request has the keys %q and %q", first, again)
	}
	if got := timeOf(first); !got.Equal(at) {
		t.Errorf("%q holds %v, was made of %v", first, got, at)
	}
	if d := at.Sub(intent); d < -time.Second || d > time.Second {
		t.Errorf("%v is far from the intent's %v", at, intent)
	}
	other := keyed("a", 0)
	other.IntentAt = intent.Add(time.Hour)
	if later, _, _ := keyOf(other); later <= first {
		t.Errorf("%q of an hour later sorts before %q", later, first)
	}
}

// TestKeysOfOneSecond makes many publications of one intent: their keys differ,
// and the parts of a thread follow one another.
func TestKeysOfOneSecond(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for i := range 40 {
		last := ""
		for index := range 60 {
			r := keyed(strings.Repeat("x", i)+"/"+string(rune('a'+index)), index)
			key, _, err := keyOf(r)
			if err != nil || seen[key] || key <= last {
				t.Fatalf("part %d: %q after %q, seen before: %t, %v", index, key, last, seen[key], err)
			}
			seen[key], last = true, key
		}
	}
}

func TestKeyOfNeedsBoth(t *testing.T) {
	t.Parallel()
	noTime, noKey, before := keyed("a", 0), keyed("a", 0), keyed("a", 0)
	noTime.IntentAt, noKey.ClientKey, before.IntentAt = time.Time{}, "", time.Unix(-5, 0)
	for _, r := range []provider.Request{noTime, noKey, before} {
		if key, _, err := keyOf(r); err == nil {
			t.Errorf("%+v has the key %q", r, key)
		}
	}
}

// TestTimeOf reads the specification's own examples (atproto.com/specs/tid, read
// 2026-11-24), and what is no TID.
func TestTimeOf(t *testing.T) {
	t.Parallel()
	for key, known := range map[string]bool{
		"3jzfcijpj2z2a": true, "7777777777777": true, "3zzzzzzzzzzzz": true, "2222222222222": true,
		"3jzfcijpj2z21": false, "0000000000000": false, "3jzfcijpj2z2aa": false, "3jzfcijpj2z2": false, "kjzfcijpj2z2a": false, "": false, "self": false,
	} {
		if got := timeOf(key); got.IsZero() == known {
			t.Errorf("%q: %v", key, got)
		}
	}
}

func TestParsePost(t *testing.T) {
	t.Parallel()
	at := place{"did:plc:abc", postType, "3jzfcijpj2z2a"}
	named := place{"maker.example", postType, "3jzfcijpj2z2a"}
	for address, want := range map[string]place{
		"at://did:plc:abc/app.bsky.feed.post/3jzfcijpj2z2a":              at,
		"https://bsky.app/profile/did:plc:abc/post/3jzfcijpj2z2a":        at,
		"https://BSKY.app/profile/maker.example/post/3jzfcijpj2z2a/?x#y": named,
		"http://bsky.app/profile/maker.example/post/3jzfcijpj2z2a":       {},
		"https://bsky.app.evil.example/profile/maker.example/post/3jz":   {},
		"https://bsky.app/profile/maker.example":                         {},
		"https://bsky.app/profile/../post/3jzfcijpj2z2a":                 {},
		"https://bsky.app/profile/maker.example/post/..":                 {},
		"https://bsky.app/profile/maker.example/feed/3jzfcijpj2z2a":      {},
		"at://did:plc:abc/app.bsky.feed.like/3jzfcijpj2z2a":              {},
		"at://did:plc:abc/app.bsky.feed.post/3jzfcijpj2z2a/more":         {},
		"at://did:plc:abc/app.bsky.feed.post/a b":                        {},
		"at://not a did/app.bsky.feed.post/3jzfcijpj2z2a":                {},
		"":                                   {},
		"https://social.example/@somebody/1": {},
	} {
		got, ok := parsePost(address)
		if ok != (want != place{}) || ok && got != want {
			t.Errorf("%q: %+v, %t", address, got, ok)
		}
	}
}

func TestServerURL(t *testing.T) {
	t.Parallel()
	for server, want := range map[string]string{
		"https://bsky.social": "https://bsky.social", "bsky.social": "https://bsky.social", " https://PDS.example/ ": "https://pds.example",
		"http://127.0.0.1:2583": "http://127.0.0.1:2583", "http://localhost:2583": "http://localhost:2583",
		"http://pds.internal": "http://pds.internal", "http://pds.example": "", "https://pds.example/xrpc": "", "https://user:pw@pds.example": "", "https://pds.example?x=1": "", "ftp://pds.example": "", "": "", "https://": "",
	} {
		u, err := serverURL(server)
		if (err == nil) != (want != "") || err == nil && u.String() != want {
			t.Errorf("%q: %v, %v", server, u, err)
		}
	}
}

func TestReadOptions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   map[string]string
		want choices
		bad  bool
	}{
		{nil, choices{}, false},
		{map[string]string{"replies": "everyone", "quotes": "everyone"}, choices{}, false},
		{map[string]string{"replies": "nobody", "quotes": "nobody"}, choices{gated: true, unquoted: true}, false},
		{map[string]string{"replies": "mentioned,following,mentioned"}, choices{gated: true, allow: []string{rules["mentioned"], rules["following"]}}, false},
		{map[string]string{"labels": "nudity,graphic-media"}, choices{labels: []string{"nudity", "graphic-media"}}, false},
		{map[string]string{"labels": strings.Repeat("x,", 10) + "x"}, choices{}, true},
		{map[string]string{"replies": "friends"}, choices{}, true},
		{map[string]string{"replies": "nobody,mentioned"}, choices{}, true},
		{map[string]string{"quotes": "followers"}, choices{}, true},
	} {
		got, err := readOptions(c.in)
		if c.bad != (err != nil) {
			t.Errorf("%v: %v", c.in, err)
		}
		same := slices.Equal(got.labels, c.want.labels) && slices.Equal(got.allow, c.want.allow) && got.gated == c.want.gated && got.unquoted == c.want.unquoted
		if err == nil && !same {
			t.Errorf("%v: %+v, want %+v", c.in, got, c.want)
		}
	}
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	picture := content.Attachment{Alt: "A coat"}
	of := func(text string, media ...content.Attachment) string {
		return fingerprintOf(content.Segment{Text: text, Media: media})
	}
	for name, c := range map[string]struct {
		a, b string
		same bool
	}{
		"spaces and case":     {of("First  Snow!"), of("first snow"), true},
		"forms of a letter":   {of("caf\u00e9"), of("cafe\u0301"), true},
		"another word":        {of("First snow"), of("Last snow"), false},
		"a picture more":      {of("Snow", picture), of("Snow"), false},
		"signs alone":         {of("❄️"), of("☀️"), false},
		"pictures alone":      {of("", picture), of("", content.Attachment{Alt: "A hat"}), false},
		"the picture's words": {of("Snow", picture), of("Snow", content.Attachment{Alt: "A hat"}), true},
	} {
		if (c.a == c.b) != c.same {
			t.Errorf("%s: the same is %t", name, c.a == c.b)
		}
	}
}

func TestObject(t *testing.T) {
	t.Parallel()
	at := place{"did:plc:abc", postType, "3jzfcijpj2z2a"}
	for name, c := range map[string]struct {
		value string
		want  map[string]string
	}{
		"plain": {`{"text":"Hi","createdAt":"2026-12-03T09:30:00Z","langs":["en","fr"]}`, map[string]string{"text": "Hi", "language": "en,fr"}},
		"quote": {`{"text":"","embed":{"$type":"app.bsky.embed.record","record":{"uri":"at://x","cid":"c"}}}`, map[string]string{"text": "", "quote": "at://x"}},
		"quote and pictures": {
			`{"text":"","embed":{"$type":"app.bsky.embed.recordWithMedia","record":{"$type":"app.bsky.embed.record","record":{"uri":"at://x","cid":"c"}},"media":{"$type":"app.bsky.embed.images","images":[{"alt":"A","image":{"$type":"blob","ref":{"$link":"b"}}}]}}}`,
			map[string]string{"text": "", "quote": "at://x", "media[0].id": "b", "media[0].alt": "A"},
		},
		"quotes in quotes": {`{"text":"","embed":{"$type":"app.bsky.embed.recordWithMedia","media":{"$type":"app.bsky.embed.recordWithMedia"}}}`, map[string]string{"text": ""}},
		"unknown embed":    {`{"text":"","embed":{"$type":"app.bsky.embed.gallery","items":[]}}`, map[string]string{"text": "", "embed": "app.bsky.embed.gallery"}},
		"wrong types":      {`{"text":5,"langs":"en","embed":[],"facets":{},"createdAt":7,"reply":"x"}`, map[string]string{"text": ""}},
		"no object":        {`"text"`, map[string]string{"text": ""}},
		"nulls":            {`{"text":"x","embed":null,"facets":null,"labels":null}`, map[string]string{"text": "x"}},
	} {
		o := found{Value: []byte(c.value)}.post().object(at)
		if len(o.Fields) != len(c.want) {
			t.Errorf("%s: %v, want %v", name, o.Fields, c.want)
		}
		for k, v := range c.want {
			if o.Fields[k] != v {
				t.Errorf("%s: %s is %q, want %q", name, k, o.Fields[k], v)
			}
		}
		if o.CreatedAt.IsZero() || o.ID != at.uri() || cmp.Compare(o.URL, at.page()) != 0 {
			t.Errorf("%s: %+v", name, o)
		}
	}
}
