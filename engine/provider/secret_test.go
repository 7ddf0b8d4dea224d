package provider_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine/provider"
)

// TestSecretIsNeverShown: neither by itself nor in a field, exported or not.
func TestSecretIsNeverShown(t *testing.T) {
	t.Parallel()
	const value = "s3cret-t0ken"
	s := provider.NewSecret(value)
	type holder struct {
		token provider.Secret
		Token provider.Secret
		all   []provider.Secret
	}
	h := holder{s, s, []provider.Secret{s}}
	var b strings.Builder
	for _, v := range []any{s, &s, h, &h, []any{s, h}, map[string]holder{"a": h}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			fmt.Fprintf(&b, verb+"\n", v)
		}
		encoded, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(encoded)
		slog.New(slog.NewTextHandler(&b, nil)).Info("", "v", v)
	}
	if text := b.String(); strings.Contains(text, value) || strings.Contains(text, fmt.Sprintf("%x", value)) || !strings.Contains(text, "[secret]") {
		t.Errorf("shown: %s", text)
	}
	if s.Reveal() != value || (provider.Secret{}).Reveal() != "" || h.token.Reveal() != value || h.all[0].Reveal() != value {
		t.Error("the value is lost")
	}
}
