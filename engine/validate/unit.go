package validate

import (
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
)

// unit is all that stays of a post when it has been checked: what the report
// says of it, and what the checks across posts need.
type unit struct {
	path     string
	id       string
	idAt     diag.Pos
	status   content.Status
	slot     string
	slotAt   diag.Pos
	pillar   string // its own, else its slot's
	gone     bool   // removed or retracted: it fills nothing
	partial  bool   // not all of its publications are known
	accounts []string
	refs     []ref
	pubs     []content.Publication
	found    findings

	// What the unit was made from. It is made anew when any of it changes.
	files []fileStamp
	slotD string // digest of the slot that it fills
	urls  []askedURL

	// encoded is the unit as the cache is to have it, where it has it otherwise
	// or not at all.
	encoded string
}

// ref is a post that another one names.
type ref struct {
	field   string // translation_of, link.post, reply_to.post, moved.from
	target  string
	account string // that the publication must be on, or ""
	at      diag.Pos
}

// askedURL is a live address that rendering asked for, and the answer.
type askedURL struct {
	key content.Key
	url string
}

// goesTo reports whether the post has a publication on an account.
func (u *unit) goesTo(account string) bool { return slices.Contains(u.accounts, account) }

// active reports whether the post is to be published at some time.
func (u *unit) active() bool { return active(u.gone, u.status) }

func active(gone bool, status content.Status) bool {
	return !gone && status != content.Idea && status != content.Cancelled
}

// settle notes the accounts that the publications go to.
func (u *unit) settle() {
	for _, p := range u.pubs {
		if !slices.Contains(u.accounts, p.Key.Account) {
			u.accounts = append(u.accounts, p.Key.Account)
		}
	}
}

// slim drops what only publications and the cache need, and with it the room
// that the encoded unit takes: strings are cut from it.
func (u *unit) slim() {
	u.pubs, u.files, u.urls, u.slotD = nil, nil, nil, ""
	u.id, u.slot, u.status = strings.Clone(u.id), strings.Clone(u.slot), content.Status(strings.Clone(string(u.status)))
	u.pillar = strings.Clone(u.pillar)
	for i, a := range u.accounts {
		u.accounts[i] = strings.Clone(a)
	}
}
