package plan

import (
	"slices"
	"testing"

	"github.com/smmctl/smmctl/engine/content"
)

// A change that sends files says of each what is done to it; one that sends none
// has none.
func TestMediaOfAChange(t *testing.T) {
	t.Parallel()
	jpeg := &content.Make{Type: "image/jpeg", Width: 10, Height: 5, Crop: &content.Crop{Width: 20, Height: 10}}
	picture := content.Attachment{File: "a.webp", Type: "image/webp", Width: 20, Height: 20, Make: jpeg}
	film := content.Attachment{
		File: ".smmctl/x", URL: "https://e.example/a.mp4", Type: "video/mp4", Width: 4, Height: 3, Cover: &content.Attachment{File: "c.png", Type: "image/png"},
		Subtitles: map[string]content.Attachment{"fr": {File: "fr.srt", Make: &content.Make{Type: "text/vtt"}}, "en": {File: "en.vtt", Type: "text/vtt"}},
	}
	pub := &content.Publication{Segments: []content.Segment{{Media: []content.Attachment{picture}}, {Media: []content.Attachment{film}}}}
	got := mediaOf(&Change{Action: Publish}, pub)
	want := []Medium{
		{"a.webp", "image/jpeg", 10, 5, "cropped to 2:1, 20×20 → 10×5, JPEG", jpeg}, {"https://e.example/a.mp4", "video/mp4", 4, 3, "as it is", nil},
		{"c.png", "image/png", 0, 0, "as it is", nil}, {"en.vtt", "text/vtt", 0, 0, "as it is", nil},
		{"fr.srt", "text/vtt", 0, 0, "SubRip written as WebVTT", film.Subtitles["fr"].Make},
	}
	want[0].Done = picture.Done()
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	face := &content.Publication{Profile: &content.Face{Avatar: &picture}}
	if got := mediaOf(&Change{Action: Edit}, face); len(got) != 1 || got[0].File != "a.webp" {
		t.Errorf("%+v", got)
	}
	for _, a := range []Action{Wait, Hold, Missed, Retract, Adopt, Forget, Accept, Unschedule, Reschedule} {
		if got := mediaOf(&Change{Action: a}, pub); got == nil || len(got) > 0 {
			t.Errorf("%s: %+v", a, got)
		}
	}
	if got := mediaOf(&Change{Action: Publish}, nil); got == nil || len(got) > 0 {
		t.Errorf("%+v", got)
	}
}
