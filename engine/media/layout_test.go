package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/image/webp"

	"github.com/smmctl/smmctl/engine/content"
)

// Nothing that tells of people, places and machines survives, and the pixels and
// their colours do.
func TestStripTakesOutWhatTells(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind   string
		data   []byte
		found  string
		turn   int
		decode func(io.Reader) (image.Image, error)
	}{
		"jpeg": {"image/jpeg", dirtyJPEG(t, photo(40, 20), 6), "application data comment exif iptc other pictures thumbnail trailer xmp", 6, jpeg.Decode},
		"png":  {"image/png", dirtyPNG(t, photo(40, 20), 3), "application data exif text time trailer", 3, png.Decode},
		"webp": {"image/webp", dirtyWebP(8, 0), "application data exif trailer xmp", 8, nil},
		"gif":  {"image/gif", dirtyGIF(t, 3), "comment trailer xmp", 0, gif.Decode},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := lay(c.kind, c.data)
			if got := strings.Join(l.traits.Metadata, " "); got != c.found || l.traits.Damaged || l.traits.Turn != c.turn {
				t.Errorf("%q, %+v", got, l.traits)
			}
			out, err := strip(c.kind, c.data)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range []string{secret, "GPS", "Exif", "xmp", "XMP"} {
				if bytes.Contains(out, []byte(s)) {
					t.Errorf("%q is still there", s)
				}
			}
			after := lay(c.kind, out)
			if len(after.traits.Metadata) > 0 || after.traits.Damaged || !bytes.Equal(after.icc, l.icc) {
				t.Errorf("afterwards: %+v", after.traits)
			}
			if again, err := strip(c.kind, out); err != nil || !bytes.Equal(again, out) {
				t.Errorf("a second time: %v", err)
			}
			if c.decode == nil {
				if config, err := webp.DecodeConfig(bytes.NewReader(out)); err != nil || config.Width != 8 {
					t.Errorf("%+v, %v", config, err)
				}
				if flags := out[20]; flags&(webpExif|webpXMP) != 0 || int(binary.LittleEndian.Uint32(out[4:])) != len(out)-8 {
					t.Errorf("flags %x, size %d of %d", flags, binary.LittleEndian.Uint32(out[4:]), len(out)-8)
				}
				return
			}
			before, err1 := c.decode(bytes.NewReader(c.data))
			now, err2 := c.decode(bytes.NewReader(out))
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			samePixels(t, before, now)
		})
	}
}

func samePixels(t *testing.T, a, b image.Image) {
	t.Helper()
	if a.Bounds().Size() != b.Bounds().Size() {
		t.Fatalf("%v and %v", a.Bounds(), b.Bounds())
	}
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			r1, g1, b1, a1 := a.At(a.Bounds().Min.X+x, a.Bounds().Min.Y+y).RGBA()
			r2, g2, b2, a2 := b.At(b.Bounds().Min.X+x, b.Bounds().Min.Y+y).RGBA()
			if r1 != r2 || g1 != g2 || b1 != b2 || a1 != a2 {
				t.Fatalf("pixel %d,%d differs", x, y)
			}
		}
	}
}

// A film's loop stays, and so do its frames.
func TestAnimationsStay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind string
		data []byte
		want bool
	}{
		"gif":   {"image/gif", dirtyGIF(t, 3), true},
		"still": {"image/gif", dirtyGIF(t, 1), false},
		"webp":  {"image/webp", dirtyWebP(1, webpAnimated), true},
		"apng":  {"image/png", slices.Concat(asPNG(t, photo(4, 4))[:33], chunk("acTL", "\x00\x00\x00\x02\x00\x00\x00\x00"), asPNG(t, photo(4, 4))[33:]), true},
	} {
		if got := lay(c.kind, c.data).traits.Animated; got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	out, err := strip("image/gif", dirtyGIF(t, 3))
	if err != nil {
		t.Fatal(err)
	}
	if g, err := gif.DecodeAll(bytes.NewReader(out)); err != nil || len(g.Image) != 3 || g.LoopCount != 0 {
		t.Errorf("%+v, %v", g, err)
	}
}

// What is cut off anywhere is damaged, never clean.
func TestCutOffIsDamaged(t *testing.T) {
	t.Parallel()
	for kind, data := range map[string][]byte{
		"image/jpeg": asJPEG(t, photo(16, 16)), "image/png": asPNG(t, photo(16, 16)), "image/gif": gifOf(t), "image/webp": webpOf(),
	} {
		for n := range len(data) - 1 {
			if !lay(kind, data[:n]).traits.Damaged {
				t.Errorf("%s: %d of %d bytes look whole", kind, n, len(data))
				break
			}
		}
		if lay(kind, data).traits.Damaged {
			t.Errorf("%s: the whole looks damaged", kind)
		}
	}
}

