// Package fetch reads files of the public web: by https, without credentials or
// cookies, bounded in size and time, and never from an address that only this
// machine or its network can reach, whatever a name resolves to or a redirect
// says. It imports media, disk and the standard library.
package fetch

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"crypto/tls"
)

const (
	dialTimeout   = 10 * time.Second
	answerTimeout = 30 * time.Second
	maxHeaders    = 64 << 10
	maxRedirects  = 5
)

// Errors of a request, before anything is read.
var (
	ErrPrivate  = errors.New("it leads to an address that is not public")
	ErrScheme   = errors.New("only https is fetched")
	ErrUserinfo = errors.New("an address with credentials in it is not fetched")
)

// Options loosen a client, for tests.
type Options struct {
	Allow func(netip.AddrPort) bool // beside public addresses
	Roots *x509.CertPool            // nil: the system's
}

// Client returns a client that reaches public addresses only. The address is
// checked when it is dialled, after its name was resolved: between a check and
// its use a name could change. Proxies of the environment are not used, for they
// would dial in our place.
func Client(o Options) *http.Client {
	dialer := &net.Dialer{Timeout: dialTimeout, ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if !Public(to.Addr()) && (o.Allow == nil || !o.Allow(to)) {
			return ErrPrivate
		}
		return nil
	}}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSClientConfig: &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout: dialTimeout, ResponseHeaderTimeout: answerTimeout, MaxResponseHeaderBytes: maxHeaders,
			DisableCompression: true, DisableKeepAlives: true, ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			r.Header.Del("Referer")
			if len(via) > maxRedirects {
				return fmt.Errorf("more than %d redirects", maxRedirects)
			}
			return allowed(r.URL)
		},
	}
}

// allowed says whether an address may be asked at all.
func allowed(u *url.URL) error {
	switch {
	case u.Scheme != "https" || u.Host == "":
		return ErrScheme
	case u.User != nil:
		return ErrUserinfo
	}
	return nil
}

// special are the blocks of the public space that lead elsewhere: IANA's registries
// of special-purpose addresses, IPv4 and IPv6, read 2026-11-24.
var special = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)

var (
	global = netip.MustParsePrefix("2000::/3")
	nat64  = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052: the last 32 bits are IPv4
)

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// Public reports whether an address belongs to the public Internet.
func Public(a netip.Addr) bool {
	if !a.IsValid() || a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	if nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	if a.Is6() && !global.Contains(a) || !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
