package main

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// times at which nothing that another tool has published may be planned.
var manyTimes = []string{
	"1999-12-31T23:59:00Z", "2019-01-01T00:00:00Z", "2026-12-03T09:29:00Z", "2026-12-03T09:30:00Z", "2026-12-04T00:00:00Z",
	"2027-01-05T09:00:30Z", "2027-03-28T01:30:00Z", "2030-06-01T12:00:00Z", "2099-12-31T23:59:59Z",
}

// dormant wants that whatever time it is, now, then or in a lifetime, a plan
// publishes, schedules or replaces nothing but the posts that are named.
func dormant(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg, "dormant [POST...]")
	for _, now := range manyTimes {
		ts.Check(ts.Exec("smmctl", "diff", "--all", "--offline", "--json", "--now", now))
		var plan struct {
			Changes []struct{ Key, Post, Action string }
			Errors  []any
		}
		ts.Check(json.Unmarshal([]byte(strings.TrimSpace(ts.ReadFile("stdout"))), &plan))
		for _, c := range plan.Changes {
			if slices.Contains([]string{"publish", "schedule", "replace", "edit", "adopt"}, c.Action) && !slices.Contains(args, c.Post) {
				ts.Fatalf("%s: %s would be done to %s", now, c.Action, c.Key)
			}
		}
		if len(plan.Errors) > 0 {
			ts.Fatalf("%s: %v", now, plan.Errors)
		}
	}
}
