package engine

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/calendar"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/validate"
)

// brandMonth is a brand's month, counted from the year 0.
type brandMonth struct {
	brand string
	month int
}

func (m brandMonth) String() string { return fmt.Sprintf("%04d-%02d", m.month/12, m.month%12+1) }

func monthOf(local time.Time) int { return local.Year()*12 + int(local.Month()) - 1 }

// monthNamed reads "2026-12".
func monthNamed(s string) int {
	t, _ := time.Parse("2006-01", s) // loading has seen to the form
	return monthOf(t)
}

// months draws the calendars that the proposal touches, as they would be.
func (r *reviewing) months() {
	if r.after.ws.Config == nil {
		return
	}
	wanted := r.touchedMonths()
	drawn := r.draw(wanted)
	keys := slices.SortedFunc(maps.Keys(wanted), func(a, b brandMonth) int {
		return cmp.Or(cmp.Compare(a.brand, b.brand), a.month-b.month)
	})
	for _, bm := range keys {
		d := drawn[bm]
		calendar.SortItems(d.items)
		r.out.Months = append(r.out.Months, ReviewedMonth{
			Brand: bm.brand, Month: bm.String(), Items: d.items,
			Holes:      calendar.Holes(r.slots(bm), d.filled),
			Collisions: d.collisions(r.gap),
		})
		if s := r.after.ws.Strategies[bm.brand]; s != nil && len(s.Value.Pillars) > 0 {
			r.out.Mix = append(r.out.Mix, calendar.Mix(bm.brand, bm.String(), d.pillars, s.Value.Pillars)...)
		}
	}
}

// touchedMonths are those of changed posts, before and after, and of changed plans.
func (r *reviewing) touchedMonths() map[brandMonth]bool {
	out := map[brandMonth]bool{}
	for _, t := range r.touched {
		for w, p := range map[*world]*validate.Post{r.before: t.before, r.after: t.after} {
			if p == nil {
				continue
			}
			brand, month := placeOf(p.Path)
			out[brandMonth{brand, monthNamed(month)}] = true
			for _, pub := range p.Publications {
				if !pub.At.IsZero() {
					out[brandMonth{brand, monthOf(pub.At.In(w.zoneOf(pub.Key.Account)))}] = true
				}
			}
		}
	}
	for _, w := range []*world{r.before, r.after} {
		for _, f := range w.ws.Plans {
			if r.changed[f.Path] != nil {
				out[brandMonth{f.Value.Brand, monthNamed(f.Value.Month)}] = true
			}
		}
	}
	return out
}

// month is what stands in a calendar.
type month struct {
	items   []calendar.Item
	around  []calendar.Item // of the days beside it
	filled  map[string][]string
	pillars []string // of its posts
}

// draw goes once through all posts.
func (r *reviewing) draw(wanted map[brandMonth]bool) map[brandMonth]*month {
	out := map[brandMonth]*month{}
	brands := map[string]bool{}
	for bm := range wanted {
		out[bm], brands[bm.brand] = &month{items: []calendar.Item{}, filled: map[string][]string{}}, true
	}
	changed := map[*validate.Post]bool{}
	for _, t := range r.touched {
		changed[t.after] = true
	}
	for i := range r.after.report.Posts {
		p := &r.after.report.Posts[i]
		brand, folder := placeOf(p.Path)
		if !brands[brand] || p.Gone || p.Status == content.Cancelled {
			continue
		}
		if p.Slot != "" && p.Active() {
			if m := out[brandMonth{brand, monthNamed(folder)}]; m != nil {
				m.fill(p)
			}
		}
		var in []*month // several, for a post that repeats
		for j := range p.Publications {
			if m := r.place(out, brand, p, &p.Publications[j], changed[p]); m != nil && !slices.Contains(in, m) {
				in = append(in, m)
			}
		}
		for _, m := range in {
			if p.Active() {
				m.pillars = append(m.pillars, p.Pillar)
			}
		}
	}
	return out
}

// fill notes which accounts a post brings to its slot.
func (m *month) fill(p *validate.Post) {
	on := append([]string{}, m.filled[p.Slot]...)
	for i := range p.Publications {
		on = append(on, p.Publications[i].Key.Account)
	}
	m.filled[p.Slot] = on
}

