package cli

import (
	"bytes"
	"io"
	"strings"
)

// jobLog writes whole lines to a job's log, from which a runner takes commands: a
// line that begins with ::, whatever space is before it, and ##[ anywhere. A bare
// CR ends a line, too. Posts and platforms write there.
type jobLog struct {
	w    io.Writer
	json bool // lines are JSON, and stay so
	line bytes.Buffer
}

// Write keeps what is after the last line break for later.
func (l *jobLog) Write(p []byte) (int, error) {
	l.line.Write(p)
	for {
		i := bytes.IndexAny(l.line.Bytes(), "\r\n")
		if i < 0 {
			return len(p), nil
		}
		if err := l.put(string(l.line.Next(i + 1))); err != nil {
			return 0, err
		}
	}
}

func (l *jobLog) put(line string) error {
	if l.json {
		line = strings.ReplaceAll(line, "##[", `#\u0023[`)
	} else {
		line = strings.ReplaceAll(line, "##[", "## [")
		if text := strings.TrimSpace(line); strings.HasPrefix(text, "::") {
			line = strings.Replace(line, "::", ": :", 1)
		}
	}
	_, err := io.WriteString(l.w, line)
	return err
}

// Close writes what is left.
func (l *jobLog) Close() error { return l.put(string(l.line.Next(l.line.Len()))) }
