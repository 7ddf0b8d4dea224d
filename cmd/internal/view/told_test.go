package view

import (
	"testing"

	"github.com/smmctl/smmctl/engine"
)

func TestTold(t *testing.T) {
	t.Parallel()
	for in, want := range map[engine.Told]string{
		{Sent: 1}:                "Told: 1 notification.",
		{Sent: 2, Comments: 1}:   "Told: 2 notifications, 1 pull request.",
		{Unsent: 1, Doubtful: 2}: "Not told: 1 (the next run does it). Doubtful: 2.",
		{Comments: 3, Unsent: 1}: "Told: 3 pull requests. Not told: 1 (the next run does it).",
	} {
		if got := Told(in); got != want {
			t.Errorf("%+v: %q, not %q", in, got, want)
		}
	}
}
