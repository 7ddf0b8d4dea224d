package render

import (
	"net/url"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
)

// linkPlaceholder stands in a text for the address of a publication that is not
// live yet. A publication with it waits for that one.
const linkPlaceholder = "{link}"

// param is one parameter that a campaign adds to an address.
type param struct{ key, value string }

// campaignParams are those of the post's campaign, in a fixed order. A campaign
// without `utm` adds none.
func (v *view) campaignParams() []param {
	c := v.s.Campaigns[v.p.Campaign]
	if c == nil || len(c.UTM) == 0 {
		return nil
	}
	defaults := map[string]string{"source": v.account.Provider, "medium": "social", "campaign": c.ID}
	var out []param
	for _, k := range []string{"source", "medium", "campaign", "content", "term"} {
		if value := orDefault(c.UTM[k], defaults[k]); value != "" {
			out = append(out, param{"utm_" + k, value})
		}
	}
	return out
}

// tracked notes an address as used in the text and returns it with the
// campaign's parameters, none of which is there twice.
func (v *view) tracked(address string) string {
	v.seen = append(v.seen, address)
	return withParams(address, v.utm)
}

// withParams appends parameters to the query of an http(s) address, keeping all
// else byte for byte.
func withParams(address string, params []param) string {
	if len(params) == 0 || !isWeb(address) {
		return address
	}
	rest, fragment, hasFragment := strings.Cut(address, "#")
	_, query, hasQuery := strings.Cut(rest, "?")
	has := func(key string) bool {
		return slices.ContainsFunc(strings.Split(query, "&"), func(pair string) bool {
			k, _, _ := strings.Cut(pair, "=")
			return strings.EqualFold(k, key)
		})
	}
	for _, p := range params {
		if has(p.key) {
			continue
		}
		switch {
		case !hasQuery:
			rest += "?"
		case !strings.HasSuffix(rest, "?") && !strings.HasSuffix(rest, "&"):
			rest += "&"
		}
		hasQuery = true
		rest += p.key + "=" + url.QueryEscape(p.value)
	}
	if hasFragment {
		rest += "#" + fragment
	}
	return rest
}

func isWeb(address string) bool {
	s := strings.ToLower(address)
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

// badAddress says why an address must not be linked to, or returns "".
func badAddress(address string) string {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return "it cannot be read"
	case u.Scheme == "":
		return "it has no https://"
	case strings.EqualFold(u.Scheme, "mailto") && u.Opaque != "":
		return ""
	case !isWeb(address):
		return "only http, https and mailto are"
	case u.Host == "":
		return "it names no host"
	}
	return ""
}

// badAddress remembers the last answer: each account asks about the post's link.
func (r *Rendering) badAddress(address string) string {
	if r.asked != address {
		r.asked, r.answer = address, badAddress(address)
	}
	return r.answer
}

// target is the address behind a reference, "" where there is none. One that is
// not live yet is the placeholder.
func (v *view) target(field string, ref content.Ref) string {
	if ref.Post != "" {
		if v.s.URL != nil {
			if live := v.s.URL(v.key(ref)); live != "" {
				return live
			}
		}
		return linkPlaceholder
	}
	if ref.URL == "" {
		return ""
	}
	if why := v.r.badAddress(ref.URL); why != "" {
		v.fail("link-address", field, "write a whole address: https://…", "%q is no address to link to: %s", short(ref.URL), why)
		return ""
	}
	return clean(ref.URL)
}
