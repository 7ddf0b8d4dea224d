package telegram

import (
	"time"

	"github.com/smmctl/smmctl/engine/measure"
	"github.com/smmctl/smmctl/engine/provider"
)

// Limits of the Bot API 10.1 (2026-06-11, read 2026-11-24), in the units that it
// gives. It says megabytes; we take the smaller reading.
const (
	maxText       = 4096 // of a message
	maxCaption    = 1024 // of media
	maxQuestion   = 300  // of a poll
	maxOption     = 100
	minOptions    = 2 // one alone is allowed, and is no poll
	maxOptions    = 12
	maxAlbum      = 10
	maxEntities   = 100 // what is beyond is dropped without a word: TDLib, MAX_USER_ENTITY_COUNT
	maxImageBytes = 10_000_000
	maxFileBytes  = 50_000_000
	maxSides      = 10_000 // of a photo, width and height together
	maxRatio      = 20     // of a photo, the longer side over the shorter
	maxThumbBytes = 200_000
	maxThumbSide  = 320
	maxTitle      = 128
	maxAbout      = 255
	minPoll       = 5 * time.Second
	maxPoll       = 2_628_000 * time.Second
	// deletable is how long a bot may delete its messages; there is no such limit
	// for edits (TDLib, read 2026-07-17).
	deletable = 48 * time.Hour
)

const lostAnswer = "a lost answer cannot be checked here: the outcome would be unknown until a person looks"

func capabilities() provider.Capabilities {
	return provider.Capabilities{
		Formats: []string{"text", "image", "carousel", "video", "link", "poll", "document"},
		Markup:  provider.Entities,
		Edit:    true, Retract: true, Thread: true, Pin: true, Poll: true, PollFixed: true, MediaFixed: true, ReplyTo: true, Cover: true, Mentions: true,
		Profile: []string{"name", "bio", "avatar", "pinned"},
		// A message that was sent has been announced or protected; a poll can only be
		// stopped; a spoiler goes with the file.
		Immutable: []string{"poll", "options.silent", "options.protect", "options.spoiler"},
		Notes:     map[string]string{"publish": lostAnswer},
	}
}

func limits() provider.Limits {
	return provider.Limits{
		Characters: maxText, Caption: maxCaption, Unit: string(measure.UTF16),
		Media: maxAlbum, MixImageAndVideo: true,
		ImageBytes: maxImageBytes, VideoBytes: maxFileBytes,
		ImageSide: maxSides / 2, RatioMin: 1.0 / maxRatio, RatioMax: maxRatio,
		ImageTypes:  []string{"image/jpeg", "image/png", "image/gif"},
		MediaTypes:  []string{"image/jpeg", "image/png", "image/gif", "video/mp4", "application/pdf"},
		PollOptions: maxOptions, PollOption: maxOption, PollQuestion: maxQuestion, PollMin: minPoll, PollMax: maxPoll,
		Name: maxTitle, Bio: maxAbout,
		RetractWindow: deletable,
	}
}