func TestHostileExif(t *testing.T) {
	t.Parallel()
	for _, order := range []binary.ByteOrder{binary.BigEndian, binary.LittleEndian} {
		whole := exif(6, order)
		if exifTurn(whole) != 6 {
			t.Error("the orientation is not found")
		}
		for n := range whole {
			broken := slices.Clone(whole)
			broken[n] ^= 0xFF
			for _, b := range [][]byte{whole[:n], broken} {
				if o := exifTurn(b); o < 1 || o > 8 {
					t.Errorf("byte %d: %d", n, o)
				}
			}
		}
	}
}

// A description says how the picture is seen, and what it tells.
func TestProbeTraits(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{"a.jpg": file(dirtyJPEG(t, photo(40, 20), 6)), "b.png": file(asPNG(t, image.NewNRGBA(image.Rect(0, 0, 3, 4))))}
	a, err := Probe(fsys, "a.jpg")
	if err != nil || a.Width != 20 || a.Height != 40 || a.Traits.Turn != 6 || a.Traits.Alpha || len(a.Traits.Metadata) == 0 {
		t.Errorf("%+v, %v", a, err)
	}
	a, err = Probe(fsys, "b.png")
	if err != nil || !a.Traits.Alpha || a.Traits.Turn != 0 || a.Traits.Metadata != nil {
		t.Errorf("%+v, %v", a, err)
	}
}

func box(name string, bodies ...[]byte) []byte {
	body := slices.Concat(bodies...)
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)+8))
	return append(append(out, name...), body...)
}

func words(n ...uint32) []byte {
	var out []byte
	for _, x := range n {
		out = binary.BigEndian.AppendUint32(out, x)
	}
	return out
}

// filmOf is a film of 12.5 seconds, 1920 by 1080, whose moov comes last.
func filmOf(turnedOver bool, codec string, more ...[]byte) []byte {
	mvhd := box("mvhd", words(0, 0, 0, 1000, 12_500), make([]byte, 80))
	matrix := words(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
	if turnedOver {
		matrix = words(0, 0x10000, 0, 0xFFFF0000, 0, 0, 0, 0, 0x40000000)
	}
	tkhd := box("tkhd", words(0, 0, 0, 1, 0, 12_500, 0, 0, 0, 0), matrix, words(1920<<16, 1080<<16))
	stsd := box("stsd", words(0, 1, 86), []byte(codec), make([]byte, 78))
	hdlr := box("hdlr", words(0, 0), []byte("vide"), make([]byte, 13))
	trak := box("trak", tkhd, box("mdia", hdlr, box("minf", box("stbl", stsd))))
	moov := box("moov", append([][]byte{mvhd, trak}, more...)...)
	return slices.Concat(box("ftyp", []byte("isom"), words(0)), box("mdat", make([]byte, 5000)), moov)
}

func TestFilms(t *testing.T) {
	t.Parallel()
	place := []byte("\x00\x12\x15\xc7+48.8577+002.295/")
	for name, c := range map[string]struct {
		data  []byte
		w, h  int
		codec string
		place bool
	}{
		"plain":     {filmOf(false, "avc1"), 1920, 1080, "h264", false},
		"turned":    {filmOf(true, "hvc1"), 1080, 1920, "hevc", false},
		"unusual":   {filmOf(false, "XYZ1"), 1920, 1080, "XYZ1", false},
		"unnamed":   {filmOf(false, "\x00\x01\x02\x03"), 1920, 1080, "unknown", false},
		"quicktime": {filmOf(false, "avc1", box("udta", box("\xa9xyz", place))), 1920, 1080, "h264", true},
		"3gpp":      {filmOf(false, "avc1", box("udta", box("loci", place))), 1920, 1080, "h264", true},
		"apple":     {filmOf(false, "avc1", box("meta", box("keys", []byte("mdtacom.apple.quicktime.location.ISO6709")))), 1920, 1080, "h264", true},
		"action camera": {filmOf(false, "avc1", box("trak", box("mdia", box("hdlr", words(0, 0), []byte("meta"), make([]byte, 13)),
			box("minf", box("stbl", box("stsd", words(0, 1, 86), []byte("gpmd"))))))), 1920, 1080, "h264", true},
		"xmp":    {append(filmOf(false, "avc1"), box("uuid", make([]byte, 16), []byte("<exif:GPSLatitude>"))...), 1920, 1080, "h264", true},
		"a song": {filmOf(false, "avc1", box("udta", box("\xa9nam", []byte("A film")))), 1920, 1080, "h264", false},
	} {
		a, err := Probe(fstest.MapFS{"a.mp4": file(c.data)}, "a.mp4")
		if err != nil || a.Width != c.w || a.Height != c.h || a.Traits.Codec != c.codec || a.Traits.Duration != 12_500*time.Millisecond {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
		if b, err := Probe(fstest.MapFS{"a.mp4": file(c.data[:5020])}, "a.mp4"); err != nil || a.Traits.Damaged || !b.Traits.Damaged {
			t.Errorf("%s: %+v, %v: without moov", name, b, err)
		}
		if got := slices.Contains(a.Traits.Metadata, "location"); got != c.place {
			t.Errorf("%s: %v", name, a.Traits.Metadata)
		}
	}
}

// A HEIF picture's items tell whether there are metadata in it.
func TestHEIF(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		items []byte
		want  string
	}{
		"none": {box("infe", []byte("\x02\x00\x00\x00\x00\x01\x00\x00hvc1\x00")), ""},
		"exif": {box("infe", []byte("\x02\x00\x00\x00\x00\x02\x00\x00Exif\x00")), "exif"},
		"xmp":  {box("infe", []byte("\x02\x00\x00\x00\x00\x02\x00\x00mime\x00application/rdf+xml\x00")), "xmp"},
	} {
		data := append(box("ftyp", []byte("heic"), words(0), []byte("mif1")), box("meta", words(0), box("iinf", words(0), c.items))...)
		a, err := Probe(fstest.MapFS{"a.heic": file(data)}, "a.heic")
		if got := strings.Join(a.Traits.Metadata, " "); err != nil || got != c.want || a.Traits.Damaged {
			t.Errorf("%s: %q, %v, %+v", name, got, err, a)
		}
		if a, err := Probe(fstest.MapFS{"a.heic": file(data[:30])}, "a.heic"); err != nil || !a.Traits.Damaged {
			t.Errorf("%s, cut off: %+v, %v: whether it tells is not known", name, a, err)
		}
	}
}

func FuzzLay(f *testing.F) {
	f.Add(dirtyJPEG(f, photo(8, 8), 6))
	f.Add(dirtyPNG(f, photo(8, 8), 6))
	f.Add(dirtyWebP(6, 0))
	f.Add(dirtyGIF(f, 2))
	f.Add(bomb())
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, kind := range []string{"image/jpeg", "image/png", "image/gif", "image/webp"} {
			l := lay(kind, data)
			at := 0
			for _, p := range l.pieces {
				if p.from < at || p.to < p.from || p.to > len(data) {
					t.Fatalf("%s: piece %+v before %d", kind, p, at)
				}
				at = p.to
			}
			if l.traits.Damaged {
				continue
			}
			out, err := strip(kind, data)
			if err != nil {
				t.Fatal(err)
			}
			if after := lay(kind, out); len(after.traits.Metadata) > 0 || after.traits.Damaged {
				t.Fatalf("%s: %+v after stripping", kind, after.traits)
			}
		}
	})
}

