package forgetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/smmctl/smmctl/engine/forge"
)

const (
	hostile = "<!-- smmctl -->\n| a | b |\n|---|---|\n| <script>alert(1)</script> | `x` \\| ﷽ 🧊 |\n\n@everyone ::error::x"
	many    = 120 // more than a page of either forge
)

func comments(t *testing.T, s Subject) {
	w, _ := clone(t, s)
	w.commit("topic", "post.md", "one\n")
	number := s.Open(t, "anna", "topic", "main", "A post")
	for i := range many {
		s.Say(t, "anna", number, fmt.Sprintf("comment %d", i))
	}
	c := s.Forge.Comments
	ours, err := c.Create(t.Context(), number, hostile)
	if err != nil {
		t.Fatal(err)
	}
	if ours.ID <= 0 || ours.By != s.Self || ours.Body != hostile || ours.URL == "" {
		t.Errorf("created: %+v", ours)
	}
	s.Say(t, "boris", number, "the last one")
	list, err := c.List(t.Context(), number)
	if err != nil || len(list) != many+2 {
		t.Fatalf("%d comments, %v; want %d", len(list), err, many+2)
	}
	for i := range many {
		if want := fmt.Sprintf("comment %d", i); list[i].Body != want || list[i].By != "anna" {
			t.Fatalf("comment %d is %+v", i, list[i])
		}
	}
	if list[many] != *ours || list[many+1].By != "boris" {
		t.Errorf("the end of the list: %+v", list[many:])
	}
	edited, err := c.Edit(t.Context(), ours.ID, "changed")
	if err != nil || edited.ID != ours.ID || edited.Body != "changed" || edited.URL != ours.URL {
		t.Errorf("edited: %+v %v", edited, err)
	}
	again, err := c.List(t.Context(), number)
	if err != nil || len(again) != many+2 || again[many].Body != "changed" {
		t.Errorf("after the edit: %d comments, %v", len(again), err)
	}
	if self, err := c.Self(t.Context()); err != nil || self != s.Self {
		t.Errorf("self: %q %v", self, err)
	}
	if _, err := c.Edit(t.Context(), ours.ID+100_000, "x"); !errors.Is(err, forge.ErrNotFound) {
		t.Errorf("edit of none: %v", err)
	}
	if _, err := c.Create(t.Context(), number+1000, "x"); err == nil {
		t.Error("a comment on nothing")
	}
}

func statuses(t *testing.T, s Subject) {
	_, commit := clone(t, s)
	long := strings.Repeat("ж", 200)
	for _, one := range []forge.Status{
		{Context: "smmctl/plan", State: forge.Pending, Description: "planning"},
		{Context: "smmctl/plan", State: forge.Failure, Description: long, URL: "https://ci.example/run/7"},
		{Context: "smmctl/publish", State: forge.Success},
		{Context: "smmctl/other", State: forge.Error, Description: "<b>"},
	} {
		if err := s.Forge.Statuses.Set(t.Context(), commit, one); err != nil {
			t.Fatal(err)
		}
	}
	got := s.Statuses(t, commit)
	if len(got) != 4 || got[0].State != forge.Pending || got[1].State != forge.Failure || got[1].URL != "https://ci.example/run/7" ||
		got[2].Context != "smmctl/publish" || got[3].Description != "<b>" {
		t.Fatalf("%+v", got)
	}
	if d := got[1].Description; utf8.RuneCountInString(d) != 140 || !strings.HasSuffix(d, "…") {
		t.Errorf("a long description is %q", d)
	}
	for _, none := range []string{strings.Repeat("0", 40), "main", "../x", ""} {
		if err := s.Forge.Statuses.Set(t.Context(), none, forge.Status{State: forge.Success}); err == nil {
			t.Errorf("a status of %q", none)
		}
	}
}

const mark = "<!-- smmctl remarks -->"

func remarks(t *testing.T, s Subject) {
	if s.Forge.Remarks == nil {
		if s.Remarks != nil || s.Forge.Name != "github" {
			t.Errorf("%s makes no remarks", s.Forge.Name)
		}
		return
	}
	w, _ := clone(t, s)
	commit := w.commit("topic", "post.md", "one\ntwo\nthree\n")
	number := s.Open(t, "anna", "topic", "main", "A post")
	s.Review(t, "boris", number, forge.Commented, "by a person")
	replace := func(list ...forge.Remark) {
		t.Helper()
		if err := s.Forge.Remarks.Replace(t.Context(), number, commit, mark, list); err != nil {
			t.Fatal(err)
		}
		got := s.Remarks(t, number)
		slices.SortFunc(got, func(a, b forge.Remark) int { return a.Line - b.Line })
		if !slices.Equal(got, list) {
			t.Errorf("got  %+v\nwant %+v", got, list)
		}
	}
	count := func() int {
		t.Helper()
		list, err := s.Forge.Pulls.Reviews(t.Context(), number)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	a, b := forge.Remark{Path: "post.md", Line: 1, Body: "too long"}, forge.Remark{Path: "post.md", Line: 3, Body: "a <b>link</b> is missing"}
	replace(a, b)
	replace(a, b)
	if n := count(); n != 2 {
		t.Errorf("%d reviews, want the person's and ours", n)
	}
	replace(b)
	far := forge.Remark{Path: "README", Line: 1, Body: "on a line that nobody touched"}
	replace(far)
	if n := count(); n != 2 {
		t.Errorf("%d reviews, want the person's and ours", n)
	}
	replace()
	if n := count(); n != 1 {
		t.Errorf("%d reviews, want the person's", n)
	}
}
