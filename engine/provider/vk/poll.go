package vk

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// maxQuestion bounds the question that is made of the text, in code points. VK
// documents no limit; this is our choice (2026-11-24).
const maxQuestion = 120

// checkPoll refuses what VK would refuse. The limits are dev.vk.com's (wall.post,
// 2026-06) and the schema's.
func (l *login) checkPoll(op string, s content.Segment) error {
	if s.Poll == nil {
		return nil
	}
	if n := len(s.Poll.Options); n < 1 || n > l.limits.PollOptions {
		return provider.Refused(op, "the poll has %d answers, VK takes %d", n, l.limits.PollOptions)
	}
	for _, answer := range s.Poll.Options {
		if n := len([]rune(answer)); n == 0 || n > l.limits.PollOption {
			return provider.Refused(op, "an answer of the poll has %d characters, VK takes %d", n, l.limits.PollOption)
		}
	}
	if question(s) == "" {
		return provider.Refused(op, "the poll has no question: write a text or options.%s", optQuestion)
	}
	return nil
}

// question is a poll's: VK's polls have one, and a post's poll has not.
func question(s content.Segment) string {
	if q := strings.TrimSpace(s.Options[optQuestion]); q != "" {
		return q
	}
	line, _, _ := strings.Cut(strings.TrimSpace(s.Text), "\n")
	if r := []rune(line); len(r) > maxQuestion {
		return strings.TrimSpace(string(r[:maxQuestion-1])) + "…"
	}
	return strings.TrimSpace(line)
}

// createPoll makes a poll and names it. Nobody sees a poll that no post has, so
// doubt is Unsent.
func (l *login) createPoll(ctx context.Context, op string, r provider.Request) (string, error) {
	op += ": create the poll"
	answers, err := json.Marshal(r.Segment.Poll.Options)
	if err != nil {
		return "", provider.Refused(op, "%w", err)
	}
	p := url.Values{
		"owner_id": {ownerText(l.owner())}, "question": {question(r.Segment)}, "add_answers": {string(answers)},
		"is_multiple": {zeroOne(r.Segment.Poll.Multiple)}, "is_anonymous": {zeroOne(r.Segment.Options[optAnonymous] != "false")},
	}
	if d := r.Segment.Poll.Expires; d > 0 {
		from := l.clock.Now()
		if r.At.After(from) {
			from = r.At
		}
		p.Set("end_date", unix(from.Add(d)))
	}
	var made poll
	if _, err := l.call(ctx, op, "polls.create", p, &made); err != nil {
		return "", provider.Harmless(op, err)
	}
	name := attachment{kind: "poll", owner: made.Owner, id: made.ID}.ref()
	if name == "" {
		return "", provider.Harmless(op, unreadable(op, "polls.create", errors.New("it names no poll")))
	}
	return name, nil
}
