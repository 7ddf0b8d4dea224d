package plan

import (
	"cmp"
	"slices"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/provider"
)

// scene is the Input, indexed, and what is noted while Keys are decided. Nothing
// in it depends on the order of the Input's lists or maps.
type scene struct {
	Input
	desired  map[content.Key]*content.Publication
	entries  map[content.Key]*ledger.Entry
	accounts map[string]*Account
	sights   map[string]*sight
	// movedTo lists who says to have been what.
	movedTo map[content.Key][]content.Key
	// orphans finds live entries that no file asks for, by account and by digest,
	// fingerprint or path.
	orphans map[string]map[string][]content.Key

	foreignCount int

	drifts     []Drift
	unrendered []content.Key
	// heirs maps an orphan to the new post that seems to be it, elders a new post
	// to the orphan.
	heirs, elders map[content.Key]content.Key
}

// sight is one account's Live, indexed.
type sight struct {
	Live
	objects map[string]*provider.Object // by id
	foreign map[string]provider.Object  // by fingerprint, the oldest
}

// subject is one Key from all sides.
type subject struct {
	key   content.Key
	pub   *content.Publication // nil: no file asks for it
	entry *ledger.Entry        // nil: never recorded
	acct  *Account             // nil: the account's file is gone
	sight *sight               // nil: not read
}

func newScene(in Input) *scene {
	s := &scene{
		Input: in, accounts: make(map[string]*Account, len(in.Accounts)), entries: map[content.Key]*ledger.Entry{},
		movedTo: map[content.Key][]content.Key{}, orphans: map[string]map[string][]content.Key{}, drifts: []Drift{},
		heirs: map[content.Key]content.Key{}, elders: map[content.Key]content.Key{},
	}
	if in.Ledger != nil {
		s.entries = in.Ledger.Entries
	}
	for id, a := range in.Accounts {
		a.ID = id
		s.accounts[id] = &a
	}
	s.indexDesired()
	s.indexOrphans()
	s.indexHeirs()
	s.indexLive()
	return s
}

func (s *scene) indexDesired() {
	s.desired = make(map[content.Key]*content.Publication, len(s.Desired))
	doubles := map[content.Key][]*content.Publication{}
	for _, p := range s.Desired {
		if other, ok := s.desired[p.Key]; ok {
			if len(doubles[p.Key]) == 0 {
				doubles[p.Key] = append(doubles[p.Key], other)
			}
			doubles[p.Key] = append(doubles[p.Key], p)
			continue
		}
		s.desired[p.Key] = p
	}
	for key, all := range doubles {
		s.desired[key] = ambiguous(all)
	}
	for _, p := range s.desired {
		if p.MovedFrom != "" && notLive(s.entries[p.Key]) {
			old := formerKey(p)
			s.movedTo[old] = append(s.movedTo[old], p.Key)
		}
	}
	for _, to := range s.movedTo {
		slices.SortFunc(to, compareKeys)
	}
}

// ambiguous stands for several publications of one Key: none goes out.
func ambiguous(all []*content.Publication) *content.Publication {
	slices.SortFunc(all, func(a, b *content.Publication) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Digest, b.Digest))
	})
	c := *all[0]
	for _, p := range all {
		c.Ready = c.Ready || p.Ready
	}
	c.Invalid = "its id is used twice: in " + all[0].Path + " and in " + all[1].Path
	return &c
}

func formerKey(p *content.Publication) content.Key {
	return content.Key{Post: p.MovedFrom, Account: p.Key.Account, Occurrence: p.Key.Occurrence}
}

// notLive reports whether an entry has never put anything on the platform.
func notLive(e *ledger.Entry) bool {
	if e == nil {
		return true
	}
	switch e.State {
	case ledger.Planned, ledger.Missed, ledger.Held, "":
		return true
	}
	return false
}

func (s *scene) indexOrphans() {
	for key, e := range s.entries {
		if s.desired[key] != nil || len(s.movedTo[key]) > 0 || key.IsProfile() || e.State != ledger.Published || !e.Live() {
			continue
		}
		byMark := s.orphans[key.Account]
		if byMark == nil {
			byMark = map[string][]content.Key{}
			s.orphans[key.Account] = byMark
		}
		for _, mark := range []string{e.Digest, e.Segments[0].Fingerprint, pathMark(e.Path, key)} {
			if mark != "" {
				byMark[mark] = append(byMark[mark], key)
			}
		}
	}
}

// indexHeirs finds the new posts that look like an orphan. It comes before every
// rule: one that is a draft, on hold or not valid publishes nothing, and yet says
// that its publication was renamed and not deleted.
func (s *scene) indexHeirs() {
	for key, p := range s.desired {
		byMark := s.orphans[key.Account]
		if len(byMark) == 0 || key.IsProfile() || !notLive(s.entries[key]) {
			continue
		}
		for _, mark := range []string{p.Digest, pathMark(p.Path, key), s.wordsMark(p)} {
			for _, old := range byMark[mark] {
				s.noteHeir(old, key)
			}
		}
	}
}

