package httpx

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// ServerURL reads an account's server; example is what it may look like. Plain
// HTTP would show the credential to everybody on the way, so it is for hosts that
// are Private only.
func ServerURL(server, example string) (*url.URL, error) {
	s := strings.TrimSpace(server)
	if s != "" && !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil || u.RawQuery != "" {
		return nil, fmt.Errorf("server %q: want the server's address, such as %s", server, example)
	}
	if u.Scheme == "http" && !Private(u.Hostname()) {
		return nil, fmt.Errorf("server %q: http would send the credential in the clear: write https", server)
	}
	u.Host = strings.ToLower(u.Host)
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimRight(u.Path, "/")}, nil
}

// Private reports whether a host, a name or an address without a port, is of this
// machine or of a private network: by its address, as a name without a dot, or by
// a zone that the public name system does not have. No name is looked up.
func Private(host string) bool {
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
	}
	if !strings.Contains(host, ".") { // a name in the local network; not an address in another writing
		return !strings.Contains(host, ":") && strings.Trim(strings.ToLower(host), "0123456789abcdefx") != ""
	}
	for _, zone := range []string{".localhost", ".local", ".internal", ".test"} {
		if strings.HasSuffix(strings.ToLower(host), zone) {
			return true
		}
	}
	return false
}
