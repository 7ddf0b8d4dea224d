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

// User is an account with a token that may do everything which the account may.
type User struct{ Name, Token string }

// User returns the account of that name, which is made the first time.
func (s *Server) User(t testing.TB, name string) User {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if u, there := s.users[name]; there {
		return u
	}
	s.Call(t, s.users[admin], http.MethodPost, "/admin/users", map[string]any{
		"username": name, "email": name + "@example.org", "password": s.password, "must_change_password": false,
	}, nil)
	u := User{name, s.token(t, name, "all")}
	s.users[name] = u
	return u
}

// Scoped returns the account with a token that may do only what scopes say, such
// as read:repository.
func (s *Server) Scoped(t testing.TB, u User, scopes ...string) User {
	t.Helper()
	return User{u.Name, s.token(t, u.Name, scopes...)}
}

// token makes one, which Gitea does for the password only.
func (s *Server) token(t testing.TB, name string, scopes ...string) string {
	t.Helper()
	var out struct {
		SHA1 string `json:"sha1"`
	}
	body := map[string]any{"name": strings.Join(scopes, " ") + " " + secret()[:8], "scopes": scopes}
	status, answer, err := s.send(http.MethodPost, "/users/"+name+"/tokens", body, func(r *http.Request) { r.SetBasicAuth(name, s.password) })
	if err != nil || status != http.StatusCreated {
		t.Fatalf("gitea: token of %s: HTTP %d %s %v", name, status, answer, err)
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		t.Fatal(err)
	}
	return out.SHA1
}

// Call makes any other call below /api/v1 as by, and fails the test where the
// answer is no 2xx. out may be nil.
func (s *Server) Call(t testing.TB, by User, method, path string, body, out any) {
	t.Helper()
	status, answer := s.Try(t, by, method, path, body)
	if status/100 != 2 {
		t.Fatalf("gitea: %s %s: HTTP %d: %s", method, path, status, answer)
	}
	if out == nil {
		return
	}
	if err := json.Unmarshal(answer, out); err != nil {
		t.Fatalf("gitea: %s %s: %v: %s", method, path, err, answer)
	}
}

// Try makes a call and returns what comes of it.
func (s *Server) Try(t testing.TB, by User, method, path string, body any) (status int, answer []byte) {
	t.Helper()
	status, answer, err := s.send(method, path, body, func(r *http.Request) { r.Header.Set("Authorization", "token "+by.Token) })
	if err != nil {
		t.Fatalf("gitea: %s %s: %v", method, path, err)
	}
	return status, answer
}

func (s *Server) send(method, path string, body any, sign func(*http.Request)) (int, []byte, error) {
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return 0, nil, err
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequest(method, s.API()+path, r)
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	sign(req)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, nil, fmt.Errorf("reading the answer: %w", err)
	}
	return resp.StatusCode, answer, nil
}
