package media

import (
	"bytes"
	"errors"
	"regexp"
	"unicode/utf8"
)

// subTimes is SubRip's line of two times, which WebVTT writes with points. What
// follows them, a place on the screen, is left out.
var subTimes = regexp.MustCompile(`^(\d+):(\d\d:\d\d)[,.](\d{3})( +--> +)(\d+):(\d\d:\d\d)[,.](\d{3})(?:[ \t].*)?$`)

var errNotUTF8 = errors.New("subtitles that are not UTF-8: save them as UTF-8")

// WebVTT writes SubRip subtitles as WebVTT (https://www.w3.org/TR/webvtt1/,
// 2026-11-24): the header, times with points, and text in which nothing but
// <b>, <i> and <u> is markup.
func WebVTT(subRip []byte) ([]byte, error) {
	if !utf8.Valid(subRip) {
		return nil, errNotUTF8
	}
	text := bytes.TrimPrefix(subRip, []byte("\ufeff"))
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	out := []byte("WEBVTT\n\n")
	for line := range bytes.SplitSeq(bytes.TrimSpace(text), []byte("\n")) {
		if m := subTimes.FindSubmatch(line); m != nil {
			line = bytes.Join([][]byte{pad2(m[1]), []byte(":"), m[2], []byte("."), m[3], []byte(" --> "), pad2(m[5]), []byte(":"), m[6], []byte("."), m[7]}, nil)
		} else {
			line = cueText(line)
		}
		out = append(append(out, line...), '\n')
	}
	return out, nil
}

func pad2(hours []byte) []byte {
	if len(hours) == 1 {
		return append([]byte("0"), hours...)
	}
	return hours
}

var subTags = regexp.MustCompile(`&lt;(/?[biuBIU])&gt;`)

// cueText escapes what WebVTT would take for markup or for a line of times.
func cueText(line []byte) []byte {
	line = bytes.ReplaceAll(line, []byte("&"), []byte("&amp;"))
	line = bytes.ReplaceAll(line, []byte("<"), []byte("&lt;"))
	line = bytes.ReplaceAll(line, []byte(">"), []byte("&gt;"))
	return subTags.ReplaceAllFunc(line, func(tag []byte) []byte {
		tag = bytes.TrimSuffix(bytes.TrimPrefix(tag, []byte("&lt;")), []byte("&gt;"))
		return append(append([]byte("<"), bytes.ToLower(tag)...), '>')
	})
}
