package validate

import (
	"fmt"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/load"
)

// campaigns checks every campaign. Its ads' posts are looked up when all posts
// have been seen.
func (c *checker) campaigns() {
	for _, id := range sorted(c.ws.Campaigns) {
		c.campaign(c.ws.Campaigns[id])
	}
}

func (c *checker) campaign(f *load.File[content.Campaign]) {
	p, v := placeOf(f), &f.Value
	c.add(p.window("until", v.From, v.Until, c.scope.Zone)...)
	for i, a := range v.Accounts {
		c.add(c.names.accountOrGroup(p, v.Brand, fmt.Sprintf("accounts[%d]", i), a)...)
	}
	brand := c.names.brands[v.Brand]
	if brand.known {
		c.add(p.reference("unknown-objective", "objective", "objective", v.Objective, brand.objectives)...)
	}
	for i, ad := range v.Ads {
		field := fmt.Sprintf("ads[%d]", i)
		c.add(c.names.account(p, field+".account", ad.Account)...)
		c.add(p.window(field+".until", ad.From, ad.Until, c.scope.Zone)...)
		if brand.known {
			c.add(p.reference("unknown-audience", field+".audience", "audience", ad.Audience, brand.audiences)...)
		}
	}
	if v.Contest != nil {
		c.add(p.window("contest.until", v.Contest.From, v.Contest.Until, c.scope.Zone)...)
	}
}

// ads checks that the posts that campaigns put money behind exist.
func (c *checker) ads() {
	for _, id := range sorted(c.ws.Campaigns) {
		f := c.ws.Campaigns[id]
		p := placeOf(f)
		for i, ad := range f.Value.Ads {
			if ad.Post != "" && c.posts[ad.Post] == nil {
				d := p.diag("unknown-post", fmt.Sprintf("ads[%d].post", i), "post %q does not exist", ad.Post)
				c.add(suggest(d, ad.Post, c.postNames()))
			}
		}
	}
}
