package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/measure"
)

// check says what the account's network cannot carry, from its capabilities and
// limits.
func (v *view) check(pub *content.Publication) {
	v.checkFeatures(pub)
	v.checkFormat(pub)
	v.checkTexts(pub.Segments)
}

// checkFeatures compares what the post asks for with the capabilities.
func (v *view) checkFeatures(pub *content.Publication) {
	p, can := v.p, v.caps()
	comment := p.FirstComment != ""
	segments := len(pub.Segments)
	if comment && can.FirstComment {
		segments--
	}
	for _, c := range []struct {
		wanted, can       bool
		rule, field, what string
	}{
		{p.Poll != nil, can.Poll, "poll-unsupported", "poll", "has no polls"},
		{comment, can.FirstComment, "first-comment-unsupported", "first_comment", "takes no first comment"},
		{!p.Quote.IsZero(), can.Quote, "quote-unsupported", "quote", "cannot quote a post"},
		{!p.Repost.IsZero(), can.Repost, "repost-unsupported", "repost", "cannot pass a post on"},
		{p.ReplyTo.Post != "", can.ReplyTo, "reply-unsupported", "reply_to", "cannot answer a post of ours"},
		{p.ReplyTo.URL != "", can.ReplyToURL, "reply-unsupported", "reply_to", "cannot answer a post by its address"},
		{segments > 1, can.Thread, "thread-unsupported", "body", "has no threads"},
	} {
		if c.wanted && !c.can {
			v.fail(c.rule, c.field, "leave it out there with a variant, or take the account out", "%s %s", v.who(), c.what)
		}
	}
	if p.Pin != nil && !can.Pin {
		v.warn("pin-unsupported", "pin", "", "%s cannot pin a post", v.who())
	}
	if !p.UnpublishAt.IsZero() && !can.Retract {
		v.warn("unpublish-unsupported", "unpublish_at", "", "%s cannot take a post down", v.who())
	}
	if p.Poll != nil && can.Poll && len(p.Media) > 0 {
		v.fail("poll-with-media", "poll", "keep one of the two", "a post on %s has a poll or media, not both", v.who())
	}
}

// checkFormat checks the format, written or meant.
func (v *view) checkFormat(pub *content.Publication) {
	first := &pub.Segments[0]
	format := v.p.Format
	meant := v.meant(first)
	if format == "" {
		format = meant
	} else if why := mismatch(format, meant, first); why != "" {
		v.warn("format-mismatch", "format", "", "the format is %s, and %s", format, why)
	}
	formats := v.caps().Formats
	if len(formats) > 0 && !slices.Contains(formats, format) && (format != "poll" || v.caps().Poll) {
		v.fail("format-unsupported", "format", "it takes "+strings.Join(formats, ", "), "%s takes no post of format %s", v.who(), format)
	}
	if v.limits.MediaRequired && len(v.p.Media) == 0 {
		v.fail("media-required", "media", "attach a picture", "%s takes no post without media", v.who())
	}
}

// meant is the format that the content has.
func (v *view) meant(first *content.Segment) string {
	switch {
	case v.p.Poll != nil:
		return "poll"
	case slices.ContainsFunc(first.Media, func(a content.Attachment) bool { return isVideo(&a) }):
		return "video"
	case slices.ContainsFunc(first.Media, func(a content.Attachment) bool { return a.Type == "application/pdf" }):
		return "document"
	case len(first.Media) > 1:
		return "carousel"
	case len(first.Media) == 1:
		return "image"
	case !v.p.Link.Ref().IsZero():
		return "link"
	}
	return "text"
}

// mismatch says why a format does not fit its content, or returns "".
func mismatch(format, meant string, first *content.Segment) string {
	switch {
	case format == "image" && len(first.Media) == 0, format == "carousel" && len(first.Media) == 0:
		return "no picture is attached"
	case format == "carousel" && len(first.Media) == 1:
		return "only one picture is attached"
	case (format == "video" || format == "reel") && meant != "video":
		return "no video is attached"
	case format == "poll" && meant != "poll":
		return "there is no poll"
	}
	return ""
}

// checkTexts checks each segment's length and title.
func (v *view) checkTexts(segments []content.Segment) {
	for i := range segments {
		seg := &segments[i]
		field, what := "body", "the text"
		switch {
		case seg.IsComment:
			field, what = "first_comment", "the first comment"
		case len(segments) > 1:
			what = fmt.Sprintf("part %d of the thread", i+1)
		}
		v.checkLength(seg, field, what)
		if n := len([]rune(seg.Title)); v.limits.Title > 0 && n > v.limits.Title {
			v.fail("title-too-long", field, "shorten the heading", "the title has %d characters, %s takes %d", n, v.who(), v.limits.Title)
		}
	}
	first := &segments[0]
	if first.Text == "" && first.HTML == "" && first.Title == "" && first.Card == nil && len(v.p.Media) == 0 && first.Poll == nil && v.p.Repost.IsZero() {
		v.fail("empty", "body", "", "the post has no text and no media")
	}
}

// checkLength checks a text in the network's unit and in bytes.
func (v *view) checkLength(seg *content.Segment, field, what string) {
	l := &v.limits
	switch {
	case !seg.OK && seg.Poll != nil && seg.Limit == l.PollQuestion:
		v.fail("text-too-long", field, "shorten it", "the poll's question has %d characters, %s takes %d: %d too many", seg.Length, v.who(), seg.Limit, seg.Length-seg.Limit)
	case !seg.OK && seg.Limit != l.Characters:
		v.fail("text-too-long", field, "shorten it, write a variant, or put the text into a part of its own (`---`)",
			"%s has %d characters, and with media %s takes %d: %d too many", what, seg.Length, v.who(), seg.Limit, seg.Length-seg.Limit)
	case !seg.OK:
		v.fail("text-too-long", field, "shorten it, or write a variant", "%s has %d characters, %s takes %d: %d too many", what, seg.Length, v.who(), seg.Limit, seg.Length-seg.Limit)
	case l.TextBytes > 0 && len(seg.Text) > l.TextBytes:
		seg.OK = false
		v.fail("text-too-long", field, "shorten it, or write a variant", "%s has %d bytes, %s takes %d: %d too many", what, len(seg.Text), v.who(), l.TextBytes, len(seg.Text)-l.TextBytes)
	}
}

// pollLimits checks a poll's answers and time.
func (v *view) pollLimits(p *content.PollSpec) {
	l := &v.limits
	if n := len(p.Options); n < 2 || l.PollOptions > 0 && n > l.PollOptions {
		v.fail("poll-options", "poll.options", "", "the poll has %d answers, %s takes 2 to %d", n, v.who(), max(l.PollOptions, 2))
	}
	for i, o := range p.Options {
		field := fmt.Sprintf("poll.options[%d]", i)
		n := measure.Length(string(measure.Graphemes), o)
		switch {
		case n == 0:
			v.fail("poll-option", field, "", "an answer is empty")
		case l.PollOption > 0 && n > l.PollOption:
			v.fail("poll-option", field, "", "the answer has %d characters, %s takes %d: %d too many", n, v.who(), l.PollOption, n-l.PollOption)
		case slices.Contains(p.Options[:i], o):
			v.fail("poll-option", field, "", "the answer %q is there twice", short(o))
		}
	}
	if p.Expires < l.PollMin || p.Expires <= 0 || l.PollMax > 0 && p.Expires > l.PollMax {
		v.fail("poll-duration", "poll.expires_in", "", "the poll is open for %s, %s takes %s to %s", content.FormatDuration(p.Expires), v.who(), content.FormatDuration(l.PollMin), content.FormatDuration(l.PollMax))
	}
}
