package provider_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/smmctl/smmctl/engine/provider"
)

// TestHelpers: what an error becomes as an *Error, and where it is of a call that
// publishes nothing.
func TestHelpers(t *testing.T) {
	t.Parallel()
	foreign := errors.New("foreign")
	of := func(k provider.Kind) *provider.Error { return &provider.Error{Kind: k, Op: "own"} }
	for name, c := range map[string]struct {
		err          error
		as, harmless provider.Kind
		op           string
	}{
		"foreign":      {foreign, provider.Ambiguous, provider.Unsent, "asked"},
		"ambiguous":    {of(provider.Ambiguous), provider.Ambiguous, provider.Unsent, "own"},
		"within":       {fmt.Errorf("more: %w", of(provider.Ambiguous)), provider.Ambiguous, provider.Unsent, "own"},
		"unsent":       {of(provider.Unsent), provider.Unsent, provider.Unsent, "own"},
		"throttled":    {of(provider.Throttled), provider.Throttled, provider.Throttled, "own"},
		"rejected":     {of(provider.Rejected), provider.Rejected, provider.Rejected, "own"},
		"not there":    {of(provider.NotFound), provider.NotFound, provider.NotFound, "own"},
		"unauthorized": {of(provider.Unauthorized), provider.Unauthorized, provider.Unauthorized, "own"},
		"unsupported":  {of(provider.Unsupported), provider.Unsupported, provider.Unsupported, "own"},
		"refused":      {provider.Refused("own", "no: %w", foreign), provider.Rejected, provider.Rejected, "own"},
	} {
		e := provider.AsError("asked", c.err)
		if e.Kind != c.as || e.Op != c.op {
			t.Errorf("%s: %s of %q, want %s of %q", name, e.Kind, e.Op, c.as, c.op)
		}
		if got := provider.Harmless("asked", c.err); !provider.Is(got, c.harmless) {
			t.Errorf("%s: %v is %s where it is harmless, want %s", name, got, provider.KindOf(got), c.harmless)
		}
	}
	if err := provider.Harmless("asked", nil); err != nil {
		t.Errorf("nothing is %v", err)
	}
	if err := provider.Refused("own", "%d: %w", 7, foreign); err.Error() != "own: 7: foreign" || !errors.Is(err, foreign) {
		t.Errorf("refused: %v", err)
	}
}
