package content

import "testing"

// What is done to a file is said in words that a reviewer understands.
func TestDone(t *testing.T) {
	t.Parallel()
	logo := &Logo{Corner: "top-left"}
	for want, a := range map[string]Attachment{
		"as it is":                    {},
		"metadata removed: exif, xmp": {Make: &Make{Type: "image/png", Strip: true}, Traits: Traits{Metadata: []string{"exif", "xmp"}}},
		"SubRip written as WebVTT":    {Make: &Make{Type: "text/vtt"}},
		"cropped to 4:5 around the focus, 4032×3024 → 1080×1350, JPEG, at most 2 MB, metadata removed": {
			Width: 4032, Height: 3024, Focus: []float64{0, 0}, Traits: Traits{Metadata: []string{"exif"}},
			Make: &Make{Type: "image/jpeg", Crop: &Crop{Width: 2419, Height: 3024}, Width: 1080, Height: 1350, MaxBytes: 2_000_000},
		},
		"cropped to 1:3.00, 100×300 → 50×150, turned upright, on white, with the logo top-left, JPEG, at most 976.5 kB": {
			Width: 100, Height: 300, Traits: Traits{Turn: 6, Alpha: true},
			Make: &Make{Type: "image/jpeg", Crop: &Crop{Width: 100, Height: 300}, Width: 50, Height: 150, MaxBytes: 976_562, Logo: logo},
		},
		"cropped to 21.00:1, PNG": {Width: 9, Height: 9, Make: &Make{Type: "image/png", Width: 9, Height: 9, Crop: &Crop{Width: 21, Height: 1}}},
	} {
		if got := a.Done(); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}
