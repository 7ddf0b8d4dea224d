// Package ffprobe asks the program of that name, where it is installed, what a
// film is: its length, codec and size. It imports media and the standard library.
//
// The film is given on standard input, and the program may open nothing else.
// https://ffmpeg.org/ffprobe.html and https://ffmpeg.org/ffmpeg-protocols.html,
// read 2026-11-24.
package ffprobe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strconv"
	"time"

	"github.com/smmctl/smmctl/engine/media"
)

const (
	patience  = 20 * time.Second
	maxAnswer = 64 << 10
	maxLength = 1000 * time.Hour
	maxSide   = 1 << 16
)

// Find returns a function that asks the program, or nil where there is none.
func Find() func(io.Reader) (media.Film, error) {
	program, err := exec.LookPath("ffprobe")
	if err != nil {
		return nil
	}
	return func(r io.Reader) (media.Film, error) { return ask(program, r, patience) }
}

var errTooMuch = errors.New("ffprobe: the answer is too long")

// answer is a buffer of bounded size; stop ends who writes more.
type answer struct {
	buf  bytes.Buffer
	stop func()
}

func (a *answer) Write(p []byte) (int, error) {
	if a.buf.Len()+len(p) > maxAnswer {
		a.stop()
		return 0, errTooMuch
	}
	return a.buf.Write(p)
}

func ask(program string, r io.Reader, patience time.Duration) (media.Film, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "-v", "error", "-protocol_whitelist", "pipe",
		"-show_entries", "format=duration:stream=codec_type,codec_name,width,height", "-of", "json", "-i", "pipe:0")
	out := answer{stop: cancel}
	cmd.Stdin, cmd.Stdout = io.LimitReader(r, media.MaxBytes), &out
	cmd.Env = []string{} // it needs nothing of ours
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		return media.Film{}, err
	}
	return parse(out.buf.Bytes())
}

// parse reads the program's answer, and takes no nonsense for a film.
func parse(b []byte) (media.Film, error) {
	var a struct {
		Format  struct{ Duration string }
		Streams []struct {
			Type   string `json:"codec_type"`
			Codec  string `json:"codec_name"`
			Width  int
			Height int
		}
	}
	if err := json.Unmarshal(b, &a); err != nil {
		return media.Film{}, err
	}
	var f media.Film
	if s, err := strconv.ParseFloat(a.Format.Duration, 64); err == nil && s > 0 && s < maxLength.Seconds() {
		f.Duration = time.Duration(s * float64(time.Second))
	}
	for _, s := range a.Streams {
		if s.Type == "video" && s.Width > 0 && s.Height > 0 && max(s.Width, s.Height) <= maxSide && len(s.Codec) <= 40 {
			f.Codec, f.Width, f.Height = s.Codec, s.Width, s.Height
			break
		}
	}
	return f, nil
}
