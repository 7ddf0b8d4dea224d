package memory

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// check refuses what the platform cannot do or does not allow.
func (a *account) check(r provider.Request) error {
	if err := a.able(r); err != nil {
		return err
	}
	if r.ParentID != "" {
		if parent := a.p.byID[r.ParentID]; parent == nil || parent.gone {
			return absent("")
		}
	}
	return a.checkSegment(r.Segment)
}

// able refuses what the capabilities deny.
func (a *account) able(r provider.Request) error {
	c := a.o.Capabilities
	switch {
	case r.Segment.Poll != nil && !c.Poll:
		return unsupported("", "no polls here")
	case len(r.Segment.Media) > 0 && !slices.Contains(c.Formats, "image"):
		return unsupported("", "no pictures here")
	case r.Segment.IsComment && !c.FirstComment:
		return unsupported("", "no comments here")
	case r.ParentURL != "" && !c.ReplyToURL:
		return unsupported("", "no replies to others here")
	case r.ParentID != "" && r.Index == 0 && !c.ReplyTo:
		return unsupported("", "no replies here")
	case r.ParentID != "" && r.Index > 0 && !r.Segment.IsComment && !c.Thread:
		return unsupported("", "no threads here")
	}
	return nil
}

// checkSegment refuses what goes beyond the limits.
func (a *account) checkSegment(s content.Segment) error {
	l := a.o.Limits
	switch text := strings.TrimSpace(s.Text); {
	case text == "" && len(s.Media) == 0:
		return rejected("", "the text is empty")
	case l.MediaRequired && len(s.Media) == 0:
		return rejected("", "a picture is required")
	case over(utf8.RuneCountInString(text), l.Characters):
		return rejected("", fmt.Sprintf("the text is longer than %d characters", l.Characters))
	case over(len(s.Media), l.Media):
		return rejected("", fmt.Sprintf("more than %d media", l.Media))
	}
	for _, m := range s.Media {
		if err := a.checkMedia(m); err != nil {
			return err
		}
	}
	return a.checkPoll(s.Poll)
}

func (a *account) checkMedia(m content.Attachment) error {
	l := a.o.Limits
	switch {
	case over(utf8.RuneCountInString(m.Alt), l.AltText):
		return rejected("", "the description is too long")
	case len(l.MediaTypes) > 0 && !slices.Contains(l.MediaTypes, m.Type):
		return rejected("", fmt.Sprintf("files of type %q are not taken", m.Type))
	case l.ImageBytes > 0 && m.Bytes > l.ImageBytes:
		return rejected("", "the file is too large")
	}
	if a.files == nil {
		return nil
	}
	if _, err := fs.Stat(a.files, m.File); err != nil {
		return &provider.Error{Kind: provider.Rejected, Err: err}
	}
	return nil
}

func (a *account) checkPoll(p *content.PollSpec) error {
	l := a.o.Limits
	if p == nil {
		return nil
	}
	if len(p.Options) < 2 || over(len(p.Options), l.PollOptions) || p.Expires < l.PollMin || (l.PollMax > 0 && p.Expires > l.PollMax) {
		return rejected("", "the poll's options or duration are out of bounds")
	}
	for _, o := range p.Options {
		if over(utf8.RuneCountInString(o), l.PollOption) {
			return rejected("", "a poll's option is too long")
		}
	}
	return nil
}

// checkTime refuses a time that the schedule does not take.
func (a *account) checkTime(at time.Time) error {
	l, lead := a.o.Limits, at.Sub(a.p.now())
	if lead < l.ScheduleMin || lead <= 0 || (l.ScheduleMax > 0 && lead > l.ScheduleMax) {
		return rejected("", "the time is too near or too far")
	}
	day := 0
	for _, j := range a.p.scheduled {
		if j.object.ScheduledAt.Format(time.DateOnly) == at.UTC().Format(time.DateOnly) {
			day++
		}
	}
	if over(day+1, l.SchedulePerDay) {
		return rejected("", "the day is full")
	}
	return nil
}

func over(n, limit int) bool { return limit > 0 && n > limit }
