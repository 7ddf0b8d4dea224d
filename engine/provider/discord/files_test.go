package discord_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/discord/discordtest"
)

// picture is a file of the workspace, made of its name alone.
func picture(files fstest.MapFS, name string, size int) content.Attachment {
	data := bytes.Repeat([]byte(name), size/len(name)+1)[:size]
	files["media/"+name] = &fstest.MapFile{Data: data, Mode: 0o644}
	sum := sha256.Sum256(data)
	return content.Attachment{File: "media/" + name, SHA256: hex.EncodeToString(sum[:]), Alt: name, Type: "image/png", Bytes: int64(size)}
}

// gallery is a rig with files of its own.
func gallery(t *testing.T) (*rig, fstest.MapFS) {
	t.Helper()
	r, files := newRig(t, discordtest.Options{}), fstest.MapFS{}
	cfg := r.config(false)
	cfg.Files = files
	acc, err := openWith(cfg)
	if err != nil {
		t.Fatal(err)
	}
	r.Account = acc
	return r, files
}

func ids(o provider.Object) []string {
	var out []string
	for i := 0; ; i++ {
		id, there := o.Fields[fmt.Sprintf("media[%d].id", i)]
		if !there {
			return out
		}
		out = append(out, id)
	}
}

// TestEditKeepsFiles replaces one of three, turns their order about, and takes
// one away: what is the same file keeps its id, with a new description.
func TestEditKeepsFiles(t *testing.T) {
	t.Parallel()
	r, files := gallery(t)
	a, b, c, d := picture(files, "a.png", 100), picture(files, "b.png", 100), picture(files, "c.png", 100), picture(files, "d.png", 100)
	first := post("Four coats")
	first.Segment.Media = []content.Attachment{a, b, c}
	o := r.send(t, first)
	was := ids(o)
	next := post("Four coats")
	b.Alt = "B, described anew"
	next.Segment.Media = []content.Attachment{c, d, b}
	edited := r.edit(t, o, first, next)
	now := ids(edited)
	if len(now) != 3 || now[0] != was[2] || now[2] != was[1] || now[1] == was[0] {
		t.Errorf("ids %v, were %v", now, was)
	}
	if got := edited.Fields["media[2].description"]; got != b.Alt {
		t.Errorf("description %q", got)
	}
	last := post("Four coats")
	b.Alt = ""
	last.Segment.Media = []content.Attachment{b}
	edited = r.edit(t, edited, next, last)
	if now := ids(edited); len(now) != 1 || now[0] != was[1] || edited.Fields["media[0].description"] != "" {
		t.Errorf("ids %v, were %v; %v", now, was, edited.Fields)
	}
}

// TestSameFileTwice: each place has its own attachment.
func TestSameFileTwice(t *testing.T) {
	t.Parallel()
	r, files := gallery(t)
	a := picture(files, strings.Repeat("a long name ", 30)+".png", 100)
	p := post("Twice")
	p.Segment.Media = []content.Attachment{a, a}
	o := r.send(t, p)
	if now := ids(r.edit(t, o, p, p)); len(now) != 2 || now[0] == now[1] || now[0] != ids(o)[0] {
		t.Errorf("ids %v, were %v", now, ids(o))
	}
}

// TestFilesThatCannotBe are found out before anything is sent: where a request has
// begun, a lost answer would be a doubt for ever.
func TestFilesThatCannotBe(t *testing.T) {
	t.Parallel()
	r, files := gallery(t)
	changed := picture(files, "changed.png", 100)
	changed.SHA256 = picture(files, "other.png", 100).SHA256
	missing := content.Attachment{File: "media/missing.png"}
	large := picture(files, "large.png", 11<<20)
	half := picture(files, "half.png", 9<<20)
	ok := picture(files, "ok.png", 100)
	for name, media := range map[string][]content.Attachment{
		"changed since":         {ok, changed},
		"missing":               {ok, missing},
		"too large":             {large},
		"too large together":    {half, half, half},
		"too long a text":       {{File: ok.File, SHA256: ok.SHA256, Alt: string(bytes.Repeat([]byte("w"), 1025))}},
		"more than ten of them": {ok, ok, ok, ok, ok, ok, ok, ok, ok, ok, ok},
	} {
		p := post("Hello")
		p.Segment.Media = media
		if _, err := r.Posts.Publish(context.Background(), p); !provider.Is(err, provider.Rejected) {
			t.Errorf("%s: %v is %s", name, err, provider.KindOf(err))
		}
	}
	p := post("Hello")
	p.Segment.Media = []content.Attachment{half, half, half}
	if _, err := r.Posts.Publish(context.Background(), p); err == nil || !strings.Contains(err.Error(), "there is room for") {
		t.Errorf("27 MiB were sent: %v", err)
	}
	if n := len(r.Accepted()); n != 0 {
		t.Errorf("%d messages", n)
	}
}
