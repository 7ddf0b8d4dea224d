package migrate

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// record is a request of nodejs/bluesky, and once it was carried out, its result.
type record struct {
	Action       string `json:"action"`
	Account      string `json:"account"`
	RichText     string `json:"richText"`
	RichTextFile string `json:"richTextFile"`
	RepostURL    string `json:"repostURL"`
	ReplyURL     any    `json:"replyURL"` // in a thread it is no text
	Record       struct {
		CreatedAt string `json:"createdAt"`
	} `json:"record"`
	Result struct {
		URI string `json:"uri"`
	} `json:"result"`
}

// readRecords reads records/processed, which was published, and records/new,
// which was not.
func readRecords(fsys fs.FS, _ *history, o Options) (*Export, error) {
	e := &Export{}
	found := false
	for _, folder := range []string{"records/processed", "records/new"} {
		names, err := e.texts(fsys, folder, ".json")
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		found = true
		for _, name := range names {
			e.record(fsys, name, folder == "records/processed", o)
		}
	}
	if !found {
		return nil, wrong("there is neither records/processed nor records/new in %s: --source names the repository with the records", o.Source)
	}
	e.handles(fsys)
	return e, nil
}

// record reads one file: one request, or those of a thread.
func (e *Export) record(fsys fs.FS, name string, published bool, o Options) {
	text, ok := e.text(fsys, name)
	if !ok {
		return
	}
	var list []record
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		var one record
		if err := json.Unmarshal([]byte(text), &one); err != nil {
			e.note(name, "is no request that can be read: left out")
			return
		}
		list = []record{one}
	}
	if len(list) == 0 || len(list) > maxParts {
		e.note(name, "holds no request, or more than %d: left out", maxParts)
		return
	}
	p := Post{Where: name, Name: strings.TrimSuffix(path.Base(name), ".json"), Published: published, Accounts: []string{list[0].Account}}
	p.At, p.Day = recordTime(list[0], path.Base(name), o.Zone)
	if !published {
		p.At, p.Day = time.Time{}, false
	}
	if !e.action(&p, list[0]) {
		return
	}
	for _, r := range list {
		body := r.RichText
		if body == "" && r.RichTextFile != "" {
			if body, ok = readSmall(fsys, path.Join(path.Dir(name), r.RichTextFile)); !ok {
				e.note(name, "%q, which has its text, cannot be read: left out", clip(r.RichTextFile))
				return
			}
		}
		p.Parts = append(p.Parts, threadBreak.Split(body, maxParts)...)
	}
	e.Posts = append(e.Posts, p)
	e.wants(list[0])
}

// threadBreak is what the tool splits a text at.
var threadBreak = regexp.MustCompile(`(?m)^[ \t]*(?:[-*_][ \t]*){2,}$`)

func (e *Export) action(p *Post, r record) bool {
	p.Remote = pageOf(r.Result.URI)
	reply, _ := r.ReplyURL.(string)
	switch r.Action {
	case "post":
	case "reply":
		p.ReplyTo = reply
	case "quote-post":
		p.Quote = r.RepostURL
	case "repost":
		p.Repost = r.RepostURL
	default:
		e.note(p.Where, "action %q is not known: left out", clip(r.Action))
		return false
	}
	return true
}

// recordTime is when it was published: as the record says, else the day that its
// file is named after.
func recordTime(r record, base string, zone *time.Location) (at time.Time, day bool) {
	if at, err := time.Parse(time.RFC3339, r.Record.CreatedAt); err == nil {
		return at, false
	}
	if len(base) >= len(time.DateOnly) {
		if at, err := time.ParseInLocation(time.DateOnly, base[:len(time.DateOnly)], zone); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

var atURI = regexp.MustCompile(`^at://(did:[a-z]+:[A-Za-z0-9._:%-]{1,500})/app\.bsky\.feed\.(post|repost)/([A-Za-z0-9._:~-]{1,512})$`)

// pageOf is where people read a post. A repost has no page of its own.
func pageOf(uri string) string {
	m := atURI.FindStringSubmatch(uri)
	switch {
	case m == nil:
		return ""
	case m[2] == "repost":
		return uri
	}
	return "https://bsky.app/profile/" + m[1] + "/post/" + m[3]
}

// wants notes an account, with the identity that its posts were made under.
func (e *Export) wants(r record) {
	for _, a := range e.Accounts {
		if a.Name == r.Account {
			return
		}
	}
	if m := atURI.FindStringSubmatch(r.Result.URI); m != nil && r.Account != "" {
		e.Accounts = append(e.Accounts, Account{Name: r.Account, Provider: "bluesky", Server: bluesky, Handle: m[1]})
	}
}

var workflowHandle = regexp.MustCompile(`(?m)^\s*BLUESKY_IDENTIFIER_([A-Za-z0-9_]{1,60}):\s*['"]?([A-Za-z0-9.-]{3,253})['"]?\s*(?:#.*)?$`)

// handles puts the handles that the workflows name in the place of identities.
func (e *Export) handles(fsys fs.FS) {
	names, err := fs.Glob(fsys, ".github/workflows/*.yml")
	if err != nil {
		return // the pattern is right
	}
	for _, name := range names {
		text, ok := e.text(fsys, name)
		if !ok {
			continue
		}
		for _, m := range workflowHandle.FindAllStringSubmatch(text, -1) {
			e.handle(m[1], m[2])
		}
	}
}

func (e *Export) handle(account, handle string) {
	for i := range e.Accounts {
		if e.Accounts[i].Name == account {
			e.Accounts[i].Handle = handle
			return
		}
	}
	if slices.ContainsFunc(e.Posts, func(p Post) bool { return slices.Contains(p.Accounts, account) }) {
		e.Accounts = append(e.Accounts, Account{Name: account, Provider: "bluesky", Server: bluesky, Handle: handle})
	}
}

// bluesky is the server that the tool signs in to.
const bluesky = "https://bsky.social"
