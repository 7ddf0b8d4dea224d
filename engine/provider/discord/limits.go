package discord

import (
	"time"

	"github.com/smmctl/smmctl/engine/measure"
	"github.com/smmctl/smmctl/engine/provider"
)

const mib = 1 << 20

// maxRequest is what one request with its files may weigh (fact sheet, section 4;
// 2026-08-06).
const maxRequest = 25 * mib

// capabilities of a webhook (resources/webhook, 2026-08-06).
func capabilities(forum bool) provider.Capabilities {
	c := provider.Capabilities{
		Formats: []string{"text", "image", "carousel", "video", "link", "poll"},
		Markup:  provider.Markdown,
		Edit:    true, Retract: true, Thread: true, ThreadLoose: true, Poll: true, PollFixed: true,
		AltText: true, Mentions: true, Lookup: true,
		Profile: []string{"name", "avatar"},
		// An edit knows neither names nor threads, and no edit of a poll is taken.
		Immutable: []string{
			"poll", "options." + optQuestion, "options." + optUsername, "options." + optSilent,
			"options." + optThread, "options." + optThreadName, "options." + optTags,
		},
		Notes: map[string]string{
			"publish": "a webhook's messages cannot be listed: if the answer is lost, a person has to look (smmctl resolve)",
		},
	}
	if forum {
		c.Notes["retract"] = "the messages are deleted; their thread and its title stay until a moderator removes them"
	}
	return c
}

// limits of a webhook's messages (resources/webhook, message and poll, and the
// specification's maxLength; 2026-08-06). Discord does not say in which unit it
// counts to 2,000: UTF-16 is the strictest of those that clients show.
func limits() provider.Limits {
	images := []string{"image/jpeg", "image/png", "image/gif", "image/webp"}
	return provider.Limits{
		Characters: 2000, Unit: string(measure.UTF16),
		Media: 10, AltText: 1024, MixImageAndVideo: true,
		ImageBytes: 10 * mib, VideoBytes: 10 * mib,
		ImageTypes:  images,
		MediaTypes:  append([]string{"video/mp4", "video/webm", "video/quicktime"}, images...),
		PollOptions: 10, PollOption: 55, PollMin: time.Hour, PollMax: 32 * 24 * time.Hour,
		Name: 80,
	}
}
