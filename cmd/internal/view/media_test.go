package view_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/plan"
)

// The plan and render say what is done to a file, and nothing of one that goes as
// it is.
func TestWhatIsDoneToFiles(t *testing.T) {
	t.Parallel()
	a := content.Attachment{File: "media/a.jpg", Type: "image/jpeg", Width: 20, Height: 10, Traits: content.Traits{Metadata: []string{"exif"}}}
	a.Make = &content.Make{Type: "image/jpeg", Width: 20, Height: 10, Strip: true}
	pub := &content.Publication{Segments: []content.Segment{{Media: []content.Attachment{a, {File: "media/b.png"}}}}}
	var b bytes.Buffer
	p := &view.Printer{W: &b}
	p.Plan(&plan.Plan{Changes: []plan.Change{{Action: plan.Publish, Media: []plan.Medium{
		{File: a.File, Done: a.Done(), Make: a.Make}, {File: "media/b.png", Done: "as it is"},
	}}}})
	p.Publications([]*content.Publication{pub})
	out := b.String()
	if !strings.Contains(out, "made               media/a.jpg: metadata removed: exif\n") || strings.Count(out, "metadata removed: exif\n") != 2 || strings.Contains(out, "as it is") {
		t.Errorf("%s", out)
	}
	j, err := json.Marshal(view.Publications([]*content.Publication{pub}))
	if err != nil || !strings.Contains(string(j), `"done":"metadata removed: exif","make":{"type":"image/jpeg"`) || !strings.Contains(string(j), `"done":"as it is","make":null`) {
		t.Errorf("%s, %v", j, err)
	}
}
