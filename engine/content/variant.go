package content

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// AmbiguousVariantError says that two variants of a post are as particular as
// each other and both apply to an account.
type AmbiguousVariantError struct {
	Account string
	Kind    string // account, group, provider or language
	Paths   []string
}

// Error names the account and the files.
func (e *AmbiguousVariantError) Error() string {
	return fmt.Sprintf("%s: both are for %s by %s: keep one", strings.Join(e.Paths, " and "), e.Account, e.Kind)
}

// rank says how particular a variant is for an account: 0 does not apply.
type rank int

const (
	none rank = iota
	byLanguage
	byProvider
	byGroup
	byAccount
)

func (r rank) String() string {
	return [...]string{"nothing", "language", "provider", "group", "account"}[r]
}

// For returns the post as account gets it, and the paths of the variants that
// were applied, the most particular last. Variants are merged over Front, field
// by field, from the language's to the account's own; a body takes the place of
// the body. Without a variant that applies, For returns p itself. Two variants
// that are as particular as each other are an *AmbiguousVariantError; a merged
// value that does not fit its field is a FieldErrors.
func (p *Post) For(account *Account, groupsOfAccount []string) (*Post, []string, error) {
	if len(p.Variants) == 0 {
		return p, nil, nil
	}
	apply, err := p.applicable(account, groupsOfAccount)
	if err != nil {
		return nil, nil, err
	}
	if len(apply) == 0 {
		return p, nil, nil
	}
	front, body := maps.Clone(p.Front), p.Body
	if front == nil {
		front = map[string]any{}
	}
	var paths []string
	for _, v := range apply {
		maps.Copy(front, v.Set)
		if v.Body != nil {
			body = *v.Body
		}
		paths = append(paths, v.Path)
	}
	merged := &Post{Body: body, Path: p.Path, Brand: p.Brand, Month: p.Month, Front: front, Variants: p.Variants}
	if err := Decode(front, merged); err != nil {
		return nil, paths, fmt.Errorf("%s for %s: %w", p.Path, account.ID, err)
	}
	merged.ID, merged.Status = p.ID, p.Status // a variant never changes them
	return merged, paths, nil
}

// applicable returns the variants that apply, the least particular first.
func (p *Post) applicable(account *Account, groups []string) ([]Variant, error) {
	type ranked struct {
		rank
		Variant
	}
	var found []ranked
	for _, v := range p.Variants {
		if r := v.rankFor(p, account, groups); r != none {
			found = append(found, ranked{r, v})
		}
	}
	slices.SortStableFunc(found, func(a, b ranked) int { return cmp.Compare(a.rank, b.rank) })
	out := make([]Variant, len(found))
	for i, f := range found {
		if i > 0 && found[i-1].rank == f.rank {
			return nil, &AmbiguousVariantError{account.ID, f.String(), []string{found[i-1].Path, f.Path}}
		}
		out[i] = f.Variant
	}
	return out, nil
}

func (v *Variant) rankFor(p *Post, account *Account, groups []string) rank {
	switch {
	case v.Selector == account.ID:
		return byAccount
	case slices.Contains(groups, v.Selector):
		return byGroup
	case v.Selector == account.Provider:
		return byProvider
	case v.Selector != "" && strings.EqualFold(v.Selector, cmp.Or(account.Language, p.Language)):
		return byLanguage
	}
	return none
}
