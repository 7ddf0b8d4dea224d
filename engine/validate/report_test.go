package validate

import (
	"slices"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine/diag"
)

// invalid returns why each publication must not go out, by Key.
func invalid(r *Report) map[string]string {
	out := map[string]string{}
	for _, p := range r.Posts {
		for _, pub := range p.Publications {
			out[pub.Key.String()] = pub.Invalid
		}
	}
	return out
}

func TestOneBadPostHoldsItselfAndWhatDependsOnIt(t *testing.T) {
	t.Parallel()
	third := strings.NewReplacer("id: second-post", "id: third-post", "-08T", "-09T").Replace
	r := report(t, map[string]string{
		hello:          post("pillar: nothing"),
		month + "b.md": another("link: {post: hello-world}"),
		month + "c.md": third(another("reply_to: {post: second-post}")),
		month + "d.md": strings.NewReplacer("second-post", "sound-post", "-08T", "-10T").Replace(another("")),
	})
	got := invalid(r)
	for key, want := range map[string]string{
		"hello-world@acme-blog": "content/acme/2026-12/hello.md:6:9: pillar",
		"second-post@acme-blog": "depends on hello-world@acme-blog",
		"third-post@acme-blog":  "depends on second-post@acme-blog",
	} {
		if !strings.HasPrefix(got[key], want) {
			t.Errorf("%s: %q, want %q …", key, got[key], want)
		}
	}
	if got["sound-post@acme-blog"] != "" || r.Incomplete {
		t.Errorf("%+v, incomplete %v", got, r.Incomplete)
	}
}

// The other accounts' publications of the same post go out.
func TestBrokenAccountHoldsItsOwn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file       string
		held       string
		incomplete bool
	}{
		"invalid":      {"id: acme-notes\nprovider: paper\ntimezone: Mars/Base\n", "the account's file is invalid", false},
		"no provider":  {"id: acme-notes\nprovider: papr\n", "the account's file is invalid", true},
		"unreadable":   {"[", "", true},
		"face too big": {"id: acme-notes\nprovider: paper\nprofile: {bio: A text of more than twenty letters}\n", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := report(t, map[string]string{
				accts + "acme-notes.yaml": c.file,
				hello:                     strings.Replace(post(""), "[acme-blog]", "[acme-blog, acme-notes]", 1),
			})
			got := invalid(r)
			if got["hello-world@acme-blog"] != "" {
				t.Errorf("the sound account's publication is held: %v", lines(r.Diagnostics))
			}
			if !strings.HasPrefix(got["hello-world@acme-notes"], c.held) || (c.held == "") != (got["hello-world@acme-notes"] == "") {
				t.Errorf("the broken account's publication: %q", got["hello-world@acme-notes"])
			}
			if r.Incomplete != c.incomplete {
				t.Errorf("incomplete: %v", r.Incomplete)
			}
			if !r.Diagnostics.HasErrors() {
				t.Error("nothing is said")
			}
			if (name == "face too big") != (r.Profiles["acme-notes"] != "") || (r.Accounts["acme-notes"] == "") != (name == "face too big") {
				t.Errorf("%v %v", r.Accounts, r.Profiles)
			}
		})
	}
}

// What cannot be read must never look like a deletion.
func TestIncomplete(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"a post's syntax":   {hello: "---\nid: [\n---\n"},
		"a post without id": {hello: "---\nstatus: ready\n---\nHello.\n"},
		"unknown account":   {hello: strings.Replace(post(""), "[acme-blog]", "[acme-blog, acme-blgo]", 1)},
		"an empty post":     {hello: ""},
		"a plan":            {plan: "[\n"},
		"a strategy":        {strat: "[\n"},
		"a folder's file":   {month + "x.acme-blog.md": "A variant of nothing.\n"},
		"an id in capitals": {hello: strings.Replace(post(""), "hello-world", "Hello-World", 1)},
		"an id too short":   {hello: strings.Replace(post(""), "hello-world", "hw", 1)},
		"a reserved id":     {hello: strings.Replace(post(""), "hello-world", "profile", 1)},
		"an id twice":       {month + "z.md": post("")},
		"smm.yaml":          {config: "["},
		"no smm.yaml":       {config: "-"},
	} {
		r := report(t, files)
		if !r.Incomplete || !r.Diagnostics.HasErrors() {
			t.Errorf("%s: complete, %v", name, lines(r.Diagnostics))
		}
	}
	for name, files := range map[string]map[string]string{
		"sound":               nil,
		"a pillar":            {hello: post("pillar: nothing")},
		"an idea for nowhere": {month + "i.md": "---\nid: only-an-idea\nstatus: idea\n---\n"},
	} {
		if r := report(t, files); r.Incomplete {
			t.Errorf("%s: incomplete, %v", name, lines(r.Diagnostics))
		}
	}
}

