package wordpress

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

// problem is how the API answers when it refuses (WP_Error, by
// rest_convert_error_to_response).
type problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Data    struct {
		TermID int64 `json:"term_id"`
	} `json:"data"`
}

var codePattern = regexp.MustCompile(`^[A-Za-z0-9_.\-]{1,60}$`)

// codeOf returns the API's own code of a refusal; "" where something else
// answered: a web server, a firewall, PHP.
func codeOf(resp *httpx.Response) string {
	if resp == nil {
		return ""
	}
	var p problem
	if json.Unmarshal(resp.Body, &p) != nil && p.Code == "" || !codePattern.MatchString(p.Code) {
		return ""
	}
	return p.Code
}

// beforehand are codes of core, beside all that begin with rest_, that are given
// before anything is stored (class-wp-rest-posts-controller.php, wp_insert_post;
// 6.1.9).
var beforehand = []string{"empty_content", "invalid_date", "term_exists", "empty_term_name", "invalid_json", "rest_no_route"}

// failure refines what a status alone says of a failed request.
func (c *client) failure(resp *httpx.Response, e *provider.Error) error {
	if resp == nil {
		return e
	}
	code := codeOf(resp)
	e.Code = code
	if c.tells(resp.Body) || c.tells([]byte(e.Error())) {
		e.Code, e.Err = "", errors.New("the answer is not shown, for it repeats the password")
	}
	switch {
	case resp.Status == http.StatusMethodNotAllowed || resp.Status == http.StatusNotImplemented:
		e.Kind = provider.Unsupported
	case resp.Status == http.StatusForbidden && code == "":
		// A firewall before the site: it looked at the words, not at the password.
		e.Kind = provider.Rejected
	case e.Kind == provider.Rejected && resp.Status >= 400 && code != "" &&
		!strings.HasPrefix(code, "rest_") && !slices.Contains(beforehand, code):
		// An extension's refusal, perhaps of what core had stored already.
		e.Kind = provider.Ambiguous
	}
	return e
}

// tells reports whether an answer holds the password, in any form.
func (c *client) tells(body []byte) bool {
	given := c.password.Reveal()
	quoted, err := json.Marshal(given)
	forms := []string{given, strings.ReplaceAll(given, " ", "")}
	if err == nil {
		forms = append(forms, strings.Trim(string(quoted), `"`))
	}
	var said problem
	text := string(body)
	if json.Unmarshal(body, &said) == nil {
		text += "\n" + said.Message + "\n" + said.Code
	}
	return slices.ContainsFunc(forms, func(f string) bool { return strings.Contains(text, f) })
}

func unsupported(op, what string) *provider.Error {
	return &provider.Error{Kind: provider.Unsupported, Op: op, Err: errors.New("WordPress has no " + what)}
}

func notThere(op, why string) *provider.Error {
	return &provider.Error{Kind: provider.NotFound, Op: op, Code: why}
}

// unreadable is the error of a write that was answered with success, in a form
// that proves nothing.
func unreadable(op string, resp *httpx.Response, what string) *provider.Error {
	return &provider.Error{Kind: provider.Ambiguous, Op: op, Status: resp.Status, Err: errors.New(what)}
}
