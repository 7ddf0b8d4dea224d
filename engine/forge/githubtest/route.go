package githubtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// request is one that has been let in.
type request struct {
	*http.Request
	by   User
	repo *Repository
	args []string // the path's variable parts
	body object
}

// operation is one of the interface. scopes are the permissions of which any one
// will do, each with its access.
type operation struct {
	method, path string
	scopes       []string
	query        []string
	fields       map[string]bool // of the body; true: required
	do           func(*Server, request) answer
}

var pages = []string{"per_page", "page"}

var operations = []operation{
	{"GET", "/pulls", []string{"pull-requests: read"}, append([]string{"state", "base", "head", "sort", "direction"}, pages...), nil, (*Server).listPulls},
	{"GET", "/pulls/*", []string{"pull-requests: read"}, nil, nil, (*Server).getPull},
	{"GET", "/pulls/*/reviews", []string{"pull-requests: read"}, pages, nil, (*Server).listReviews},
	{"GET", "/issues/*/timeline", []string{"issues: read", "pull-requests: read"}, pages, nil, (*Server).listTimeline},
	{"GET", "/compare/*", []string{"contents: read"}, pages, nil, (*Server).compare},
	{"GET", "/commits/*", []string{"contents: read"}, pages, nil, (*Server).getCommit},
	{"GET", "/issues/*/comments", []string{"issues: read", "pull-requests: read"}, append([]string{"since"}, pages...), nil, (*Server).listComments},
	{"POST", "/issues/*/comments", []string{"issues: write", "pull-requests: write"}, nil, map[string]bool{"body": true}, (*Server).createComment},
	{"PATCH", "/issues/comments/*", []string{"issues: write", "pull-requests: write"}, nil, map[string]bool{"body": true}, (*Server).editComment},
	{
		"POST", "/statuses/*", []string{"statuses: write"}, nil,
		map[string]bool{"state": true, "target_url": false, "description": false, "context": false}, (*Server).createStatus,
	},
}

func (s *Server) route(r *http.Request, body []byte) answer {
	by, bad := s.bearer(r)
	if bad != nil {
		return *bad
	}
	if r.URL.Path == "/user" && r.Method == http.MethodGet {
		return s.whoAmI(by)
	}
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if len(parts) < 4 || parts[0] != "repos" {
		return failure(http.StatusNotFound, "Not Found")
	}
	repo := s.repositories[parts[1]+"/"+parts[2]]
	if repo == nil {
		return failure(http.StatusNotFound, "Not Found")
	}
	for _, o := range operations {
		args, fits := match(o.path, parts[3:])
		if !fits || o.method != r.Method {
			continue
		}
		in := request{Request: r, by: by, repo: repo, args: args}
		if bad := o.admit(&in, body); bad != nil {
			return *bad
		}
		return o.do(s, in)
	}
	return failure(http.StatusNotFound, "Not Found")
}

func match(pattern string, parts []string) (args []string, fits bool) {
	want := strings.Split(strings.TrimPrefix(pattern, "/"), "/")
	if len(want) != len(parts) {
		return nil, false
	}
	for i, w := range want {
		switch {
		case w == "*" && parts[i] != "comments": // issues/comments/* is another path
			args = append(args, parts[i])
		case w != parts[i]:
			return nil, false
		}
	}
	return args, true
}

// admit checks the permission, the parameters and the body's fields.
func (o operation) admit(r *request, body []byte) *answer {
	allowed := slices.ContainsFunc(o.scopes, func(s string) bool {
		scope, access, _ := strings.Cut(s, ": ")
		return r.by.may(scope, access)
	})
	if !allowed {
		a := failure(http.StatusForbidden, "Resource not accessible by integration")
		a.header = map[string]string{"X-Accepted-Github-Permissions": strings.ReplaceAll(strings.Join(o.scopes, "; "), ": ", "=")}
		return &a
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		a := failure(http.StatusBadRequest, "Problems parsing the query")
		return &a
	}
	for name := range query {
		if !slices.Contains(o.query, name) {
			a := invalid("Query", name, "unknown")
			return &a
		}
	}
	return o.read(r, body)
}

func (o operation) read(r *request, body []byte) *answer {
	if o.fields == nil {
		if len(body) > 0 {
			a := failure(http.StatusBadRequest, "A read has no body")
			return &a
		}
		return nil
	}
	if json.Unmarshal(body, &r.body) != nil || r.body == nil {
		a := failure(http.StatusBadRequest, "Problems parsing JSON")
		return &a
	}
	for name, v := range r.body {
		if _, known := o.fields[name]; !known {
			a := invalid("Body", name, "unknown")
			return &a
		}
		if _, is := v.(string); !is {
			a := failure(http.StatusUnprocessableEntity, fmt.Sprintf("Invalid request.\n\nFor 'properties/%s', %v is not a string.", name, v))
			return &a
		}
	}
	for name, required := range o.fields {
		if required && r.body[name] == nil {
			a := failure(http.StatusUnprocessableEntity, fmt.Sprintf("Invalid request.\n\n%q wasn't supplied.", name))
			return &a
		}
	}
	return nil
}

// text is a field of the body.
func (r request) text(name string) string {
	s, _ := r.body[name].(string)
	return s
}

// page cuts a list and links to what follows.
func page(s *Server, r request, all []object) answer {
	size, n := 30, 1
	q := r.URL.Query()
	for name, into := range map[string]*int{"per_page": &size, "page": &n} {
		if v := q.Get(name); v != "" {
			number, err := strconv.Atoi(v)
			if err != nil || number < 1 || name == "per_page" && number > 100 {
				return invalid("Query", name, "invalid")
			}
			*into = number
		}
	}
	from := min((n-1)*size, len(all))
	to := min(from+size, len(all))
	a := ok(append([]object{}, all[from:to]...))
	if to < len(all) {
		q.Set("page", strconv.Itoa(n+1))
		next := s.URL + r.URL.EscapedPath() + "?" + q.Encode()
		q.Set("page", strconv.Itoa((len(all)+size-1)/size))
		last := s.URL + r.URL.EscapedPath() + "?" + q.Encode()
		a.header = map[string]string{"Link": `<` + next + `>; rel="next", <` + last + `>; rel="last"`}
	}
	return a
}
