package migrate

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// buffered is a table's text in UTF-8, of which the head can be looked at.
type buffered struct {
	*bufio.Reader
	encoding string
}

const headBytes = 64 << 10

func (b *buffered) head() string {
	head, _ := b.Peek(headBytes) // what there is
	return string(head)
}

func (b *buffered) skip(n int) { _, _ = b.Discard(n) }

// decoded finds out how a file is encoded, which takes one pass, and reads it as
// UTF-8. What is not UTF-8 and does not say what it is, is said to be a guess.
func (e *Export) decoded(f io.ReadSeeker) (*buffered, error) {
	name, enc, guess, err := encodingOf(f)
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	if guess {
		e.note("the table", "is not UTF-8 and does not say what it is: it looks like %s. Where letters are wrong, save it as UTF-8 and begin anew", name)
	}
	r := bufio.NewReaderSize(enc.NewDecoder().Reader(f), headBytes)
	if lead, _ := r.Peek(3); string(lead) == "\ufeff" {
		_, _ = r.Discard(3)
	}
	return &buffered{r, name}, nil
}

func encodingOf(f io.Reader) (name string, enc encoding.Encoding, guess bool, err error) {
	r := bufio.NewReaderSize(f, headBytes)
	head, err := r.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", nil, false, err
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return "UTF-16", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), false, nil
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return "UTF-16", unicode.UTF16(unicode.BigEndian, unicode.UseBOM), false, nil
	}
	even, odd := zeros(head)
	switch {
	case odd > len(head)/4 && even == 0:
		return "UTF-16", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), true, nil
	case even > len(head)/4 && odd == 0:
		return "UTF-16", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), true, nil
	}
	valid, runs, alone, err := survey(r)
	switch {
	case err != nil:
		return "", nil, false, err
	case valid:
		return "UTF-8", encoding.Nop, false, nil
	case runs > alone:
		return "Windows-1251", charmap.Windows1251, true, nil
	}
	return "Windows-1252", charmap.Windows1252, true, nil
}

// zeros counts the zero bytes at even and at odd places.
func zeros(b []byte) (even, odd int) {
	for i, c := range b {
		switch {
		case c != 0:
		case i%2 == 0:
			even++
		default:
			odd++
		}
	}
	return even, odd
}

// survey reads a file once: is it UTF-8, and do the bytes beyond ASCII stand
// together, as Cyrillic letters do, or alone, as accents do?
func survey(r *bufio.Reader) (valid bool, runs, alone int, err error) {
	valid = true
	run := 0
	for {
		c, size, err := r.ReadRune()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return false, 0, 0, err
		}
		if c != utf8.RuneError || size > 1 {
			if c < utf8.RuneSelf {
				runs, alone, run = count(runs, alone, run)
			}
			continue
		}
		valid = false
		run++
	}
	runs, alone, _ = count(runs, alone, run)
	return valid, runs, alone, nil
}

func count(runs, alone, run int) (int, int, int) {
	switch {
	case run > 1:
		return runs + run, alone, 0
	case run == 1:
		return runs, alone + 1, 0
	}
	return runs, alone, 0
}
