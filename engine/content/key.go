// Package content holds what people write, as types: the workspace, strategies,
// accounts, months, posts and their variants; the Key that identifies a
// publication; and the Publication that rendering makes of a post. It imports
// only the standard library, so that every other package can speak its words.
package content

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// ProfileID is the post id that stands for an account's profile in a Key. No
// post may use it.
const ProfileID = "profile"

// Key identifies a publication: one post on one account, and the occurrence's
// date where the post repeats. It is made of ids in files, never of a path or of
// content.
type Key struct {
	Post       string
	Account    string
	Occurrence string // 2027-01-05, or empty
}

// String returns post@account or post@account#occurrence.
func (k Key) String() string {
	s := k.Post + "@" + k.Account
	if k.Occurrence != "" {
		s += "#" + k.Occurrence
	}
	return s
}

// IsProfile reports whether the Key is an account's profile.
func (k Key) IsProfile() bool { return k.Post == ProfileID }

// ParseKey reads a Key as String writes it.
func ParseKey(s string) (Key, error) {
	rest, occurrence, _ := strings.Cut(s, "#")
	post, account, ok := strings.Cut(rest, "@")
	if !ok || post == "" || account == "" || strings.Contains(account, "@") {
		return Key{}, fmt.Errorf("key %q: want post-id@account-id or post-id@account-id#2027-01-05", s)
	}
	return Key{post, account, occurrence}, nil
}

// MarshalText writes the Key as String does.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (k *Key) UnmarshalText(b []byte) error {
	v, err := ParseKey(string(b))
	*k = v
	return err
}

// DigestOf is Digest of one part.
func DigestOf(part []byte) string {
	h := sha256.New()
	h.Write(append(strconv.AppendInt(make([]byte, 0, 20), int64(len(part)), 10), ':'))
	h.Write(part)
	return hex.EncodeToString(h.Sum(make([]byte, 0, sha256.Size)))
}

// Digest returns the hex SHA-256 of parts, each bounded, so that no two
// different lists have one digest.
func Digest(parts ...string) string {
	n := 0
	for _, p := range parts {
		n += len(p) + 8
	}
	b := make([]byte, 0, n)
	for _, p := range parts {
		b = append(strconv.AppendInt(b, int64(len(p)), 10), ':')
		b = append(b, p...)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
