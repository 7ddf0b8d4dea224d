package load

import "testing"

func TestSuggest(t *testing.T) {
	t.Parallel()
	known := []string{"status", "slot", "publish_at", "alt", "accounts", "id"}
	for word, want := range map[string]string{
		"staus": "status", "stauts": "status", "publishAt": "publish_at", "publish-at": "publish_at", "alt_text": "alt", "publish": "publish_at",
		"acounts": "accounts", "ide": "id", "weather": "", "": "", "x": "", "slots": "slot",
	} {
		if got := Suggest(word, known); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
	if got := Suggest(string(make([]byte, 1<<20)), known); got != "" {
		t.Errorf("a very long word: %q", got)
	}
}
