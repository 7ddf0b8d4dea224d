package validate

import (
	"path"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/load"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/render"
)

// accounts checks every account's file.
func (c *checker) accounts() {
	for _, id := range sorted(c.ws.Accounts) {
		c.account(c.ws.Accounts[id])
	}
}

func (c *checker) account(f *load.File[content.Account]) {
	p, a := placeOf(f), &f.Value
	c.add(p.zone("timezone", a.Timezone)...)
	driver := c.o.Drivers[a.Provider]
	if driver == nil {
		c.add(p.reference("unknown-provider", "provider", "provider", a.Provider, c.names.providers)...)
		return
	}
	c.add(p.credentialNames(driver, a)...)
	if driver.NeedsServer && a.Server == "" {
		c.add(p.diag("server-missing", "", "%s needs to know its server", driver.Name).WithHint("add `server: https://…`"))
	}
	if driver.NeedsHandle && a.Handle == "" {
		c.add(p.diag("handle-missing", "", "%s needs the handle to sign in with", driver.Name).WithHint("add `handle: …`"))
	}
	c.add(p.options("options", driver.Name, a.Options, c.schemas.account[driver.Name])...)
	c.profile(p, a)
}

// credentialNames reports credentials that the provider needs or does not know.
func (p place) credentialNames(d *provider.Driver, a *content.Account) (out findings) {
	for _, name := range d.Credentials {
		if a.Credentials[name] == "" {
			out = append(out, p.diag("credential-missing", "credentials", "%s needs the credential %q", d.Name, name).
				WithHint("add `credentials: {%s: \"env:NAME\"}`", name))
		}
	}
	for _, name := range sorted(a.Credentials) {
		if !slices.Contains(d.Credentials, name) {
			out = append(out, suggest(p.diag("unknown-credential", "credentials."+name+":", "%s takes no credential of this name", d.Name), name, d.Credentials))
		}
	}
	return out
}

// profile checks an account's face. Whether its pinned post exists is known
// only when all posts have been seen.
func (c *checker) profile(p place, a *content.Account) {
	if a.Profile == nil {
		return
	}
	_, problems := render.Profile(&c.scope, a)
	for _, pr := range problems {
		c.add(p.problem(pr))
	}
}

// pinned checks that a profile's pinned post exists and goes to the account.
func (c *checker) pinned() {
	for _, id := range sorted(c.ws.Accounts) {
		f := c.ws.Accounts[id]
		if f.Value.Profile == nil || f.Value.Profile.Pinned == "" {
			continue
		}
		p, post := placeOf(f), f.Value.Profile.Pinned
		switch {
		case c.posts[post] == nil:
			c.add(suggest(p.diag("unknown-post", "profile.pinned", "post %q does not exist", post), post, c.postNames()))
		case !c.posts[post].goesTo(id):
			c.add(p.diag("pinned-elsewhere", "profile.pinned", "post %q does not go to this account", post))
		}
	}
}

// accountFile returns the id that an account's file is expected to hold.
func accountFile(name string) (string, bool) {
	dir, base := path.Split(name)
	ok, _ := path.Match("strategies/*/accounts/", dir)
	id, isYAML := strings.CutSuffix(base, ".yaml")
	return id, ok && isYAML
}
