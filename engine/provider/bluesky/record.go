package bluesky

import (
	"context"
	"encoding/json"
	"net/url"

	"github.com/smmctl/smmctl/engine/provider"
)

// post is a record of app.bsky.feed.post.
type post struct {
	Type      string      `json:"$type"`
	Text      string      `json:"text"`
	Facets    []facet     `json:"facets,omitempty"`
	Reply     *reply      `json:"reply,omitempty"`
	Embed     *embed      `json:"embed,omitempty"`
	Langs     []string    `json:"langs,omitempty"`
	Labels    *selfLabels `json:"labels,omitempty"`
	CreatedAt string      `json:"createdAt"`
}

// facet marks a run of the text, in bytes of UTF-8.
type facet struct {
	Index struct {
		Start int `json:"byteStart"`
		End   int `json:"byteEnd"`
	} `json:"index"`
	Features []feature `json:"features"`
}

// feature is what a run is: a link, a mention or a tag.
type feature struct {
	Type string `json:"$type"`
	URI  string `json:"uri,omitempty"`
	DID  string `json:"did,omitempty"`
	Tag  string `json:"tag,omitempty"`
}

// ref names one version of a record.
type ref struct {
	URI string `json:"uri"`
	CID string `json:"cid"`
}

type reply struct {
	Root   ref `json:"root"`
	Parent ref `json:"parent"`
}

type selfLabels struct {
	Type   string      `json:"$type"`
	Values []selfLabel `json:"values"`
}

type selfLabel struct {
	Val string `json:"val"`
}

// embed is any of the kinds of embed that we write, and what we keep of others.
type embed struct {
	Type string `json:"$type"`

	Images []picture `json:"images,omitempty"`

	Video       *blob     `json:"video,omitempty"`
	Captions    []caption `json:"captions,omitempty"`
	Alt         string    `json:"alt,omitempty"`
	AspectRatio *ratio    `json:"aspectRatio,omitempty"`

	External *external `json:"external,omitempty"`

	Record json.RawMessage `json:"record,omitempty"` // a quote that somebody made
	Media  *embed          `json:"media,omitempty"`  // what else a quote carries
}

const (
	imagesEmbed   = "app.bsky.embed.images"
	videoEmbed    = "app.bsky.embed.video"
	externalEmbed = "app.bsky.embed.external"
	quoteEmbed    = "app.bsky.embed.record"
	quoteAndMedia = "app.bsky.embed.recordWithMedia"
)

type picture struct {
	Image       *blob  `json:"image"`
	Alt         string `json:"alt"`
	AspectRatio *ratio `json:"aspectRatio,omitempty"`
}

type ratio struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

type caption struct {
	Lang string `json:"lang"`
	File *blob  `json:"file"`
}

type external struct {
	URI         string `json:"uri"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Thumb       *blob  `json:"thumb,omitempty"`
}

// blob is a file on the server, by the digest of its content.
type blob struct {
	Type string `json:"$type"`
	Ref  struct {
		Link string `json:"$link"`
	} `json:"ref"`
	MimeType string `json:"mimeType"`
	Size     int64  `json:"size"`
}

func (b *blob) cid() string {
	if b == nil {
		return ""
	}
	return b.Ref.Link
}

// found is a record as the server has it.
type found struct {
	URI   string          `json:"uri"`
	CID   string          `json:"cid"`
	Value json.RawMessage `json:"value"`
}

// post reads the record; what has a wrong type is left empty.
func (f found) post() post {
	var p post
	_ = json.Unmarshal(f.Value, &p)
	return p
}

// fields reads the record with everything in it, to be written again.
func (f found) fields() map[string]json.RawMessage {
	m := map[string]json.RawMessage{}
	_ = json.Unmarshal(f.Value, &m)
	return m
}

// record reads one record. It is NotFound where there is none.
func (l *login) record(ctx context.Context, op string, p place) (found, error) {
	var f found
	err := l.get(ctx, op, "com.atproto.repo.getRecord", url.Values{"repo": {p.repo}, "collection": {p.collection}, "rkey": {p.rkey}}, &f)
	if err != nil {
		return found{}, err
	}
	if f.URI != p.uri() || f.CID == "" || len(f.Value) == 0 {
		return found{}, &provider.Error{Kind: provider.Unsent, Op: op, Err: errAnother}
	}
	return f, nil
}

// written is what putRecord answers.
type written struct {
	URI string `json:"uri"`
	CID string `json:"cid"`
}

// swap is what putRecord compares with: the record's CID as it was read, or null
// where there must be none.
type swap *string

// put writes one record whole.
func (l *login) put(ctx context.Context, op string, p place, record any, was swap) (written, error) {
	var w written
	err := l.write(ctx, op, "com.atproto.repo.putRecord", map[string]any{
		"repo": p.repo, "collection": p.collection, "rkey": p.rkey, "record": record, "swapRecord": was,
	}, &w)
	if err != nil {
		return w, err
	}
	if w.URI != p.uri() || w.CID == "" {
		return w, &provider.Error{Kind: provider.Ambiguous, Op: op, Err: errAnother}
	}
	return w, nil
}

// change is one write of a batch that is carried out whole or not at all.
type change struct {
	Type       string `json:"$type"`
	Collection string `json:"collection"`
	RKey       string `json:"rkey"`
	Value      any    `json:"value,omitempty"`
}

func creation(p place, record any) change {
	return change{"com.atproto.repo.applyWrites#create", p.collection, p.rkey, record}
}

func deletion(p place) change {
	return change{"com.atproto.repo.applyWrites#delete", p.collection, p.rkey, nil}
}

// batch carries changes out together and returns what the server says of each.
func (l *login) batch(ctx context.Context, op string, changes []change) ([]written, error) {
	var out struct {
		Results []written `json:"results"`
	}
	err := l.write(ctx, op, "com.atproto.repo.applyWrites", map[string]any{"repo": l.did, "writes": changes}, &out)
	if err != nil {
		return nil, err
	}
	if len(out.Results) != len(changes) {
		return nil, unreadable(op, "the answer has another number of results than there were writes")
	}
	return out.Results, nil
}
