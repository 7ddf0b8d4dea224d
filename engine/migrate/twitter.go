package migrate

import (
	"errors"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/load"
)

// twitter is what twitter-together's only account is called in --account.
const twitter = "twitter"

// readTweets reads tweets/**/*.tweet. A file is tweeted when a push adds it, so
// what is committed counts as published.
func readTweets(fsys fs.FS, past *history, o Options) (*Export, error) {
	e := &Export{}
	names, err := e.texts(fsys, "tweets", ".tweet")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, wrong("there is no folder tweets/ in %s: --source names the repository that twitter-together runs in", o.Source)
	}
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, ok := e.text(fsys, name)
		if !ok {
			continue
		}
		p := Post{Where: name, Name: strings.TrimSuffix(path.Base(name), ".tweet"), Accounts: []string{twitter}}
		p.Published, p.At = past.of(name)
		if !e.tweet(&p, text) {
			continue
		}
		if p.Published {
			e.Posts = append(e.Posts, p)
			continue
		}
		e.note(name, "is not committed: taken for not tweeted yet. Delete it before you push, or twitter-together tweets it")
		e.Posts = append(e.Posts, p)
	}
	return e, nil
}

var (
	tweetFront  = regexp.MustCompile(`^---[ \t]*\n((?s:.*?)\n)?---[ \t]*(?:$|\n+)`)
	tweetOption = regexp.MustCompile(`^\(\s?\)\s+`)
)

// tweet reads a file: front matter and text, for each part of a thread.
func (e *Export) tweet(p *Post, text string) bool {
	text = strings.TrimSpace(strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n"))
	for part := 0; ; part++ {
		if part == maxParts {
			e.note(p.Where, "has more than %d parts: left out", maxParts)
			return false
		}
		front, body, err := tweetParts(text)
		if err != nil {
			e.note(p.Where, "its front matter cannot be read (%s): left out", err)
			return false
		}
		body, rest, more := cutThread(body, front)
		e.tweetPart(p, part, front, body)
		if !more {
			return true
		}
		text = strings.TrimSpace(rest)
	}
}

// tweetParts takes front matter off a text.
func tweetParts(text string) (front map[string]any, body string, err error) {
	m := tweetFront.FindStringSubmatch(text)
	if m == nil {
		return nil, text, nil
	}
	s, problems := load.SourceOf("", []byte(m[1]), false)
	if problems.HasErrors() && strings.TrimSpace(m[1]) != "" {
		return nil, "", errors.New(problems[0].Summary)
	}
	return s.Values, text[len(m[0]):], nil
}

// cutThread cuts a text at the first line that separates a thread's parts.
func cutThread(text string, front map[string]any) (part, rest string, more bool) {
	delimiter := "---"
	if d, ok := front["thread-delimiter"].(string); ok {
		delimiter = d
	}
	if delimiter == "" {
		return text, "", false
	}
	line := regexp.MustCompile(`\n+` + regexp.QuoteMeta(delimiter) + `[ \t]*\n+`)
	at := line.FindStringIndex(text)
	if at == nil {
		return text, "", false
	}
	return text[:at[0]], text[at[1]:], true
}

func (e *Export) tweetPart(p *Post, part int, front map[string]any, body string) {
	reply, _ := front["reply"].(string)
	retweet, _ := front["retweet"].(string)
	schedule, _ := front["schedule"].(string)
	poll := words(front["poll"])
	if len(poll) == 0 {
		body, poll = cutPoll(body)
	}
	body = strings.TrimSpace(body)
	p.Media = append(p.Media, e.tweetMedia(p.Where, part, front["media"])...)
	switch {
	case part == 0:
		p.ReplyTo, p.Poll, p.PollFor = reply, poll, "24h"
		if p.Quote = retweet; body == "" {
			p.Quote, p.Repost = "", retweet
		}
		e.schedule(p, schedule)
	case len(poll) > 0 || reply != "" || retweet != "":
		e.note(p.Where, "a poll, an answer or a retweet in part %d of a thread has no place here: left out of the file", part+1)
	}
	if body != "" {
		p.Parts = append(p.Parts, body)
	}
}

// schedule keeps a planned time. twitter-together itself ignores it: what was
// merged, it has tweeted at once.
func (e *Export) schedule(p *Post, text string) {
	if text == "" || p.Published {
		return
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		e.note(p.Where, "schedule %q: a time with its offset is needed, 2026-12-03T09:30:00Z; the post has no time", clip(text))
		return
	}
	p.At = at
}

// tweetMedia lists attachments: files in the repository's media folder.
func (e *Export) tweetMedia(where string, part int, list any) (out []Media) {
	items, _ := list.([]any)
	for _, item := range items {
		m, _ := item.(map[string]any)
		file, _ := m["file"].(string)
		alt, _ := m["alt"].(string)
		name := path.Join("media", file)
		if file == "" || !strings.HasPrefix(name, "media/") {
			e.note(where, "a medium %q lies outside media/: left out", clip(file))
			continue
		}
		if part > 0 {
			e.note(where, "%s belonged to part %d of the thread: media go with the first part here", name, part+1)
		}
		out = append(out, Media{File: name, Alt: alt})
	}
	return out
}

func words(list any) (out []string) {
	items, _ := list.([]any)
	for _, item := range items {
		if s, ok := item.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// cutPoll takes the options of a poll, ( ) one a line, off a text's end.
func cutPoll(text string) (body string, options []string) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	n := len(lines)
	for n > 0 && tweetOption.MatchString(lines[n-1]) {
		n--
		for n > 0 && strings.TrimSpace(lines[n-1]) == "" {
			n--
		}
	}
	for _, l := range lines[n:] {
		if tweetOption.MatchString(l) {
			options = append(options, strings.TrimSpace(tweetOption.ReplaceAllString(l, "")))
		}
	}
	if len(options) == 0 {
		return text, nil
	}
	return strings.Join(lines[:n], "\n"), options
}

// clip shortens a stranger's word for a message.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