func (s *scene) noteHeir(old, heir content.Key) {
	if first, taken := s.heirs[old]; !taken || compareKeys(heir, first) < 0 {
		s.heirs[old] = heir
	}
	if first, taken := s.elders[heir]; !taken || compareKeys(old, first) < 0 {
		s.elders[heir] = old
	}
}

// wordsMark is the fingerprint of a new post, once it is rendered. What cannot go
// out is only rendered where something may be taken down.
func (s *scene) wordsMark(p *content.Publication) string {
	a := s.accounts[p.Key.Account]
	if a != nil && len(p.Segments) == 0 && (p.Ready && p.Invalid == "" || a.Policy == "sync") {
		s.unrendered = append(s.unrendered, p.Key)
	}
	return fingerprint(&subject{pub: p, acct: a})
}

// pathMark makes a file's path a mark. Occurrences of one post share a file.
func pathMark(path string, key content.Key) string {
	if path == "" {
		return ""
	}
	return "path " + path + "#" + key.Occurrence
}

func (s *scene) indexLive() {
	s.sights = make(map[string]*sight, len(s.Live))
	owned := s.ownedIDs()
	for account, live := range s.Live {
		v := &sight{Live: live, objects: make(map[string]*provider.Object, len(live.Objects)), foreign: map[string]provider.Object{}}
		s.sights[account] = v
		for i := range live.Objects {
			v.objects[live.Objects[i].ID] = &live.Objects[i]
		}
		for id, o := range v.objects {
			if owned[account][id] {
				continue
			}
			v.addForeign(*o)
			if s.OnlyAccount == "" || s.OnlyAccount == account {
				s.foreignCount++
			}
		}
		for _, o := range live.Scheduled {
			if !owned[account]["scheduled "+o.ID] {
				v.addForeign(o)
			}
		}
	}
}

func (v *sight) addForeign(o provider.Object) {
	first, ok := v.foreign[o.Fingerprint]
	if !ok || cmp.Or(o.CreatedAt.Compare(first.CreatedAt), cmp.Compare(o.ID, first.ID)) < 0 {
		v.foreign[o.Fingerprint] = o
	}
}

// ownedIDs are the objects and schedules that the ledger knows, by account. What
// was forgotten is nobody's again; what was retracted may still be listed.
func (s *scene) ownedIDs() map[string]map[string]bool {
	owned := map[string]map[string]bool{}
	for key, e := range s.entries {
		if _, read := s.Live[key.Account]; !read || e.State == ledger.Forgotten {
			continue
		}
		ids := owned[key.Account]
		if ids == nil {
			ids = map[string]bool{}
			owned[key.Account] = ids
		}
		for _, list := range [][]ledger.Segment{e.Segments, e.Old} {
			for _, seg := range list {
				ids[seg.ID] = true
				if seg.ScheduleID != "" {
					ids["scheduled "+seg.ScheduleID] = true
				}
			}
		}
	}
	return owned
}

// subjects are the Keys that are wanted or recorded, within the plan's limits.
func (s *scene) subjects() []subject {
	var out []subject
	add := func(key content.Key, p *content.Publication, e *ledger.Entry) {
		if s.OnlyAccount != "" && key.Account != s.OnlyAccount || s.OnlyPost != "" && key.Post != s.OnlyPost {
			return
		}
		out = append(out, subject{key, p, e, s.accounts[key.Account], s.sights[key.Account]})
	}
	if s.OnlyKeys != nil {
		for key := range s.OnlyKeys {
			if p, e := s.desired[key], s.entries[key]; p != nil || e != nil {
				add(key, p, e)
			}
		}
		return out
	}
	out = make([]subject, 0, len(s.desired)+8)
	for key, p := range s.desired {
		add(key, p, s.entries[key])
	}
	for key, e := range s.entries {
		if s.desired[key] == nil {
			add(key, nil, e)
		}
	}
	return out
}

// rendered reports whether p can be looked into, and notes it where not.
func (s *scene) rendered(p *content.Publication) bool {
	if p.Profile == nil && len(p.Segments) == 0 && p.Invalid == "" {
		s.unrendered = append(s.unrendered, p.Key)
		return false
	}
	return p.Invalid == ""
}

// missing returns the publications that p needs and that are not live.
func (s *scene) missing(p *content.Publication) []content.Key {
	var out []content.Key
	for _, key := range p.DependsOn {
		if e := s.entries[key]; e == nil || e.State != ledger.Published || !e.Live() && !hasURL(e) {
			out = append(out, key)
		}
	}
	return out
}

// hasURL is true of what a person published: its id may not be known.
func hasURL(e *ledger.Entry) bool { return len(e.Segments) > 0 && e.Segments[0].URL != "" }

// lifted reports whether an override takes the publication past a guard.
func (s *scene) lifted(key content.Key, guard string) bool {
	p := s.desired[key]
	return p != nil && slices.ContainsFunc(p.Overrides, func(b content.Bypass) bool {
		return b.Guard == guard && (b.Until.IsZero() || s.Now.Before(b.Until))
	})
}

func passed(t, now time.Time) bool { return !t.IsZero() && !now.Before(t) }
