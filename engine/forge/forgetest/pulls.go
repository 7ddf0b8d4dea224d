package forgetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/forge"
)

func pull(t *testing.T, s Subject) {
	w, first := clone(t, s)
	head := w.commit("topic", "post.md", "one\n")
	w.git("checkout", "-q", "main")
	base := w.commit("main", "README", "a greater brand\n")
	number := s.Open(t, "anna", "topic", "main", `<b>A post</b> & "more" @everyone`)

	p, err := s.Forge.Pulls.Pull(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	want := forge.Pull{
		Number: number, Title: `<b>A post</b> & "more" @everyone`, URL: p.URL, Author: "anna", Base: "main", BaseSHA: base, Head: "topic", HeadSHA: head,
		MergeBase: first, Open: true, UpdatedAt: p.UpdatedAt,
	}
	if *p != want || p.URL == "" || p.UpdatedAt.IsZero() {
		t.Errorf("got  %+v\nwant %+v", *p, want)
	}
	w.git("checkout", "-q", "topic")
	head = w.commit("topic", "post.md", "two\n")
	s.WaitHead(t, number, head)
	if p, err = s.Forge.Pulls.Pull(t.Context(), number); err != nil || p.HeadSHA != head || p.MergeBase != first {
		t.Errorf("after a push: %+v %v", p, err)
	}
	for _, none := range []int{number + 1000, 0, -1} {
		if _, err := s.Forge.Pulls.Pull(t.Context(), none); !errors.Is(err, forge.ErrNotFound) {
			t.Errorf("pull request %d: %v", none, err)
		}
	}
}

func fork(t *testing.T, s Subject) {
	w, first := clone(t, s)
	url := s.Fork(t, "stranger")
	head := w.change("gift", "post.md", "a gift\n")
	w.git("push", "-q", url, "gift")
	number := s.Open(t, "stranger", "stranger:gift", "main", "A gift")
	p, err := s.Forge.Pulls.Pull(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	if !p.Fork || p.Author != "stranger" || p.HeadSHA != head || p.MergeBase != first || p.Base != "main" || p.Head != "gift" {
		t.Errorf("%+v", *p)
	}
}

func merged(t *testing.T, s Subject) {
	w, first := clone(t, s)
	w.git("checkout", "-q", "-b", "other")
	w.git("push", "-q", s.CloneURL, "other")
	var numbers []int
	as, heads := map[int]string{}, map[int]string{}
	for i, style := range []string{"merge", "squash", "rebase"} {
		branch := fmt.Sprintf("topic-%d", i)
		w.git("checkout", "-q", "other")
		head := w.commit(branch, branch+".md", style+"\n")
		n := s.Open(t, "anna", branch, "main", style)
		numbers, heads[n] = append(numbers, n), head
		as[n] = s.Merge(t, "owner", n, style)
	}
	w.git("checkout", "-q", "other")
	w.commit("elsewhere", "elsewhere.md", "x\n")
	s.Merge(t, "owner", s.Open(t, "anna", "elsewhere", "other", "elsewhere"), "merge")
	w.git("checkout", "-q", "other")
	w.commit("open", "open.md", "x\n")
	s.Open(t, "anna", "open", "main", "still open")

	// What happens to the branches afterwards changes nothing in what was merged.
	w.git("push", "-q", s.CloneURL, ":topic-0")
	w.git("checkout", "-q", "topic-1")
	w.commit("topic-1", "late.md", "too late\n")

	list, err := s.Forge.Pulls.Merged(t.Context(), "main", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, p := range list {
		got = append(got, p.Number)
		if !p.Merged || p.Open || p.MergedAs != as[p.Number] || p.MergedAt.IsZero() || p.Base != "main" ||
			p.HeadSHA != heads[p.Number] || p.MergeBase != "" && p.MergeBase != first {
			t.Errorf("%+v, want %s of %s", p, as[p.Number], heads[p.Number])
		}
	}
	if !slices.Equal(got, numbers) || !slices.IsSortedFunc(list, func(a, b forge.Pull) int { return a.UpdatedAt.Compare(b.UpdatedAt) }) {
		t.Errorf("merged: %v, want %v", got, numbers)
	}
	for _, n := range numbers {
		p, err := s.Forge.Pulls.Pull(t.Context(), n)
		if err != nil || !p.Merged || p.MergedBy != "owner" || p.MergedAs != as[n] || p.HeadSHA != heads[n] || p.MergeBase != first {
			t.Errorf("%+v %v, want %s of %s over %s", p, err, as[n], heads[n], first)
		}
	}
	since(t, s, numbers[0], list)
}

// since wants what has been reviewed since, and nothing else.
func since(t *testing.T, s Subject, number int, list []forge.Pull) {
	last := list[len(list)-1].UpdatedAt
	pass(last)
	after := last.Add(time.Second)
	if none, err := s.Forge.Pulls.Merged(t.Context(), "main", after); err != nil || len(none) != 0 {
		t.Errorf("since %v: %+v %v", after, none, err)
	}
	s.Review(t, "boris", number, forge.Commented, "well done")
	got, err := s.Forge.Pulls.Merged(t.Context(), "main", after)
	if err != nil || len(got) != 1 || got[0].Number != number {
		t.Errorf("after a review: %+v %v", got, err)
	}
}

func reviews(t *testing.T, s Subject) {
	w, _ := clone(t, s)
	first := w.commit("topic", "post.md", "one\n")
	number := s.Open(t, "anna", "topic", "main", "A post")
	if none, err := s.Forge.Pulls.Reviews(t.Context(), number); err != nil || len(none) != 0 {
		t.Errorf("of a new one: %+v %v", none, err)
	}
	s.Review(t, "boris", number, forge.ChangesRequested, "a comma is missing")
	s.Review(t, "clara", number, forge.Approved, "")
	second := w.commit("topic", "post.md", "one, two\n")
	s.WaitHead(t, number, second)
	s.Review(t, "boris", number, forge.Approved, "")
	s.Review(t, "dora", number, forge.Commented, "nice")
	gone := s.Review(t, "emil", number, forge.Approved, "")
	s.Dismiss(t, number, gone)

	list, err := s.Forge.Pulls.Reviews(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	want := []forge.Review{
		{By: "boris", State: forge.ChangesRequested, Commit: first},
		{By: "clara", State: forge.Approved, Commit: first},
		{By: "boris", State: forge.Approved, Commit: second},
		{By: "dora", State: forge.Commented, Commit: second},
		{By: "emil", State: forge.Dismissed, Commit: second},
	}
	if s.Supersedes {
		want[0].State = forge.Dismissed
	}
	for i := range list {
		if list[i].ID <= 0 || list[i].At.IsZero() || list[i].URL == "" {
			t.Errorf("%+v", list[i])
		}
		list[i].ID, list[i].At, list[i].URL = 0, time.Time{}, ""
	}
	if !slices.Equal(list, want) {
		t.Errorf("got  %+v\nwant %+v", list, want)
	}
	if _, err := s.Forge.Pulls.Reviews(t.Context(), number+1000); !errors.Is(err, forge.ErrNotFound) {
		t.Errorf("of none: %v", err)
	}
}

// retargeted wants the last change of the base, however much happened around it,
// and before the merge as well as after it.
func retargeted(t *testing.T, s Subject) {
	w, _ := clone(t, s)
	w.git("checkout", "-q", "-b", "side")
	w.git("push", "-q", s.CloneURL, "side")
	s.Wait(t, "side", w.git("rev-parse", "HEAD"))
	w.commit("topic", "post.md", "one\n")
	number := s.Open(t, "anna", "topic", "side", "A post")
	for range 110 { // more than a page of either forge
		s.Review(t, "boris", number, forge.Commented, "hm")
	}
	pull := func() *forge.Pull {
		t.Helper()
		p, err := s.Forge.Pulls.Pull(t.Context(), number)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	at := func() time.Time {
		t.Helper()
		got, err := s.Forge.Pulls.Retargeted(t.Context(), pull())
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := at(); !got.IsZero() {
		t.Errorf("never, and it was said to be at %v", got)
	}
	before := time.Now().Truncate(time.Second)
	s.Retarget(t, "anna", number, "main")
	first := at()
	if first.Before(before) || first.After(time.Now()) {
		t.Errorf("%v, and it was at %v or a moment later", first, before)
	}
	pass(first)
	s.Retarget(t, "anna", number, "side")
	s.Retarget(t, "anna", number, "main")
	last := at()
	if !last.After(first) {
		t.Errorf("again: %v, and the first was at %v", last, first)
	}
	s.Merge(t, "owner", number, "merge")
	if p := pull(); p.Base != "main" {
		t.Errorf("merged into %s", p.Base)
	}
	if got := at(); !got.Equal(last) {
		t.Errorf("after the merge: %v, want %v", got, last)
	}
}
