package media

import (
	"bytes"
	"errors"
	"testing"
	"testing/fstest"

	"github.com/smmctl/smmctl/engine/content"
)

func TestWebVTT(t *testing.T) {
	t.Parallel()
	in := "\ufeff1\r\n0:00:01,500 --> 00:00:02,000 X1:10\r\n<i>Tom & Jerry</i> <font>\r\na --> b\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nBye\r\n\r\n"
	want := "WEBVTT\n\n1\n00:00:01.500 --> 00:00:02.000\n<i>Tom &amp; Jerry</i> &lt;font&gt;\na --&gt; b\n\n2\n00:00:03.000 --> 00:00:04.000\nBye\n"
	got, err := WebVTT([]byte(in))
	if err != nil || string(got) != want {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := WebVTT([]byte("1\n\xe9")); !errors.Is(err, errNotUTF8) {
		t.Errorf("%v", err)
	}
	fsys := fstest.MapFS{"a.srt": file([]byte(in))}
	a, err := Probe(fsys, "a.srt")
	if err != nil {
		t.Fatal(err)
	}
	a.Make = &content.Make{Type: "text/vtt"}
	if made, err := Make(fsys, a); err != nil || string(made.Data) != want || made.Type != "text/vtt" {
		t.Errorf("%+v, %v", made, err)
	}
}

func FuzzWebVTT(f *testing.F) {
	f.Add([]byte("1\n00:00:01,500 --> 00:00:02,000\nHi\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		out, err := WebVTT(in)
		if err == nil && (!bytes.HasPrefix(out, []byte("WEBVTT\n\n")) || bytes.ContainsAny(out, "\r") || sniff(out) != "text/vtt") {
			t.Fatalf("%q", out)
		}
	})
}
