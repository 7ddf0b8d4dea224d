package wordpress

import (
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// visibilityDelay is how long we let a site take to list what it has made: its
// database may be a replica, and a request that a proxy gave up may still be
// carried out by PHP. WordPress documents no figure; this is a choice (2026-11-24).
const visibilityDelay = 10 * time.Second

// scheduleLead is what the site needs to keep a post for later: what is due in
// less than a minute by its clock is published at once (wp_insert_post, 6.1.9),
// and its clock may be a minute from ours.
const scheduleLead = 2 * time.Minute

func capabilities() provider.Capabilities {
	return provider.Capabilities{
		Formats: []string{"text", "image", "carousel", "video", "link", "article"},
		Markup:  provider.HTML,
		Edit:    true, Retract: true, Schedule: true, Pin: true, AltText: true,
		Profile:         []string{"name", "bio"},
		VisibilityDelay: visibilityDelay,
		Notes: map[string]string{
			"edit":     "WordPress keeps what was there as a revision; feeds and mails that have gone out keep the first version",
			"retract":  "the post goes to WordPress's trash, its files stay in the library",
			"schedule": "WordPress publishes when its own clock is run, by a visit or a cron job: without either it is late",
		},
	}
}

// limits: text and files have no limit of WordPress's own that the API tells; a
// title is kept in 65,535 bytes (wp_posts.post_title, wp-admin/includes/schema.php).
// What a site takes of files is by get_allowed_mime_types (6.1.9).
func limits() provider.Limits {
	images := []string{"image/jpeg", "image/png", "image/gif", "image/webp"}
	return provider.Limits{
		Title:            16_383,
		ImageTypes:       images,
		MediaTypes:       append(images[:len(images):len(images)], "video/mp4", "video/webm", "video/quicktime", "video/ogg"),
		MixImageAndVideo: true,
		ScheduleMin:      scheduleLead,
		PageSize:         pageSize,
	}
}
