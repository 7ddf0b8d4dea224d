package render

import (
	"errors"
	"regexp"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/media"
)

var sha256Hex = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)

// fetched describes a medium that is given by its address: the copy of it that
// has the digest which was reviewed.
func (v *view) fetched(field string, m *content.Media) (content.Attachment, bool) {
	switch {
	case !strings.HasPrefix(m.URL, "https://"):
		v.fail("media-url", field+".url", "write an address with https://, or put the file into the repository", "media are fetched by https only, not from %s", short(m.URL))
		return content.Attachment{}, false
	case !sha256Hex.MatchString(m.SHA256):
		v.fail("media-digest", field+".url", "add `sha256:`, as `curl -fsSL ADDRESS | sha256sum` prints it", "%s has no SHA-256 beside it: what is behind an address may change after it was reviewed", short(m.URL))
		return content.Attachment{}, false
	}
	a, err := v.copyOf(m)
	var other *media.OtherError
	switch {
	case errors.As(err, &other):
		v.fail("media-changed", field+".sha256", "write "+other.Got+", if that is the file that you mean", "%s is not the file with this SHA-256", short(m.URL))
	case errors.Is(err, media.ErrNotFetched):
		v.add(Problem{Rule: "media-not-fetched", Warning: true, Holds: true, Field: field + ".url", Summary: err.Error()})
	case err != nil:
		v.fail(mediaRule(err), field+".url", "", "%s: %v", short(m.URL), err)
	default:
		a.URL = m.URL
		return a, true
	}
	return a, false
}

// copyOf gives the copy, which is fetched where that may be done now.
func (v *view) copyOf(m *content.Media) (content.Attachment, error) {
	name := media.FetchedName(m.SHA256)
	if v.s.Media == nil {
		return content.Attachment{File: name}, nil
	}
	a, err := v.s.Media(name)
	if damaged := err == nil && !strings.EqualFold(a.SHA256, m.SHA256); !damaged && !errors.Is(err, media.ErrMissing) {
		return a, err
	}
	if v.s.Fetch == nil {
		return a, &media.FetchError{URL: m.URL}
	}
	if err := v.s.Fetch(m.URL, strings.ToLower(m.SHA256)); err != nil {
		return a, err
	}
	return v.s.Media(name)
}
