package bluesky

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// errAnother is of an answer that is about something else than was asked.
var errAnother = errors.New("the answer names no record, or another one")

// object makes an Object of a post's record. Its time is the record's own; the
// server keeps none. Links and mentions are those of the marked runs.
func (p post) object(at place) provider.Object {
	f := fields{"text": p.Text}
	f.set("language", strings.Join(p.Langs, ","))
	if p.Labels != nil {
		var all []string
		for _, v := range p.Labels.Values {
			all = append(all, v.Val)
		}
		f.set("labels", strings.Join(all, ","))
	}
	f.facets(p.Facets)
	alts := f.embed(p.Embed)
	o := provider.Object{
		ID: at.uri(), URL: at.page(), CreatedAt: p.created(at.rkey),
		Fields: f, Fingerprint: essence{p.Text, alts}.fingerprint(),
	}
	if p.Reply != nil {
		o.ParentID = p.Reply.Parent.URI
	}
	return o
}

// created is when the record says that it was made, else what its key says.
func (p post) created(rkey string) time.Time {
	if t, err := time.Parse(time.RFC3339Nano, p.CreatedAt); err == nil {
		return t.UTC()
	}
	return timeOf(rkey)
}

// fields are paths and values; an empty value is left out.
type fields map[string]string

func (f fields) set(path, value string) {
	if value != "" {
		f[path] = value
	}
}

func (f fields) facets(all []facet) {
	links, mentions := 0, 0
	for _, x := range all {
		for _, feature := range x.Features {
			switch {
			case feature.URI != "":
				f[fmt.Sprintf("links[%d]", links)] = feature.URI
				links++
			case feature.DID != "":
				f[fmt.Sprintf("mentions[%d]", mentions)] = feature.DID
				mentions++
			}
		}
	}
}

// embed sets the fields of an embed and returns the alternative texts of its
// media. Of a kind that we do not know there is its name.
func (f fields) embed(e *embed) (alts []string) {
	if e == nil {
		return nil
	}
	switch e.Type {
	case imagesEmbed:
		for i, m := range e.Images {
			f.set(fmt.Sprintf("media[%d].id", i), m.Image.cid())
			f.set(fmt.Sprintf("media[%d].alt", i), m.Alt)
			alts = append(alts, m.Alt)
		}
	case videoEmbed:
		f.set("media[0].id", e.Video.cid())
		f.set("media[0].alt", e.Alt)
		for _, c := range e.Captions {
			f.set("media[0].subtitles."+c.Lang, c.File.cid())
		}
		alts = append(alts, e.Alt)
	case externalEmbed:
		f.card(e.External)
	case quoteEmbed:
		f.set("quote", quoted(e.Record))
	case quoteAndMedia:
		var inner embed
		_ = json.Unmarshal(e.Record, &inner)
		f.set("quote", quoted(inner.Record))
		if e.Media != nil && e.Media.Type != quoteAndMedia {
			alts = f.embed(e.Media)
		}
	default:
		f.set("embed", e.Type)
	}
	return alts
}

func (f fields) card(c *external) {
	if c == nil {
		return
	}
	f.set("card.url", c.URI)
	f.set("card.title", c.Title)
	f.set("card.description", c.Description)
	f.set("card.image", c.Thumb.cid())
}

func quoted(record json.RawMessage) string {
	var r ref
	_ = json.Unmarshal(record, &r)
	return r.URI
}
