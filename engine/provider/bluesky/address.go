package bluesky

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// Collections, which are also the types of their records.
const (
	postType     = "app.bsky.feed.post"
	gateType     = "app.bsky.feed.threadgate"
	postgateType = "app.bsky.feed.postgate"
	profileType  = "app.bsky.actor.profile"
)

// Syntax of names (atproto-website specs did, handle and record-key, read
// 2026-08-20), a little stricter than theirs.
var (
	didPattern    = regexp.MustCompile(`^did:[a-z]+:[A-Za-z0-9._:%-]{1,500}$`)
	handlePattern = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)
	rkeyPattern   = regexp.MustCompile(`^[A-Za-z0-9._:~-]{1,512}$`)
)

func validDID(s string) bool { return didPattern.MatchString(s) }

func validHandle(s string) bool { return len(s) <= 253 && handlePattern.MatchString(s) }

func validKey(s string) bool { return rkeyPattern.MatchString(s) && s != "." && s != ".." }

// place is where a record is.
type place struct {
	repo       string // a DID, or a handle that is still to be resolved
	collection string
	rkey       string
}

func (p place) uri() string { return "at://" + p.repo + "/" + p.collection + "/" + p.rkey }

// page is where people read a post. It has the DID, for a handle may change.
func (p place) page() string { return "https://bsky.app/profile/" + p.repo + "/post/" + p.rkey }

// parseURI reads an at-uri of a record.
func parseURI(s string) (place, bool) {
	rest, ok := strings.CutPrefix(s, "at://")
	parts := strings.Split(rest, "/")
	if !ok || len(parts) != 3 || !validDID(parts[0]) && !validHandle(parts[0]) || !validKey(parts[2]) {
		return place{}, false
	}
	return place{parts[0], parts[1], parts[2]}, true
}

// parsePost reads the address of anybody's post: an at-uri, or a page of
// Bluesky's own web app.
func parsePost(s string) (place, bool) {
	if p, ok := parseURI(s); ok {
		return p, p.collection == postType
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || !strings.EqualFold(u.Host, "bsky.app") {
		return place{}, false
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) != 4 || parts[0] != "profile" || parts[2] != "post" {
		return place{}, false
	}
	return parseURI(place{parts[1], postType, parts[3]}.uri())
}

// own reads the id of one of our posts; its record key alone will do.
func (l *login) own(op, id string) (place, error) {
	p, ok := parsePost(id)
	if !ok && validKey(id) {
		p, ok = place{l.did, postType, id}, true
	}
	if !ok || p.repo != l.did {
		return place{}, &provider.Error{Kind: provider.NotFound, Op: op, Err: errors.New("no post of this account has that id")}
	}
	return p, nil
}

// A TID is 53 bits of microseconds and 10 bits that tell apart what is of one
// microsecond, in an alphabet that sorts (atproto-website specs/tid, read
// 2026-08-20).
const (
	tidAlphabet = "234567abcdefghijklmnopqrstuvwxyz"
	tidLength   = 13
	clockBits   = 10
)

// window is the part of a second in which the key of one segment lies; those of a
// thread follow one another.
const window = 20 * time.Millisecond

// keyOf derives a publication's record key, and the moment that it holds, from the
// stored key and the time of its intent, and from nothing else: a request that is
// sent again has the same. Within its window the moment is spread by the key, so
// that two publications of one second differ in some 24 bits; were they ever the
// same, apply would find one object to belong to two Keys and say so.
func keyOf(r provider.Request) (string, time.Time, error) {
	if r.ClientKey == "" || r.IntentAt.IsZero() || r.IntentAt.Unix() < 0 {
		return "", time.Time{}, errors.New("a publication here needs a client key and the time of its intent")
	}
	sum := sha256.Sum256([]byte("bluesky-tid\n" + r.ClientKey))
	spread := time.Duration(binary.BigEndian.Uint32(sum[:4])) * time.Microsecond % window
	at := r.IntentAt.UTC().Truncate(time.Second).Add(time.Duration(r.Index)*window + spread)
	clock := uint64(binary.BigEndian.Uint16(sum[4:6])) & (1<<clockBits - 1)
	return encodeTID(uint64(at.UnixMicro())<<clockBits | clock), at, nil
}

func encodeTID(v uint64) string {
	var b [tidLength]byte
	for i := tidLength - 1; i >= 0; i-- {
		b[i] = tidAlphabet[v&31]
		v >>= 5
	}
	return string(b[:])
}

// timeOf reads the moment out of a TID; the zero time where a key is none.
func timeOf(rkey string) time.Time {
	if len(rkey) != tidLength || strings.IndexByte(tidAlphabet[:16], rkey[0]) < 0 {
		return time.Time{}
	}
	var v uint64
	for i := range tidLength {
		n := strings.IndexByte(tidAlphabet, rkey[i])
		if n < 0 {
			return time.Time{}
		}
		v = v<<5 | uint64(n)
	}
	return time.UnixMicro(int64(v >> clockBits)).UTC()
}

// timeFormat is how createdAt is written: to the microsecond, as the key has it.
const timeFormat = "2006-01-02T15:04:05.000000Z"

func badAddress(s string) error {
	return fmt.Errorf("%q is no post's address: want https://bsky.app/profile/…/post/… or at://…", s)
}