func FuzzFilm(f *testing.F) {
	f.Add(filmOf(true, "avc1", box("udta", box("\xa9xyz", []byte("here")))))
	f.Add(box("meta", words(0), box("iinf", words(0))))
	f.Add(append(words(1), "moov\x00\x00\x00\x00\x00\x00\x00\x18mvhd"...))
	f.Fuzz(func(t *testing.T, data []byte) {
		film, err := readFilm(bytes.NewReader(data))
		if err != nil || film.traits.Duration < 0 || film.width < 0 || film.height < 0 || len(film.traits.Codec) > 8 {
			t.Fatalf("%+v, %v", film, err)
		}
	})
}

// What another program knows is asked where Probe knows no codec, once a file.
func TestFilmsOfOtherPrograms(t *testing.T) {
	t.Parallel()
	asked := 0
	c := &Cache{Films: func(r io.Reader) (Film, error) {
		asked++
		b, err := io.ReadAll(r)
		if len(b) == 0 {
			t.Error("the film was not given")
		}
		return Film{Duration: time.Second, Codec: "vp9", Width: 4, Height: 3}, err
	}}
	webm := append([]byte("\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01"), "\x42\x82\x84webm rest"...)
	fsys := fstest.MapFS{"a.webm": file(webm), "b.mp4": file(filmOf(false, "avc1")), "c.png": file(pngOf(t))}
	for range 2 {
		for name, want := range map[string]content.Traits{"a.webm": {Duration: time.Second, Codec: "vp9"}, "b.mp4": {Duration: 12_500 * time.Millisecond, Codec: "h264"}, "c.png": {}} {
			if a, err := c.Probe(fsys, name); err != nil || a.Traits.Duration != want.Duration || a.Traits.Codec != want.Codec {
				t.Errorf("%s: %+v, %v", name, a, err)
			}
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

// Headers of the second version have 64 bits of time; a length that nobody can
// have filmed, or that is not known, is none.
func TestDurations(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mvhd []byte
		want time.Duration
	}{
		"version 1": {append([]byte{1, 0, 0, 0}, words(0, 0, 0, 0, 600, 0, 900)...), 1500 * time.Millisecond},
		"not known": {words(0, 0, 0, 1000, 0xFFFFFFFF), 0},
		"no scale":  {words(0, 0, 0, 0, 1000), 0},
		"nonsense":  {append([]byte{1, 0, 0, 0}, words(0, 0, 0, 0, 1, 0xFFFFFFFF, 0)...), 0},
		"cut off":   {words(0, 0, 0), 0},
		"empty":     {nil, 0},
	} {
		if got := duration(c.mvhd); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
	for _, b := range [][]byte{nil, make([]byte, 10), append([]byte{1}, make([]byte, 90)...)} {
		if w, h := trackSize(b); w != 0 || h != 0 {
			t.Errorf("%d bytes: %d×%d", len(b), w, h)
		}
	}
}
