package cli

import (
	"strings"
	"testing"
)

// What is published and who publishes it gives a runner no commands.
func TestJobLog(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a\nb":                           "a\nb",
		"::set-env name=A::b\n":          ": :set-env name=A::b\n",
		"ok\n   ::add-mask::token\nc::d": "ok\n   : :add-mask::token\nc::d",
		"a ##[add-mask]b":                "a ## [add-mask]b",
		"a\r::add-mask::b\r\n::c":        "a\r: :add-mask::b\r\n: :c",
		"\t::stop-commands::":            "\t: :stop-commands::",
	} {
		for _, step := range []int{1, len(in)} {
			var b strings.Builder
			l := &jobLog{w: &b}
			for i := 0; i < len(in); i += step {
				if _, err := l.Write([]byte(in[i:min(i+step, len(in))])); err != nil {
					t.Fatal(err)
				}
			}
			if err := l.Close(); err != nil || b.String() != want {
				t.Errorf("%q: %q, %v", in, b.String(), err)
			}
		}
	}
	var b strings.Builder
	l := &jobLog{w: &b, json: true}
	_, _ = l.Write([]byte(`{"error":"##[add-mask]"}` + "\n"))
	if want := `{"error":"#\u0023[add-mask]"}` + "\n"; b.String() != want {
		t.Errorf("%s", b.String())
	}
}
