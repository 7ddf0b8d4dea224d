package httpx_test

import (
	"testing"

	"github.com/smmctl/smmctl/engine/provider/httpx"
)

func TestPrivate(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "::1": true, "10.0.0.1": true, "192.168.1.2": true, "fd00::1": true, "169.254.1.1": true, "fe80::1": true,
		"server": true, "pds.localhost": true, "nas.LOCAL": true, "api.internal": true, "blog.test": true,
		"blog.example": false, "8.8.8.8": false, "2001:db8::1": false, "172.32.0.1": false,
		"134744072": false, "0x08080808": false, "2001:db8::1%x": false, "localhost.example": false, "10.0.0.1.example": false, "latest": true, "the.latest": false,
	} {
		if got := httpx.Private(host); got != want {
			t.Errorf("%s: %t, want %t", host, got, want)
		}
	}
}

func TestServerURL(t *testing.T) {
	t.Parallel()
	for server, want := range map[string]string{
		"https://Social.example/": "https://social.example", " social.example ": "https://social.example", "https://blog.example/de/": "https://blog.example/de",
		"http://127.0.0.1:8080": "http://127.0.0.1:8080", "http://10.0.0.1/blog": "http://10.0.0.1/blog", "http://social.example": "",
		"": "", "https://": "", "ftp://social.example": "", "https://me:pw@social.example": "", "https://social.example?x=1": "",
	} {
		u, err := httpx.ServerURL(server, "https://social.example")
		if (err == nil) != (want != "") || err == nil && u.String() != want {
			t.Errorf("%q: %v, %v, want %q", server, u, err, want)
		}
	}
}
