package discord

import (
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

const goodToken = "abcdefgh_0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"

func TestWebhookAddresses(t *testing.T) {
	t.Parallel()
	path := "/webhooks/1180000000000000001/" + goodToken
	for name, c := range map[string]struct {
		address, server string
		want            string // origin, or "" for a refusal
	}{
		"as copied":                {"https://discord.com/api" + path, "", "https://discord.com"},
		"with spaces around":       {" https://discord.com/api" + path + "\n", "", "https://discord.com"},
		"with a slash behind":      {"https://discord.com/api" + path + "/", "", "https://discord.com"},
		"of the old name":          {"https://discordapp.com/api" + path, "", "https://discord.com"},
		"of a test client":         {"https://canary.discord.com/api/v9" + path, "", "https://discord.com"},
		"of the public test":       {"https://PTB.discord.com/api" + path, "", "https://discord.com"},
		"the server named":         {"https://discord.com/api" + path, "https://discord.com", "https://discord.com"},
		"another server":           {"https://chat.example/api" + path, "https://chat.example/", "https://chat.example"},
		"this machine":             {"http://127.0.0.1:8080/api" + path, "http://127.0.0.1:8080", "http://127.0.0.1:8080"},
		"a private network":        {"http://10.0.0.1/api" + path, "http://10.0.0.1", "http://10.0.0.1"},
		"a private name":           {"http://chat.internal/api" + path, "http://chat.internal", "http://chat.internal"},
		"another, not named":       {"https://chat.example/api" + path, "", ""},
		"another than named":       {"https://evil.example/api" + path, "https://chat.example", ""},
		"Discord, another named":   {"https://discord.com/api" + path, "https://chat.example", ""},
		"a name like Discord's":    {"https://discord.com.evil.example/api" + path, "", ""},
		"http":                     {"http://discord.com/api" + path, "", ""},
		"http to a public name":    {"http://chat.example/api" + path, "http://chat.example", ""},
		"http to Discord, named":   {"http://discord.com/api" + path, "http://discord.com", ""},
		"another port":             {"https://discord.com:444/api" + path, "", ""},
		"with a user":              {"https://me@discord.com/api" + path, "", ""},
		"with a query":             {"https://discord.com/api" + path + "?wait=true", "", ""},
		"with a fragment":          {"https://discord.com/api" + path + "#x", "", ""},
		"for Slack's form":         {"https://discord.com/api" + path + "/slack", "", ""},
		"without a token":          {"https://discord.com/api/webhooks/1180000000000000001", "", ""},
		"an escaped path":          {"https://discord.com/api/webhooks/1180000000000000001/" + strings.Replace(goodToken, "a", "%61", 1), "", ""},
		"an id with letters":       {"https://discord.com/api/webhooks/118000000000000000x/" + goodToken, "", ""},
		"a token alone":            {goodToken, "", ""},
		"nothing":                  {"", "", ""},
		"no address":               {"https://discord.com/api\x7f" + path, "", ""},
		"a message's, not webhook": {"https://discord.com/channels/1/2/3", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, err := readWebhook(provider.Config{
				Account:    content.Account{Server: c.server},
				Credential: func(string) (provider.Secret, error) { return provider.NewSecret(c.address), nil },
			})
			if c.want == "" {
				if err == nil {
					t.Fatalf("it was taken, for %s", h.origin)
				}
				if !provider.Is(err, provider.Unauthorized) {
					t.Errorf("%v is %s", err, provider.KindOf(err))
				}
				if strings.Contains(err.Error(), goodToken[:10]) || strings.Contains(err.Error(), "1180000000000000001") {
					t.Errorf("%v shows the address", err)
				}
				return
			}
			if err != nil || h.origin != c.want || h.id != "1180000000000000001" || h.token.Reveal() != goodToken {
				t.Errorf("%+v, %v", h, err)
			}
		})
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	l := &login{channel: "20000"}
	for in, want := range map[string]place{
		"10000":       {"", "10000"},
		"30000/10000": {"30000", "10000"},
		"20000/10000": {"", "10000"}, // the webhook's own channel is no thread
		"https://discord.com/channels/1/20000/77": {"", "77"},
		"https://discord.com/channels/1/30000/77": {"30000", "77"},
	} {
		if got, ok := l.parseID(in); !ok || got != want {
			t.Errorf("%s: %+v, %t", in, got, ok)
		}
	}
	for _, in := range []string{"", "x", "/", "1/", "/1", "1/2/3", "01", "+1", "-1", "1/../2", "99999999999999999999", "https://discord.com/", "1?x=2"} {
		if got, ok := l.parseID(in); ok {
			t.Errorf("%q was taken: %+v", in, got)
		}
	}
	// The documentation's own example (reference, Snowflakes).
	if got := createdAt("175928847299117063").Format("2006-01-02T15:04:05.000Z"); got != "2016-04-30T11:18:25.796Z" {
		t.Errorf("an id's moment is %s", got)
	}
}

func TestUserAgent(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"smmctl/1.2.0": "DiscordBot (https://github.com/smmctl/smmctl, 1.2.0)",
		"":             "DiscordBot (https://github.com/smmctl/smmctl, dev)",
	} {
		if got := userAgent(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
