package bluesky

import (
	"time"

	"github.com/smmctl/smmctl/engine/measure"
	"github.com/smmctl/smmctl/engine/provider"
)

// Limits of the lexicons that provider.Limits has no name for (lexicons
// app.bsky.embed.external and app.bsky.embed.video, read 2026-08-20).
const (
	thumbBytes   = 1_000_000
	captionBytes = 20_000
	captionsMost = 20
	labelsMost   = 10
	pageSize     = 100
)

// stillSeen is what the plan says beside an edit (social-app issues 673 and 8781,
// read 2026-08-20).
const stillSeen = "the server takes the new text; Bluesky's app may go on showing the first version"

// capabilities of an account; edits says that its file opted in to edits in
// place. Without it a changed post is one to be replaced.
func capabilities(edits bool) provider.Capabilities {
	c := provider.Capabilities{
		Formats: []string{"text", "image", "carousel", "video", "link"},
		Markup:  provider.Facets,
		Edit:    edits, Retract: true, Thread: true, Pin: true, FirstComment: true,
		ReplyTo: true, ReplyToURL: true, AltText: true, Subtitles: true, Mentions: true, Card: true,
		Profile: []string{"name", "bio", "avatar", "header", "pinned"},
	}
	if edits {
		c.Notes = map[string]string{"edit": stillSeen}
	}
	return c
}

// defaults are the lexicons' limits (app.bsky.feed.post, app.bsky.embed.images,
// app.bsky.actor.profile, read 2026-08-20), with these exceptions: a picture may
// have 2,000,000 bytes in the newest lexicon and 1,000,000 in the one that most
// servers still have; a video goes through uploadBlob, which bsky.social bounds
// at 50 MiB (bsky-docs, 2026-04-21) below the lexicon's own 100 MB; the length of
// a video and of an alternative text are the app's.
func defaults() provider.Limits {
	images := []string{"image/jpeg", "image/png", "image/webp"}
	return provider.Limits{
		Characters: 300, TextBytes: 3000, Unit: string(measure.Graphemes),
		Media: 4, VideoPerPost: 1, AltText: 2000,
		ImageBytes: 1_000_000, VideoBytes: 52_428_800, VideoLength: 3 * time.Minute,
		ImageTypes: images, MediaTypes: append(images[:3:3], "video/mp4"),
		Pins: 1, Name: 64, Bio: 256, PageSize: pageSize,
	}
}
