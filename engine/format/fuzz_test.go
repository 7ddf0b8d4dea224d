package format

import (
	"testing"

	"github.com/smmctl/smmctl/engine/load"
)

// Whatever can be read keeps its meaning, and a second time changes nothing.
func FuzzFile(f *testing.F) {
	for _, s := range []string{
		"---\nstatus: ready\nid: sale\n---\nBody", "---\n---\n", "---\n{b: 1, id: a}\n---\n", "---\nmedia:\n- alt: a\n  file: b\n\n# c\n---\n", "---\nid: |+\n  a\n\n---\n",
		"---\n? id\n: a\n---\n", "---\ntags: [a,'b', \"c\"] # d\nid:   x\n---\n", "---\r\nid: a\r\n---\r\n", "---\n- - a\n---\n", "---\nid: !!str 1\nslot: &a b\nlink: *a\n---\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		for _, kind := range []Kind{Post, Plan} {
			out, err := File(src, kind)
			if err != nil {
				continue
			}
			before, _ := load.SourceOf("", src, kind.Markdown())
			if !means(sourceText(t, out, kind), before) {
				t.Fatalf("%q became %q", src, out)
			}
			again, err := File(out, kind)
			if err != nil || string(again) != string(out) {
				t.Fatalf("%q became %q, and then %q: %v", src, out, again, err)
			}
		}
		for _, value := range []string{"", "a b", "#x"} {
			if out, err := SetFrontMatter(src, "slot", value); err == nil {
				after, problems := load.SourceOf("", out, true)
				if got, ok := after.Values["slot"]; problems.HasErrors() || ok != (value != "") || ok && got != value {
					t.Fatalf("%q: slot is %q in %q", src, got, out)
				}
			}
		}
	})
}

func sourceText(t *testing.T, file []byte, kind Kind) []byte {
	t.Helper()
	s, problems := load.SourceOf("", file, kind.Markdown())
	if problems.HasErrors() && problems[0].Rule != "empty-file" {
		t.Fatalf("%q cannot be read: %v", file, problems)
	}
	return s.YAML
}
