package crash

import (
	"time"

	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/all"
	"github.com/smmctl/smmctl/engine/provider/bluesky/blueskytest"
	"github.com/smmctl/smmctl/engine/provider/discord/discordtest"
	"github.com/smmctl/smmctl/engine/provider/mastodon/mastodontest"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
	"github.com/smmctl/smmctl/engine/provider/telegram/telegramtest"
	"github.com/smmctl/smmctl/engine/provider/vk/vktest"
	"github.com/smmctl/smmctl/engine/provider/wordpress/wordpresstest"
)

// kind is a kind of platform, and what of it the stories depend on.
type kind struct {
	name  string
	start stage.Start
	can   provider.Capabilities
	// blind says that nothing can be listed: an interrupted publication is unknown.
	blind bool
	// front goes into every post's front matter.
	front string
	// timing of the protocol: a real server takes longer to answer.
	timing apply.Timing
	// stride is how many boundaries lie between two kills: 1 kills at each.
	stride int
}

// quick is for strict servers in this process, patient for real ones.
var (
	quick = apply.Timing{
		Lease: 3 * time.Second, Renew: time.Second, Request: 300 * time.Millisecond, Skew: 3 * time.Second, Settle: 5 * time.Millisecond,
	}
	patient = apply.Timing{
		Lease: 20 * time.Second, Renew: 5 * time.Second, Request: 3 * time.Second, Skew: 3 * time.Second, Settle: 5 * time.Millisecond,
	}
)

func mastodon(f mastodontest.Flavour) kind {
	return kindOf("mastodon", mastodontest.Start(f), quick, 1)
}

// others are the platforms that the whole matrix is not run over: each is killed
// at every so many boundaries.
var others = []kind{
	kindOf("bluesky", blueskytest.Start, patient, 11),
	kindOf("wordpress", wordpresstest.Start, patient, 9),
	kindOf("telegram", telegramtest.Start, quick, 17),
	kindOf("vk", vktest.Start, quick, 9),
	kindOf("discord", discordtest.Start, quick, 17),
}

func kindOf(name string, start stage.Start, timing apply.Timing, stride int) kind {
	k := kind{name: name, start: start, timing: timing, stride: stride}
	for _, d := range all.Drivers() {
		if d.Name == name {
			k.can, k.blind = d.Capabilities, d.Facility == provider.NoFacility
		}
	}
	return k
}
