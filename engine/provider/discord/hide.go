package discord

import (
	"errors"
	"strings"
	"unicode"
)

const (
	hiddenText = "[secret]"
	// tellTale is how much of a token's beginning gives it away: a sender or a
	// shortened message may have cut the rest.
	tellTale = 8
)

// hide takes the token out of a text, and any beginning of it.
func (c *client) hide(s string) string {
	head := c.token.Reveal()[:tellTale]
	var out strings.Builder
	for {
		before, after, found := strings.Cut(s, head)
		out.WriteString(before)
		if !found {
			return out.String()
		}
		out.WriteString(hiddenText)
		s = strings.TrimLeftFunc(after, isTokenRune)
	}
}

func isTokenRune(r rune) bool {
	return r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-')
}

// hidden is err, without the token in its text.
func (c *client) hidden(err error) error {
	if err == nil {
		return nil
	}
	if text := c.hide(err.Error()); text != err.Error() {
		return &masked{text, err}
	}
	return err
}

// masked shows another text for an error that can still be matched.
type masked struct {
	text string
	err  error
}

// Error implements error.
func (m *masked) Error() string { return m.text }

// Is matches what the hidden error matches, without handing it out.
func (m *masked) Is(target error) bool { return errors.Is(m.err, target) }
