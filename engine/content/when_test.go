package content

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestFormatDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0", -time.Hour: "0", time.Millisecond: "1s", 90 * time.Second: "1m30s", 5 * time.Minute: "5m",
		26 * time.Hour: "1d2h", 48 * time.Hour: "2d", 2_629_746 * time.Second: "30d10h29m6s",
	} {
		if got := FormatDuration(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
		if back, err := ParseDuration(want); err != nil || d >= time.Second && back != d {
			t.Errorf("%q reads back as %v, %v", want, back, err)
		}
	}
}

// What is written can be read, and means the same.
func TestFormatDurationIsParsed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(0, 100*365*24*3600).Draw(t, "seconds")) * time.Second
		if back, err := ParseDuration(FormatDuration(d)); err != nil || back != d {
			t.Fatalf("%v: %s, %v, %v", d, FormatDuration(d), back, err)
		}
	})
}
