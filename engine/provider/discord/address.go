package discord

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

const (
	// credential is what an account file gives: the webhook's whole address.
	credential = "webhook"
	// discordHost is asked whatever of Discord's names the address has.
	discordHost = "discord.com"
	// apiPath pins the version: without one Discord takes version 6, which is
	// deprecated (reference, API versioning, 2026-08-06).
	apiPath = "/api/v10/webhooks/"
)

// discordHosts are the names under which Discord gives out webhook addresses.
var discordHosts = []string{
	discordHost, "ptb.discord.com", "canary.discord.com", "discordapp.com", "ptb.discordapp.com", "canary.discordapp.com",
}

// hook is a webhook's address, taken apart.
type hook struct {
	origin string // scheme and host of the server to be asked
	server string // its name in an identity
	id     string
	token  provider.Secret
}

// webhookPath is that of a webhook's address. A token has 68 characters; the
// bounds are ours, so that something pasted wrongly is found out.
var webhookPath = regexp.MustCompile(`^/api(?:/v\d{1,2})?/webhooks/([0-9]{5,20})/([A-Za-z0-9_-]{20,200})/?$`)

// readWebhook resolves the credential. No error of it repeats any of the address.
func readWebhook(cfg provider.Config) (hook, error) {
	const op = "open"
	unauthorized := func(err error) error {
		return &provider.Error{Kind: provider.Unauthorized, Op: op, Err: fmt.Errorf("credentials.%s: %w", credential, err)}
	}
	if cfg.Credential == nil {
		return hook{}, unauthorized(errors.New("not given"))
	}
	secret, err := cfg.Credential(credential)
	if err != nil {
		return hook{}, unauthorized(err)
	}
	h, err := parseWebhook(secret.Reveal(), cfg.Account.Server)
	if err != nil {
		return hook{}, unauthorized(err)
	}
	return h, nil
}

var errAddress = errors.New("it is not a webhook's address: copy it from the channel's settings, Integrations, Webhooks (https://discord.com/api/webhooks/…)")

// parseWebhook reads a webhook's address. It must lead to Discord, or to the
// server that the account file names.
func parseWebhook(address, server string) (hook, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return hook{}, errAddress
	}
	m := webhookPath.FindStringSubmatch(u.EscapedPath())
	if m == nil {
		return hook{}, errAddress
	}
	origin, name, err := host(u, server)
	if err != nil {
		return hook{}, err
	}
	return hook{origin: origin, server: name, id: m[1], token: provider.NewSecret(m[2])}, nil
}

// host decides which server is asked.
func host(u *url.URL, server string) (origin, name string, err error) {
	h := strings.ToLower(u.Host)
	known := slices.Contains(discordHosts, h)
	if server == "" && !known {
		return "", "", errors.New("it does not lead to discord.com; an account of another server names it in `server`")
	}
	if server != "" {
		want, err := url.Parse(strings.TrimSpace(server))
		if err != nil || want.Host == "" || !strings.EqualFold(want.Host, h) || want.Scheme != u.Scheme || strings.Trim(want.Path, "/") != "" {
			return "", "", fmt.Errorf("it does not lead to the account's server %q", server)
		}
	}
	if u.Scheme != "https" && (u.Scheme != "http" || known || !httpx.Private(u.Hostname())) {
		return "", "", errors.New("http would send it in the clear: write https")
	}
	if known {
		h = discordHost
	}
	return u.Scheme + "://" + h, h, nil
}
