package telegram

import "testing"

func TestLocate(t *testing.T) {
	t.Parallel()
	public := &login{chat: chat{ID: -1001234567890, Username: "acme_news"}}
	private := &login{chat: chat{ID: -1001234567890}}
	for address, want := range map[string][2]string{ // of the public chat, and of the same without a name
		"https://t.me/acme_news/7":         {"7", ""},
		"https://t.me/Acme_News/7/":        {"7", ""},
		"https://t.me/acme_news/8?single":  {"8", ""},
		"https://t.me/acme_news/8#x":       {"8", ""},
		"https://t.me/acme_news/17,18,19":  {"17,18,19", ""},
		"https://t.me/c/1234567890/9":      {"9", "9"},
		"9":                                {"9", "9"},
		"17,18":                            {"17,18", "17,18"},
		"https://t.me/somebody_else/1":     {},
		"https://t.me/c/999/7":             {},
		"https://t.me//7":                  {},
		"https://t.me/7":                   {},
		"https://t.me/acme_news":           {},
		"https://t.me/acme_news/0":         {},
		"https://t.me/acme_news/seven":     {},
		"https://evil.example/acme_news/7": {},
		"foo":                              {},
		"":                                 {},
	} {
		for i, l := range []*login{public, private} {
			got, err := l.locate(address)
			if got != want[i] || (err == nil) != (want[i] != "") {
				t.Errorf("%q in %+v: %q, %v; want %q", address, l.chat, got, err, want[i])
			}
		}
	}
}
