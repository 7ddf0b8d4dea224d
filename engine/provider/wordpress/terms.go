package wordpress

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"golang.org/x/net/html"

	"github.com/smmctl/smmctl/engine/provider"
)

// The two kinds of terms, as the API spells them.
const (
	categories = "categories"
	tags       = "tags"
)

var errNoTerm = errors.New("the answer is no term")

type term struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Slug string `json:"slug"`
}

// termIDs finds the terms of these names and makes those that are missing.
// Nothing is published by that, so doubt is Unsent.
func (l *login) termIDs(ctx context.Context, op, taxonomy string, names []string) ([]int64, error) {
	ids := []int64{}
	for _, name := range names {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		id, err := l.termID(ctx, op, taxonomy, name)
		if err != nil {
			return nil, provider.Harmless(op, err)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func (l *login) termID(ctx context.Context, op, taxonomy, name string) (int64, error) {
	key := taxonomy + "\x00" + strings.ToLower(name)
	l.mu.Lock()
	id, known := l.terms[key]
	l.mu.Unlock()
	if known {
		return id, nil
	}
	id, err := l.findTerm(ctx, op, taxonomy, name)
	if err == nil && id == 0 {
		id, err = l.makeTerm(ctx, op, taxonomy, name)
	}
	if err != nil {
		return 0, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.terms[key] = id
	return id, nil
}

// findTerm looks a name up; 0 where there is none. A name is what people read, so
// it counts before a slug, and the oldest term before another of that name.
func (l *login) findTerm(ctx context.Context, op, taxonomy, name string) (int64, error) {
	op += ": look for " + taxonomy
	resp, err := l.get(ctx, op, taxonomy, query("search", name, "per_page", "100", "orderby", "id", "_fields", "id,name,slug"))
	if err != nil {
		return 0, err
	}
	var found []term
	if err := decode(resp.Body, &found); err != nil {
		return 0, unreadable(op, resp, "the answer is no list of terms")
	}
	bySlug := int64(0)
	for _, t := range found {
		if t.ID > 0 && strings.EqualFold(html.UnescapeString(t.Name), name) {
			return t.ID, nil
		}
		if t.Slug == name && bySlug == 0 {
			bySlug = t.ID
		}
	}
	return bySlug, nil
}

// makeTerm makes a term. One that is there after all is named in the refusal
// (term_exists), so making it twice is the same as once.
func (l *login) makeTerm(ctx context.Context, op, taxonomy, name string) (int64, error) {
	op += ": make " + taxonomy
	resp, err := l.post(ctx, op, taxonomy, query("_fields", "id,name,slug"), map[string]any{"name": name})
	if err != nil {
		var p problem
		switch {
		case resp == nil:
		case json.Unmarshal(resp.Body, &p) == nil && p.Code == "term_exists" && p.Data.TermID > 0:
			return p.Data.TermID, nil
		case resp.Status == http.StatusForbidden:
			return 0, provider.Refused(op, "%q is not there, and this account may not make it: make it by hand, or give the account the right manage_categories", name)
		}
		return 0, err
	}
	var t term
	if err := decode(resp.Body, &t); err != nil || t.ID <= 0 {
		return 0, &provider.Error{Kind: provider.Unsent, Op: op, Status: resp.Status, Err: errNoTerm}
	}
	return t.ID, nil
}
