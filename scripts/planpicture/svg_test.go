package main

import (
	"bytes"
	"encoding/xml"
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	t.Parallel()
	got := parse([]byte("\x1b[32m+ publish\x1b[m  key \x1b[90mwhen\x1b[0m\n\x1b[1mPlan\x1b[22;39m\n"))
	want := [][]span{
		{{"+ publish", style{colour: 3}}, {"  key ", style{}}, {"when", style{dim: true}}},
		{{"Plan", style{bold: true}}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	long := parse([]byte("\x1b[31m" + strings.Repeat("x", columns+5) + "\x1b[m tail\n"))
	if r := []rune(long[0][0].text); len(long[0]) != 1 || len(r) != columns || r[columns-1] != '…' {
		t.Errorf("a long line is not cut: %d runs, %d columns", len(long[0]), len(r))
	}
}

// What stands in a post must not become part of the picture's markup.
func TestDrawIsWellFormed(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	draw(&b, [][]span{{{`<script>&"`, style{colour: 2, bold: true}}}})
	if err := xml.Unmarshal(b.Bytes(), new(struct{})); err != nil {
		t.Error(err)
	}
	if strings.Contains(b.String(), "<script>") {
		t.Error("markup is not escaped")
	}
}
