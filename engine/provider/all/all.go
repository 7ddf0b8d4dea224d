// Package all is the table of providers: one line each. It is the only package
// that imports every concrete platform, and only the command line imports it.
package all

import (
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/bluesky"
	"github.com/smmctl/smmctl/engine/provider/discord"
	"github.com/smmctl/smmctl/engine/provider/mastodon"
	"github.com/smmctl/smmctl/engine/provider/site"
	"github.com/smmctl/smmctl/engine/provider/telegram"
	"github.com/smmctl/smmctl/engine/provider/vk"
	"github.com/smmctl/smmctl/engine/provider/wordpress"
)

// Drivers returns a row for each kind of platform, in the order in which they
// are shown. Each call makes new ones: nobody can change another's.
func Drivers() []*provider.Driver {
	return []*provider.Driver{
		site.Driver(),
		mastodon.Driver(),
		bluesky.Driver(),
		telegram.Driver(),
		vk.Driver(),
		wordpress.Driver(),
		discord.Driver(),
	}
}