// place puts a publication into its month, which it returns where it is drawn, and
// beside the one that it is next to.
func (r *reviewing) place(months map[brandMonth]*month, brand string, p *validate.Post, pub *content.Publication, changed bool) *month {
	if pub.At.IsZero() {
		return nil
	}
	local := pub.At.In(r.after.zoneOf(pub.Key.Account))
	own := brandMonth{brand, monthOf(local)}
	m, before, after := months[own], months[brandMonth{brand, own.month - 1}], months[brandMonth{brand, own.month + 1}]
	if m == nil && before == nil && after == nil {
		return nil
	}
	item := r.item(p, pub, local, changed)
	if m != nil {
		m.items = append(m.items, item)
	}
	if before != nil && local.Day() == 1 {
		before.around = append(before.around, item)
	}
	if after != nil && local.Day() >= 28 {
		after.around = append(after.around, item)
	}
	return m
}

func (r *reviewing) item(p *validate.Post, pub *content.Publication, local time.Time, changed bool) calendar.Item {
	entry := r.after.snap.Entries[pub.Key]
	return calendar.Item{
		Key: pub.Key, At: pub.At.UTC(), Zone: local.Location().String(), Pillar: p.Pillar, Status: p.Status,
		Live: entry != nil && entry.Live(), Changed: changed, Loose: !p.Active(),
		Near: slices.ContainsFunc(pub.Overrides, func(b content.Bypass) bool { return b.Guard == "min_gap" }),
	}
}

// collisions are those that one of the month's own items has part in.
func (m *month) collisions(gap func(string) *time.Duration) []calendar.Collision {
	own := map[content.Key]bool{}
	for i := range m.items {
		own[m.items[i].Key] = true
	}
	all := calendar.Collisions(append(slices.Clone(m.items), m.around...), gap)
	return slices.DeleteFunc(all, func(c calendar.Collision) bool {
		return !slices.ContainsFunc(c.Keys, func(k content.Key) bool { return own[k] })
	})
}

// gap is an account's min_gap, or the workspace's; nil where neither is written.
func (r *reviewing) gap(account string) *time.Duration {
	if a := r.after.ws.Accounts[account]; a != nil && a.Value.Guards.MinGap != nil {
		return a.Value.Guards.MinGap
	}
	return r.after.ws.Config.Value.Defaults.Guards.MinGap
}

// slots are those of a month's plan.
func (r *reviewing) slots(bm brandMonth) []calendar.Slot {
	var out []calendar.Slot
	for _, f := range r.after.ws.Plans {
		if f.Value.Brand != bm.brand || f.Value.Month != bm.String() {
			continue
		}
		for i := range f.Value.Slots {
			s := &f.Value.Slots[i]
			at, _ := s.At.In(r.after.slotZone(s)) // a time that cannot be read is reported where it is written
			out = append(out, calendar.Slot{ID: s.ID, At: at, Accounts: r.after.accountsOf(bm.brand, s.Accounts), Flexible: s.Flexible})
		}
	}
	return out
}

// accountsOf puts accounts in the place of groups.
func (w *world) accountsOf(brand string, names []string) []string {
	var groups map[string][]string
	if s := w.ws.Strategies[brand]; s != nil {
		groups = s.Value.Groups
	}
	var out []string
	for _, name := range names {
		ids := []string{name}
		if members, ok := groups[name]; ok && w.ws.Accounts[name] == nil {
			ids = members
		}
		for _, id := range ids {
			if !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out
}

func (w *world) slotZone(s *content.Slot) *time.Location {
	if zone := w.namedZone(s.Timezone); zone != nil && s.Timezone != "" {
		return zone
	}
	return w.zone
}

// zoneOf is the zone that an account's times are shown in.
func (w *world) zoneOf(account string) *time.Location {
	if a := w.ws.Accounts[account]; a != nil && a.Value.Timezone != "" {
		if zone := w.namedZone(a.Value.Timezone); zone != nil {
			return zone
		}
	}
	return w.zone
}

// namedZone remembers zones: reading one takes long. Nil is one that does not exist.
func (w *world) namedZone(name string) *time.Location {
	zone, known := w.zones[name]
	if !known {
		zone, _ = time.LoadLocation(name)
		if w.zones == nil {
			w.zones = map[string]*time.Location{}
		}
		w.zones[name] = zone
	}
	return zone
}

// placeOf is the brand and the month of a file below content/.
func placeOf(path string) (brand, month string) {
	parts := strings.SplitN(path, "/", 4)
	if len(parts) < 4 {
		return "", ""
	}
	return parts[1], parts[2]
}
