package media

import (
	"bytes"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"path"
	"regexp"
	"strings"

	"golang.org/x/image/webp"
)

// sniffLen is how much of a file tells its type.
const sniffLen = 512

// extensions are the names that we take, and what must be in them.
var extensions = map[string]string{
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif",
	".webp": "image/webp", ".avif": "image/avif", ".heic": "image/heic", ".heif": "image/heic",
	".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm",
	".pdf": "application/pdf",
	".vtt": "text/vtt", ".srt": "application/x-subrip",
}

var lfsPointer = []byte("version https://git-lfs.github.com/spec/")

// agrees compares what the name says with what the content is.
func agrees(name, kind string, head []byte) error {
	extension := path.Ext(name)
	switch {
	case len(head) == 0:
		return &TypeError{extension, "empty"}
	case bytes.HasPrefix(head, lfsPointer):
		return ErrLFSPointer
	case kind == "":
		return &TypeError{extension, describeUnknown(head)}
	case IsFetched(name): // its name is its digest
	case extensions[strings.ToLower(extension)] != kind:
		return &TypeError{extension, kind}
	}
	return nil
}

func describeUnknown(head []byte) string {
	lower := bytes.ToLower(head)
	switch {
	case bytes.Contains(lower, []byte("<svg")):
		return "SVG, which may hold scripts and is refused"
	case bytes.Contains(lower, []byte("<html")), bytes.Contains(lower, []byte("<!doctype")):
		return "a web page"
	case bytes.IndexByte(head, 0) < 0:
		return "text"
	}
	return "of a type that no network takes"
}

// sniff names the MIME type by the content's first bytes, or returns "".
func sniff(head []byte) string {
	for _, m := range []struct{ magic, kind string }{
		{"\xff\xd8\xff", "image/jpeg"}, {"\x89PNG\r\n\x1a\n", "image/png"},
		{"GIF87a", "image/gif"}, {"GIF89a", "image/gif"}, {"%PDF-", "application/pdf"},
	} {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return m.kind
		}
	}
	switch {
	case len(head) >= 16 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return "image/webp"
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		return brand(string(head[8:12]))
	case bytes.HasPrefix(head, []byte("\x1a\x45\xdf\xa3")) && bytes.Contains(head, []byte("\x42\x82\x84webm")):
		return "video/webm"
	}
	return subtitles(head)
}

var (
	// https://www.w3.org/TR/webvtt1/#file-structure, 2026-11-23
	webVTT = regexp.MustCompile(`^WEBVTT(?:[ \t\r\n]|$)`)
	// SubRip has no specification: a number, then a line of two times.
	subRip = regexp.MustCompile(`^\s*\d+[ \t]*\r?\n\d+:\d\d:\d\d[,.]\d+ +--> +\d`)
)

// subtitles names the type of a file of subtitles, or returns "".
func subtitles(head []byte) string {
	head = bytes.TrimPrefix(head, []byte("\ufeff"))
	switch {
	case webVTT.Match(head):
		return "text/vtt"
	case subRip.Match(head):
		return "application/x-subrip"
	}
	return ""
}

// brand maps the major brand of an ISO base media file (ISO/IEC 14496-12).
func brand(major string) string {
	switch major {
	case "qt  ":
		return "video/quicktime"
	case "avif", "avis":
		return "image/avif"
	case "heic", "heix", "hevc", "heim", "heis", "mif1", "msf1":
		return "image/heic"
	case "isom", "iso2", "iso3", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4V ", "M4VH", "M4VP", "dash", "MSNV", "3gp4", "3gp5":
		return "video/mp4"
	}
	return ""
}

// dimensions reads a picture's size, as it is stored, from its header.
func dimensions(kind string, data []byte) (width, height int, err error) {
	config, err := configs[kind](bytes.NewReader(data))
	if err != nil {
		return 0, 0, fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	if config.Width <= 0 || config.Height <= 0 {
		return 0, 0, ErrDamaged
	}
	return config.Width, config.Height, nil
}

var configs = map[string]func(io.Reader) (image.Config, error){
	"image/jpeg": jpeg.DecodeConfig, "image/png": png.DecodeConfig,
	"image/gif": gif.DecodeConfig, "image/webp": webp.DecodeConfig,
}
