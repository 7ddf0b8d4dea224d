package scaffold

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/load"
	"github.com/smmctl/smmctl/engine/provider"
)

// Maker makes single files for a workspace. Root is its folder.
type Maker struct {
	Root      string
	Workspace *load.Workspace
	Drivers   []*provider.Driver
	Now       time.Time
}

// PostWish says which post is wanted. What is left out comes from the slot, or
// from the workspace where there is only one of it.
type PostWish struct {
	ID       string
	Brand    string
	Slot     string
	Month    string
	Accounts []string
	Campaign string
	Language string
}

// Post makes a draft.
func (m *Maker) Post(w PostWish) (string, error) {
	if err := checkID("post", w.ID); err != nil {
		return "", err
	}
	if w.ID == content.ProfileID {
		return "", wrong("post %q: the accounts' profiles are called so", w.ID)
	}
	slot, err := m.slot(&w)
	if err != nil {
		return "", err
	}
	brand, err := m.brand(w.Brand)
	if err != nil {
		return "", err
	}
	w.Brand = brand
	if w.Month = cmp.Or(w.Month, m.today().Format("2006-01")); !monthForm.MatchString(w.Month) {
		return "", wrong("month %q: write 2026-12", w.Month)
	}
	if w.Accounts, err = m.accounts(brand, w.Accounts, slot.Accounts); err != nil {
		return "", err
	}
	if w.Campaign = cmp.Or(w.Campaign, slot.Campaign); w.Campaign != "" && m.Workspace.Campaigns[w.Campaign] == nil {
		return "", unknown("campaign", w.Campaign, keys(m.Workspace.Campaigns))
	}
	if err := m.free(w); err != nil {
		return "", err
	}
	data := struct {
		PostWish
		At, Brief, Format, Pillar, Objective, Audience, FunnelStage string
	}{w, cmp.Or(slot.At.Text, w.Month+"-01T09:30"), slot.Brief, slot.Format, slot.Pillar, slot.Objective, slot.Audience, slot.FunnelStage}
	data.Language = cmp.Or(w.Language, slot.Language)
	return m.make("content/"+brand+"/"+w.Month+"/"+w.ID+".md", "post.md", data)
}

// slot finds the slot that is wished for, and takes the brand and the month from
// where it is.
func (m *Maker) slot(w *PostWish) (*content.Slot, error) {
	if w.Slot == "" {
		return &content.Slot{}, nil
	}
	plan, i := m.Workspace.SlotPlace(w.Slot)
	if plan == nil {
		return nil, unknown("slot", w.Slot, m.slots())
	}
	if w.Brand != "" && w.Brand != plan.Value.Brand || w.Month != "" && w.Month != plan.Value.Month {
		return nil, wrong("slot %s is in %s", w.Slot, plan.Path)
	}
	w.Brand, w.Month = plan.Value.Brand, plan.Value.Month
	return &plan.Value.Slots[i], nil
}

// free refuses an id that another post has, and a slot that is filled on one of
// the accounts. Only files that hold the words are decoded.
func (m *Maker) free(w PostWish) error {
	for _, pf := range m.Workspace.Posts {
		src, err := fs.ReadFile(m.Workspace.FS, pf.Path)
		if err != nil || !bytes.Contains(src, []byte(w.ID)) && (w.Slot == "" || !bytes.Contains(src, []byte(w.Slot))) {
			continue
		}
		f, _ := m.Workspace.Post(pf)
		if f == nil {
			continue
		}
		p := &f.Value
		if p.ID == w.ID {
			return &ExistsError{pf.Path}
		}
		if w.Slot != "" && p.Slot == w.Slot && !p.Removed && !p.Retract && p.Status != content.Cancelled && m.share(p, w) {
			return wrong("slot %s is filled already, by %s", w.Slot, pf.Path)
		}
	}
	return nil
}

// share reports whether a post and a wish go to the same account.
func (m *Maker) share(p *content.Post, w PostWish) bool {
	names := p.Accounts
	if slot := m.Workspace.Slot(p.Slot); len(names) == 0 && slot != nil {
		names = slot.Accounts
	}
	other := m.members(w.Brand, w.Accounts)
	return slices.ContainsFunc(m.members(p.Brand, names), func(a string) bool { return slices.Contains(other, a) })
}

// members puts its accounts in a group's place.
func (m *Maker) members(brand string, names []string) (out []string) {
	s := m.Workspace.Strategies[brand]
	for _, n := range names {
		if s != nil && s.Value.Groups[n] != nil {
			out = append(out, s.Value.Groups[n]...)
			continue
		}
		out = append(out, n)
	}
	return out
}

