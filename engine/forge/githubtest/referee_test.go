package githubtest_test

import (
	"encoding/json"
	"testing"

	"github.com/smmctl/smmctl/engine/forge/githubtest"
)

const sha = "0123456789abcdef0123456789abcdef01234567"

// TestRefereeRefuses: a referee that lets everything through proves nothing.
func TestRefereeRefuses(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("npm fetches GitHub's OpenAPI document the first time")
	}
	referee := githubtest.NewReferee(t)
	failure := json.RawMessage(`{"message":"no"}`)
	call := func(method, path, query, body string, status int, answer string) githubtest.Call {
		c := githubtest.Call{Method: method, Path: "/repos/acme/brand" + path, Query: query, Status: status, Answer: failure}
		if body != "" {
			c.Body = json.RawMessage(body)
		}
		if answer != "" {
			c.Answer = json.RawMessage(answer)
		}
		return c
	}
	fine := []githubtest.Call{
		call("GET", "/pulls", "state=closed&per_page=100&page=2&sort=updated&direction=desc&base=main", "", 200, "[]"),
		call("GET", "/compare/"+sha+"..."+sha, "per_page=1", "", 404, ""),
		call("POST", "/issues/7/comments", "", `{"body":"x"}`, 403, ""),
		call("POST", "/statuses/"+sha, "", `{"state":"success","target_url":null}`, 422, ""),
	}
	for _, c := range fine {
		if problems := referee.Check(c); len(problems) != 0 {
			t.Errorf("%s %s?%s: %v", c.Method, c.Path, c.Query, problems)
		}
	}
	for name, c := range map[string]githubtest.Call{
		"a path that is not there": call("GET", "/letters", "", "", 404, ""),
		"a method":                 call("PUT", "/issues/7/comments", "", `{"body":"x"}`, 403, ""),
		"an unknown parameter":     call("GET", "/pulls", "limit=50", "", 200, "[]"),
		"a wrong word":             call("GET", "/pulls", "state=merged", "", 200, "[]"),
		"a text for a number":      call("GET", "/pulls/last", "", "", 404, ""),
		"no body":                  call("POST", "/issues/7/comments", "", "", 403, ""),
		"half a body":              call("POST", "/issues/7/comments", "", "{}", 403, ""),
		"a number for a text":      call("POST", "/issues/7/comments", "", `{"body":5}`, 403, ""),
		"an unknown field":         call("POST", "/issues/7/comments", "", `{"body":"x","event":"COMMENT"}`, 403, ""),
		"an unknown state":         call("POST", "/statuses/"+sha, "", `{"state":"warning"}`, 422, ""),
		"a body of a read":         call("GET", "/pulls", "", "{}", 200, "[]"),
		"half an answer":           call("GET", "/pulls/7", "", "", 200, `{"id":1}`),
		"an answer that is none":   call("GET", "/pulls", "", "", 200, `{"message":"no"}`),
		"a status":                 call("POST", "/issues/7/comments", "", `{"body":"x"}`, 200, `{}`),
		"an error of no form":      call("GET", "/pulls/7", "", "", 404, `"no"`),
	} {
		if len(referee.Check(c)) == 0 {
			t.Errorf("the referee lets through %s", name)
		}
	}
}
