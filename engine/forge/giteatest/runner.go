package giteatest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// Runner takes jobs from the server as Gitea's runner does, and runs none.
type Runner struct {
	s           *Server
	uuid, token string
}

// Job is what a runner is given.
type Job struct {
	Token string
	Event []byte            // what the event's file holds
	Env   map[string]string // the variables that a step has, but for the files' and the token's
}

// Runner registers one for the label ubuntu-latest.
func (s *Server) Runner(t testing.TB) *Runner {
	t.Helper()
	var registration struct {
		Token string `json:"token"`
	}
	s.Call(t, s.users[admin], http.MethodPost, "/admin/actions/runners/registration-token", nil, &registration)
	r := &Runner{s: s}
	var out struct {
		Runner struct {
			UUID  string `json:"uuid"`
			Token string `json:"token"`
		} `json:"runner"`
	}
	r.call(t, "Register", map[string]any{"name": "tests", "token": registration.Token, "version": "v0", "labels": []string{"ubuntu-latest"}}, &out)
	r.uuid, r.token = out.Runner.UUID, out.Runner.Token
	r.call(t, "Declare", map[string]any{"version": "v0", "labels": []string{"ubuntu-latest"}}, nil)
	return r
}

// Job waits for the next one and takes it. It is never reported as done.
func (r *Runner) Job(t testing.TB) Job {
	t.Helper()
	var task struct {
		Context map[string]any `json:"context"`
	}
	until(t, "a job for the runner", func() bool {
		var out struct {
			Task json.RawMessage `json:"task"`
		}
		r.call(t, "FetchTask", map[string]any{}, &out)
		return len(out.Task) > 0 && json.Unmarshal(out.Task, &task) == nil && task.Context != nil
	})
	event, err := json.Marshal(task.Context["event"])
	if err != nil {
		t.Fatal(err)
	}
	text := func(name string) string { s, _ := task.Context[name].(string); return s }
	return Job{Token: text("token"), Event: event, Env: map[string]string{
		"CI": "true", "GITHUB_ACTIONS": "true", "GITEA_ACTIONS": "true", "GITHUB_SERVER_URL": strings.TrimSuffix(text("server_url"), "/"),
		"GITHUB_API_URL": text("api_url"), "GITHUB_REPOSITORY": text("repository"), "GITHUB_EVENT_NAME": text("event_name"), "GITHUB_REF": text("ref"),
		"GITHUB_SHA": text("sha"), "GITHUB_ACTOR": text("actor"), "GITHUB_RUN_ID": text("run_id"), "GITHUB_RUN_NUMBER": text("run_number"),
	}}
}

// call makes one of the runners' calls, in the JSON form of their protocol.
func (r *Runner) call(t testing.TB, name string, in, out any) {
	t.Helper()
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, r.s.URL+"/api/actions/runner.v1.RunnerService/"+name, bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range map[string]string{"Content-Type": "application/json", "X-Runner-Uuid": r.uuid, "X-Runner-Token": r.token} {
		req.Header.Set(k, v)
	}
	answer, err := read(req)
	if err == nil && out != nil {
		err = json.Unmarshal(answer, out)
	}
	if err != nil {
		t.Fatalf("gitea: runner: %s: %v", name, err)
	}
}

func read(req *http.Request) ([]byte, error) {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("HTTP %d: %s", resp.StatusCode, b)
	}
	return b, err
}