var monthForm = regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])$`)

// Plan makes a month.
func (m *Maker) Plan(month, brand string) (string, error) {
	if !monthForm.MatchString(month) {
		return "", wrong("month %q: write 2026-12", month)
	}
	brand, err := m.brand(brand)
	if err != nil {
		return "", err
	}
	data := struct {
		Month, Pillar string
		Accounts      []string
	}{Month: month, Accounts: m.accountsOf(brand)}
	if s := m.Workspace.Strategies[brand]; s != nil && len(s.Value.Pillars) > 0 {
		data.Pillar = s.Value.Pillars[0].ID
	}
	return m.make("content/"+brand+"/"+month+"/plan.yaml", "plan.yaml", data)
}

// AccountWish says which account is wanted.
type AccountWish struct {
	ID, Brand, Provider, Server, Handle string
	Options                             map[string]string // the provider's own
}

// Account makes an account, with a reference for each credential that its
// provider needs.
func (m *Maker) Account(w AccountWish) (string, error) {
	brand, err := m.brand(w.Brand)
	if err != nil {
		return "", err
	}
	name := accountPath(brand, w.ID)
	text, err := accountFile(w, m.Drivers, func(kind string) string { return m.schema(name, kind) })
	if err != nil {
		return "", err
	}
	if other := m.Workspace.Accounts[w.ID]; other != nil {
		return "", &ExistsError{other.Path}
	}
	return m.write(name, text)
}

func accountPath(brand, id string) string { return "strategies/" + brand + "/accounts/" + id + ".yaml" }

// accountFile fills an account's file, where the wish makes sense.
func accountFile(w AccountWish, drivers []*provider.Driver, schema func(kind string) string) ([]byte, error) {
	if err := checkID("account", w.ID); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(drivers, func(d *provider.Driver) bool { return d.Name == w.Provider })
	if i < 0 {
		var names []string
		for _, d := range drivers {
			names = append(names, d.Name)
		}
		return nil, unknown("provider", w.Provider, names)
	}
	d := drivers[i]
	if w.Server == "" && d.NeedsServer {
		return nil, wrong("account %s: %s needs --server, such as https://social.example", w.ID, d.Name)
	}
	if w.Handle == "" && d.NeedsHandle {
		return nil, wrong("account %s: %s needs --handle, the name to sign in with", w.ID, d.Name)
	}
	if err := optionsWished(w, d); err != nil {
		return nil, err
	}
	if w.Server == "" && d.Capabilities.Regenerable {
		w.Server = "public/" + w.ID
	}
	type credential struct{ Name, Reference string }
	data := struct {
		AccountWish
		Credentials []credential
		Sorted      []string // names of options
		Regenerable bool
	}{AccountWish: w, Sorted: slices.Sorted(maps.Keys(w.Options)), Regenerable: d.Capabilities.Regenerable}
	for _, c := range d.Credentials {
		data.Credentials = append(data.Credentials, credential{c, "env:" + variable(w.ID+"_"+c)})
	}
	return fill("new/account.yaml", data, schema)
}

// optionsWished wants the options that the provider's schema requires, and no
// unknown ones.
func optionsWished(w AccountWish, d *provider.Driver) error {
	var schema struct {
		Required   []string
		Properties map[string]struct{ Examples []any }
	}
	if d.AccountOptions != "" {
		if err := json.Unmarshal([]byte(d.AccountOptions), &schema); err != nil {
			return fmt.Errorf("%s: the schema of its options: %w", d.Name, err)
		}
	}
	for _, name := range schema.Required {
		if w.Options[name] == "" {
			example := "…"
			if list := schema.Properties[name].Examples; len(list) > 0 {
				example = fmt.Sprint(list[0])
			}
			return wrong("account %s: %s needs --option %s=%s", w.ID, d.Name, name, example)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(w.Options)) {
		if _, known := schema.Properties[name]; !known {
			return wrong("account %s: %s has no option %q: it has %s", w.ID, d.Name, name,
				cmp.Or(strings.Join(slices.Sorted(maps.Keys(schema.Properties)), ", "), "none"))
		}
	}
	return nil
}

// variable writes an id as an environment variable's name.
func variable(id string) string {
	name := strings.ToUpper(strings.ReplaceAll(id, "-", "_"))
	if name[0] >= '0' && name[0] <= '9' {
		return "_" + name
	}
	return name
}

// Strategy makes a brand.
func (m *Maker) Strategy(brand string) (string, error) {
	if err := checkName("brand", brand); err != nil {
		return "", err
	}
	data := struct{ Brand, Language string }{brand, "en"}
	if c := m.Workspace.Config; c != nil {
		data.Language = cmp.Or(c.Value.Language, data.Language)
	}
	return m.make("strategies/"+brand+"/strategy.yaml", "strategy.yaml", data)
}

// CampaignWish says which campaign is wanted. From and Until are days; without
// them it is the coming month.
type CampaignWish struct {
	ID, Brand, From, Until string
	Accounts               []string
}

// Campaign makes a campaign.
func (m *Maker) Campaign(w CampaignWish) (string, error) {
	if err := checkID("campaign", w.ID); err != nil {
		return "", err
	}
	brand, err := m.brand(w.Brand)
	if err != nil {
		return "", err
	}
	w.From = cmp.Or(w.From, m.today().Format(time.DateOnly))
	from, err := content.ParseTime(w.From)
	if err != nil {
		return "", wrong("--from: %v", err)
	}
	day, err := time.Parse(time.DateOnly, from.Date())
	if err != nil {
		return "", err
	}
	w.Until = cmp.Or(w.Until, day.AddDate(0, 0, 30).Format(time.DateOnly))
	until, err := content.ParseTime(w.Until)
	if err != nil {
		return "", wrong("--until: %v", err)
	}
	if until.Date() < from.Date() {
		return "", wrong("campaign %s ends (%s) before it begins (%s)", w.ID, w.Until, w.From)
	}
	if len(w.Accounts) > 0 {
		if w.Accounts, err = m.accounts(brand, w.Accounts, nil); err != nil {
			return "", err
		}
	}
	if other := m.Workspace.Campaigns[w.ID]; other != nil {
		return "", &ExistsError{other.Path}
	}
	data := struct {
		CampaignWish
		Objective string
	}{CampaignWish: w}
	if s := m.Workspace.Strategies[brand]; s != nil && len(s.Value.Objectives) > 0 {
		data.Objective = s.Value.Objectives[0].ID
	}
	return m.make("strategies/"+brand+"/campaigns/"+w.ID+".yaml", "campaign.yaml", data)
}

// make writes one file and returns its path in the workspace.
func (m *Maker) make(name, tmpl string, data any) (string, error) {
	text, err := fill("new/"+tmpl, data, func(kind string) string { return m.schema(name, kind) })
	if err != nil {
		return "", err
	}
	return m.write(name, text)
}

func (m *Maker) write(name string, text []byte) (string, error) {
	_, err := write(m.Root, []File{{Path: name, Data: text}})
	return name, err
}

// schema is the workspace's own copy where it has one, else the address that is
// the schema's id.
func (m *Maker) schema(name, kind string) string {
	file := kind + ".schema.json"
	for _, folder := range []string{schemaFolder, "schemas"} {
		if _, err := fs.Stat(m.Workspace.FS, folder+"/"+file); err == nil {
			return up(name) + folder + "/" + file
		}
	}
	return "https://smmctl.github.io/schemas/" + file
}

// today is the day in the workspace's zone.
func (m *Maker) today() time.Time {
	if c := m.Workspace.Config; c != nil {
		if zone, err := time.LoadLocation(c.Value.Timezone); err == nil {
			return m.Now.In(zone)
		}
	}
	return m.Now.UTC()
}

// brand returns the brand that is meant: the named one, or the only one.
func (m *Maker) brand(name string) (string, error) {
	known := keys(m.Workspace.Strategies)
	for _, a := range m.Workspace.Accounts {
		if !slices.Contains(known, a.Value.Brand) {
			known = append(known, a.Value.Brand)
		}
	}
	switch {
	case name == "" && len(known) == 1:
		return known[0], nil
	case name == "" && len(known) == 0:
		return "", wrong("there is no brand yet: `smmctl new strategy NAME` makes one")
	case name == "":
		slices.Sort(known)
		return "", wrong("which brand? use --brand: %s", strings.Join(known, ", "))
	case !slices.Contains(known, name):
		return "", unknown("brand", name, known)
	}
	return name, nil
}

// accounts returns where a post goes: as wished, as its slot says, or to the
// brand's only account.
func (m *Maker) accounts(brand string, wished, slot []string) ([]string, error) {
	known := m.accountsOf(brand)
	if len(wished) == 0 {
		wished = slot
	}
	if len(wished) == 0 {
		if len(known) != 1 {
			return nil, wrong("to which account? use --account: %s", cmp.Or(strings.Join(known, ", "), "there is none yet, `smmctl new account` makes one"))
		}
		return known, nil
	}
	names := append(keys(m.Workspace.Accounts), m.groups(brand)...)
	for _, a := range wished {
		if !slices.Contains(names, a) {
			return nil, unknown("account", a, names)
		}
	}
	return wished, nil
}

func (m *Maker) accountsOf(brand string) []string {
	out := []string{}
	for _, id := range keys(m.Workspace.Accounts) {
		if m.Workspace.Accounts[id].Value.Brand == brand {
			out = append(out, id)
		}
	}
	return out
}

func (m *Maker) groups(brand string) []string {
	if s := m.Workspace.Strategies[brand]; s != nil {
		return keys(s.Value.Groups)
	}
	return nil
}

func (m *Maker) slots() (ids []string) {
	for _, p := range m.Workspace.Plans {
		for _, s := range p.Value.Slots {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// unknown is a name that does not exist, with the one that may be meant.
func unknown(what, name string, known []string) error {
	text := fmt.Sprintf("%s %q does not exist", what, name)
	if near := load.Suggest(name, known); near != "" {
		return wrong("%s: did you mean %q?", text, near)
	}
	if n := len(known); n > 0 && n <= 12 {
		return wrong("%s: known are %s", text, strings.Join(slices.Sorted(slices.Values(known)), ", "))
	}
	return wrong("%s", text)
}

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
