package provider

import "log/slog"

const redacted = "[secret]"

// Secret carries a credential. However it is printed, encoded or logged, it
// reads [secret]; only Reveal gives the value. It is kept behind a pointer: fmt
// asks no method of what lies in an unexported field, and prints what it finds.
type Secret struct{ value *string }

// NewSecret wraps a value.
func NewSecret(value string) Secret { return Secret{&value} }

// Reveal returns the value, for the one place that sends it.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// String, GoString, MarshalText and LogValue keep the value out of every output.
func (s Secret) String() string { return redacted }

// GoString redacts %#v.
func (s Secret) GoString() string { return redacted }

// MarshalText redacts JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue redacts log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