// A post that lies where nothing reads it must not look deleted.
func TestIncompleteWhereAPostIsOverlooked(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"content/acme/2026-1/hello.md": true, "content/acme/2026-12/hello.MD": true, "content/acme/2026-12/.hello.md": true,
		"content/acme/2026-12/sub/hello.md": true, "content/acme/2026-12/README.md": false, "content/acme/2026-12/.hello.md.swp": false,
	} {
		if r := report(t, map[string]string{hello: "-", name: post("")}); r.Incomplete != want || r.Diagnostics.HasErrors() {
			t.Errorf("%s: incomplete %v, %v", name, r.Incomplete, lines(r.Diagnostics))
		}
	}
}

func TestPlaceInTheText(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Words ", 50)
	r := report(t, map[string]string{
		hello:                        strings.Replace(post(""), "Hello.", "Fine.\n\n---\n\nSee {{@nobody}}.", 1),
		month + "hello.acme-blog.md": "Variant.\n\n---\n\n" + long + "\n",
	})
	got := lines(r.Diagnostics)
	if len(got) != 1 || !strings.HasPrefix(got[0], "hello.acme-blog.md:") || !strings.HasSuffix(got[0], "text-too-long error") {
		t.Errorf("%v", got)
	}
	r = report(t, map[string]string{hello: strings.Replace(post(""), "Hello.", "Fine.\n\nÉcrit à {{@nobody}}.", 1)})
	if got := lines(r.Diagnostics); len(got) != 1 || got[0] != "hello.md:10:9 unknown-mention error" {
		t.Errorf("%v", got)
	}
}

func TestRulesOfTheWorkspace(t *testing.T) {
	t.Parallel()
	files := map[string]string{hello: post("pillar: nothing"), config: base[config] + "rules: {unknown-pillar: warning}\n"}
	r := report(t, files)
	if got := lines(r.Diagnostics); len(got) != 1 || got[0] != "hello.md:6:9 unknown-pillar warning" || invalid(r)["hello-world@acme-blog"] != "" {
		t.Errorf("%v %v", got, invalid(r))
	}
	files[config] = base[config] + "rules: {unknown-pillar: off}\n"
	if r := report(t, files); len(r.Diagnostics) != 0 {
		t.Errorf("%v", lines(r.Diagnostics))
	}
}

func TestPaths(t *testing.T) {
	t.Parallel()
	files := with(map[string]string{hello: post("pillar: nothing"), config: base[config] + "rules: {nothing: off}\n"})
	for path, want := range map[string]int{"": 2, ".": 2, config: 1, "./" + hello: 1, "content": 1, "content/acme/": 1, "cont": 0, "strategies": 0} {
		o := Options{Drivers: drivers(), Paths: []string{path}}
		if path == "" {
			o.Paths = nil
		}
		r := check(t, files, o)
		if len(r.Diagnostics) != want {
			t.Errorf("%q: %v", path, lines(r.Diagnostics))
		}
		if invalid(r)["hello-world@acme-blog"] == "" {
			t.Errorf("%q: what is not reported still holds the post", path)
		}
	}
}

func TestSameReportEachTime(t *testing.T) {
	t.Parallel()
	files := with(map[string]string{hello: post("pillar: nothing\nobjective: none\naudience: none"), plan: base[plan] + "  - {id: 2026-12-05-x, at: 2026-12-05T09:00, pillar: x, accounts: [y]}\n"})
	want := check(t, files, Options{Drivers: drivers(), Workers: 1})
	for range 5 {
		sameReport(t, check(t, files, Options{Drivers: drivers(), Workers: 4}), want)
	}
	if want.Diagnostics.Count(diag.Error) != 5 {
		t.Errorf("%v", lines(want.Diagnostics))
	}
}

// A lean report says the same, without the publications.
func TestLean(t *testing.T) {
	t.Parallel()
	files := with(map[string]string{hello: post("pillar: nothing"), month + "z.md": strings.Replace(post(""), "hello-world", "second-post", 1)})
	want := check(t, files, Options{Drivers: drivers()})
	cache := memoryCache{}
	for range 2 {
		got := check(t, files, Options{Drivers: drivers(), Lean: true, Cache: cache})
		if !slices.Equal(lines(got.Diagnostics), lines(want.Diagnostics)) || got.Posts[0].Publications != nil {
			t.Errorf("%v, want %v", lines(got.Diagnostics), lines(want.Diagnostics))
		}
	}
	full := check(t, files, Options{Drivers: drivers(), Cache: cache})
	if full.Stats.Reused != 2 {
		t.Errorf("a lean run's cache serves no full run: %+v", full.Stats)
	}
	sameReport(t, full, want)
}
