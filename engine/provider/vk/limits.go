package vk

import (
	"time"

	"github.com/smmctl/smmctl/engine/measure"
	"github.com/smmctl/smmctl/engine/provider"
)

// visibilityDelay is how long we let VK take to list what it has made. VK
// documents no figure; this is a choice (2026-11-24).
const visibilityDelay = 10 * time.Second

// day is for what VK bounds in days.
const day = 24 * time.Hour

// capabilities of a community's wall (fact sheet of 2026-11-24, sections 2 and 3).
// Video is left out: video.save puts a film into the community's list before the
// post exists, so a failed publication would leave it there for all to see. The
// avatar is left out: photos.saveOwnerPhoto posts the new picture on the wall.
func capabilities() provider.Capabilities {
	return provider.Capabilities{
		Formats: []string{"text", "image", "carousel", "link", "poll", "document"},
		Markup:  provider.Plain,
		Edit:    true, Retract: true, Schedule: true, Pin: true, Poll: true, Mentions: true,
		Profile: []string{"name", "bio", "header", "links", "pinned"},
		// wall.edit knows no mute_notifications, and a poll is an object of its own.
		Immutable: []string{"options." + optMute, "poll", "options." + optQuestion, "options." + optAnonymous},
		Notes: map[string]string{
			"schedule": "on VK the scheduled post gets another number, and so another address, when it is published",
			"edit":     "VK shows the time of the edit",
		},
		VisibilityDelay: visibilityDelay,
	}
}

// limits are defaults; an account's platform_limits beat them.
//
//   - Characters: no source that can be read confirms the 16,384 that is told
//     (memory). 2048 is what a program in use sends at most (postiz-app, read
//     2026-11). The unit is not documented: the stricter one is taken.
//   - Media, poll options and their 100 characters: dev.vk.com, wall.post (2026-06),
//     and polls.create in the schema (2025-01).
//   - Pictures: 50 MB, width and height 14,000 together, ratio 1:20, JPG and PNG
//     (SevereCloud/vk-limits 64cacf7, citing vk.com/dev/upload_files). A GIF goes as
//     a document, for a photo does not move. ImageSide leaves room for the other side.
//   - Schedule: 250 a day and 1500 in all (vk-limits, citing wall-59800369_175307);
//     older reports say 50 posts a day (vknet/vk#597, 2018), and 150 in all and a year
//     ahead (memory). The smaller ones are taken. The lead is our choice.
//   - EditWindow: 24 h (memory). VK's own flag can_edit is asked before each edit.
func limits() provider.Limits {
	return provider.Limits{
		Characters: 2048, Unit: string(measure.UTF16),
		Media: 10, ImageBytes: 50_000_000, ImageSide: 7000, RatioMin: 0.05, RatioMax: 20,
		ImageTypes:  []string{"image/jpeg", "image/png", "image/gif"},
		MediaTypes:  []string{"image/jpeg", "image/png", "image/gif", "application/pdf"},
		PollOptions: 10, PollOption: 100,
		ScheduleMin: 5 * time.Minute, ScheduleMax: 365 * day, ScheduleTotal: 150, SchedulePerDay: 50,
		Pins: 1, ProfileFields: 1, PageSize: pageSize,
		EditWindow: day,
	}
}
