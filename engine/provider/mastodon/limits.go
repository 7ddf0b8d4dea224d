package mastodon

import (
	"time"

	"github.com/smmctl/smmctl/engine/measure"
	"github.com/smmctl/smmctl/engine/provider"
)

// software is what a server runs, as far as it matters here.
type software string

const (
	mastodonServer software = "mastodon"
	goToSocial     software = "gotosocial"
	pleroma        software = "pleroma" // and Akkoma
	pixelfed       software = "pixelfed"
)

// MiB is what servers count files in.
const mib = 1 << 20

// visibilityDelay is how long we let a server take to list what it has made: the
// listing is read from its database, which may be a replica, and a request that
// a proxy gave up may still be carried out. No server documents a figure; this
// is a choice (2026-11-23).
const visibilityDelay = 10 * time.Second

// capabilities of a kind of server (fact sheet, sections 2 and 8; read
// 2026-08-08, and for the others 2025-10, 2022-12 and 2024-03).
func capabilities(s software) provider.Capabilities {
	c := provider.Capabilities{
		Formats: []string{"text", "image", "carousel", "video", "link", "poll"},
		Markup:  provider.Plain,
		Edit:    true, Retract: true, Thread: true, Schedule: true, Pin: true, Poll: true,
		FirstComment: true, ReplyTo: true, ReplyToURL: true, AltText: true, Focus: true, Mentions: true,
		Profile:         []string{"name", "bio", "avatar", "header", "links", "pinned"},
		VisibilityDelay: visibilityDelay,
		KeyLifetime:     time.Hour,
		// An edit takes no visibility, and one of a poll drops the votes.
		Immutable: []string{"options.visibility", "poll"},
	}
	switch s {
	case goToSocial:
		c.KeyLifetime = 0 // ignored: only reading back helps
	case pleroma:
		c.KeyLifetime = 6 * time.Hour
	case pixelfed:
		c.Formats = []string{"image", "carousel", "video"}
		c.Schedule, c.Pin, c.Poll, c.Focus = false, false, false, false
		c.Profile = []string{"name", "bio", "avatar", "links"}
	}
	return c
}

// defaults are the limits of a kind of server that says nothing of its own
// (fact sheet, sections 3 and 8, the same dates).
func defaults(s software) provider.Limits {
	l := provider.Limits{
		Characters: 500, Unit: string(measure.Mastodon), URLLength: measure.DefaultURLLength,
		Media: 4, AltText: 1500, VideoPerPost: 1,
		ImageBytes: 16 * mib, ImagePixels: 33_177_600, VideoBytes: 99 * mib,
		ImageTypes:  []string{"image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "image/heif", "image/avif"},
		MediaTypes:  []string{"image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "image/heif", "image/avif", "video/mp4", "video/webm", "video/quicktime", "video/ogg"},
		PollOptions: 4, PollOption: 50, PollMin: 5 * time.Minute, PollMax: 2_629_746 * time.Second,
		ScheduleMin: 5 * time.Minute, ScheduleTotal: 300, SchedulePerDay: 25,
		Pins: 5, Name: 30, Bio: 500, ProfileFields: 4, ProfileField: 255,
		PageSize: pageSize,
	}
	switch s {
	case goToSocial:
		l.Characters, l.Unit, l.URLLength = 5000, string(measure.Codepoints), 0
		l.Media, l.VideoPerPost, l.MixImageAndVideo = 6, 0, true
		l.ImageBytes, l.ImagePixels, l.VideoBytes = 40*mib, 0, 40*mib
		l.PollOptions, l.Pins, l.ProfileFields = 6, 10, 6
	case pleroma:
		l.Characters, l.Unit, l.URLLength = 5000, string(measure.Graphemes), 0
		l.Media, l.VideoPerPost, l.MixImageAndVideo = 0, 0, true
		l.AltText, l.ImageBytes, l.ImagePixels, l.VideoBytes = 5000, 16_000_000, 0, 16_000_000
		l.PollOptions, l.PollOption, l.PollMin, l.PollMax = 20, 200, 0, 365*24*time.Hour
		l.Pins, l.Name, l.Bio, l.ProfileFields, l.ProfileField = 1, 100, 5000, 10, 512
	case pixelfed:
		l.Unit, l.URLLength = string(measure.Codepoints), 0
		l.AltText, l.ImageBytes, l.ImagePixels, l.VideoBytes = 1000, 15_000_000, 0, 15_000_000
		l.ImageTypes = []string{"image/jpeg", "image/png", "image/gif"}
		l.MediaTypes = []string{"image/jpeg", "image/png", "image/gif", "video/mp4"}
		l.MediaRequired = true
		l.PollOptions, l.PollOption, l.PollMin, l.PollMax = 0, 0, 0, 0
		l.ScheduleMin, l.ScheduleTotal, l.SchedulePerDay, l.Pins = 0, 0, 0, 0
		l.Bio, l.ProfileFields, l.ProfileField = 125, 0, 0
	}
	return l
}
