package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/internal/disk"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/render"
)

// Imported is one live thread that became a post.
type Imported struct {
	Key  content.Key
	Path string
	URL  string
}

// Import makes ledger entries and files of an account's live posts that the
// ledger does not know. The ledger is written first: a file with an origin and
// no entry is never published, and an imported entry is never taken down because
// its file is missing.
func (e *Engine) Import(ctx context.Context, account string, since time.Time) ([]Imported, error) {
	w, err := e.opened(ctx)
	if err != nil {
		return nil, err
	}
	if w.ws.Accounts[account] == nil {
		return nil, fmt.Errorf("no account %s in this workspace", account)
	}
	if err := leaseFree(w.snap, e.Clock.Now(), e.Sabotage); err != nil {
		return nil, err
	}
	if k, open := unsettled(w.snap, account); open {
		return nil, fmt.Errorf("%s is %s: `smmctl apply` or `smmctl resolve` first; until then nobody can tell what is ours", k, w.snap.Entries[k].State)
	}
	w.readOnly = true
	t, err := e.openAccount(ctx, w, account, PlanOptions{All: true})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", account, err)
	}
	if t.Facility == provider.NoFacility {
		return nil, fmt.Errorf("%s: this platform cannot list what was published: `smmctl adopt KEY URL` takes posts over one by one", account)
	}
	var drafts []importDraft
	for _, thread := range threads(t.Live.Objects, w.snap, account, since) {
		d, err := e.draft(w, account, thread)
		if err != nil {
			return nil, err
		}
		if _, err := os.Lstat(e.file(d.Path)); err == nil || w.snap.Entries[d.Key] != nil {
			continue
		}
		drafts = append(drafts, d)
	}
	if len(drafts) == 0 {
		return []Imported{}, nil
	}
	err = e.change(ctx, w, func(s *ledger.Snapshot) (ledger.Update, error) {
		if k, open := unsettled(s, account); open {
			return ledger.Update{}, fmt.Errorf("another run has begun %s meanwhile: import again when it has ended", k)
		}
		for _, d := range drafts {
			if err := free(s, d.Key, provider.Object{ID: d.entry.Segments[0].ID, URL: d.URL}); err != nil {
				return ledger.Update{}, fmt.Errorf("%w: import again", err)
			}
		}
		u := ledger.Update{Message: fmt.Sprintf("import: %d posts of %s", len(drafts), account), Accounts: map[string]ledger.Pin{}}
		if _, known := s.Accounts[account]; !known {
			id := t.Identity
			u.Accounts[account] = ledger.Pin{Provider: id.Provider, Server: id.Server, ID: id.ID, Handle: id.Handle, Limits: t.Limits.Encode()}
		}
		for _, d := range drafts {
			u.Entries = append(u.Entries, d.entry)
		}
		return u, nil
	})
	if err != nil {
		return nil, err
	}
	out := []Imported{}
	for _, d := range drafts {
		name := e.file(d.Path)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return out, err
		}
		if err := disk.Replace(name, []byte(d.text), 0o644); err != nil {
			return out, err
		}
		out = append(out, d.Imported)
	}
	return out, nil
}

// unsettled finds a publication of which nobody knows yet what is live.
func unsettled(s *ledger.Snapshot, account string) (content.Key, bool) {
	for _, k := range sortedEntryKeys(s, account) {
		switch s.Entries[k].State {
		case ledger.Intent, ledger.Unknown, ledger.Scheduled:
			return k, true
		}
	}
	return content.Key{}, false
}

func (e *Engine) file(p string) string {
	return filepath.Join(e.Repo.Workspace, filepath.FromSlash(p))
}

type importDraft struct {
	Imported
	text  string
	entry *ledger.Entry
}

// threads groups live objects that nobody owns: a root with the account's own
// answers to it, one after the other. Answers to others are left alone.
func threads(objects []provider.Object, snap *ledger.Snapshot, account string, since time.Time) [][]provider.Object {
	owned := map[string]bool{}
	for k, entry := range snap.Entries {
		if k.Account == account {
			for _, s := range append(slices.Clone(entry.Segments), entry.Old...) {
				owned[s.ID] = true
			}
		}
	}
	next := map[string]provider.Object{}
	sorted := slices.Clone(objects)
	slices.SortStableFunc(sorted, func(a, b provider.Object) int { return a.CreatedAt.Compare(b.CreatedAt) })
	for _, o := range sorted {
		if _, taken := next[o.ParentID]; o.ParentID != "" && !taken {
			next[o.ParentID] = o
		}
	}
	var out [][]provider.Object
	for _, o := range sorted {
		if o.ParentID != "" || owned[o.ID] || o.CreatedAt.Before(since) {
			continue
		}
		thread := []provider.Object{o}
		for follow, ok := next[o.ID]; ok && !owned[follow.ID]; follow, ok = next[follow.ID] {
			thread = append(thread, follow)
		}
		out = append(out, thread)
	}
	return out
}

// draft is the file and the entry of one thread. The entry takes the digest that
// the file has, so that planning finds nothing to do.
func (e *Engine) draft(w *world, account string, thread []provider.Object) (importDraft, error) {
	root := thread[0]
	a := w.ws.Accounts[account].Value
	id := "imported-" + content.Digest(account, root.ID)[:12]
	post := content.Post{ID: id, Accounts: []string{account}, Status: content.Ready, Brand: a.Brand,
		Origin: &content.Origin{Account: account, Remote: root.URL}}
	at := root.CreatedAt.UTC()
	month := at.In(w.zone).Format("2006-01")
	post.Month, post.Path = month, path.Join("content", a.Brand, month, id+".md")
	if existing := w.monthOf(id); existing != "" {
		post.Path = existing
	}
	var bodies []string
	for _, o := range thread {
		bodies = append(bodies, render.Escape(o.Fields["text"]))
	}
	post.Body = strings.Join(bodies, "\n\n---\n\n") + "\n"
	text := importText(&post, at, root)
	parsed, diags := parsePost(post.Path, text)
	if parsed == nil {
		return importDraft{}, fmt.Errorf("%s: what was imported cannot be read back: %v", post.Path, diags)
	}
	parsed.Brand, parsed.Month, parsed.Path = a.Brand, month, post.Path
	rendering := render.Of(w.scope, parsed)
	pubs, _ := rendering.Expand()
	if len(pubs) != 1 {
		return importDraft{}, errors.New(post.Path + ": an imported post goes to its account only")
	}
	pub := &pubs[0]
	rendering.Fill(pub)
	entry := &ledger.Entry{
		Key: pub.Key, Generation: 1, State: ledger.Published, Provider: a.Provider, Digest: pub.Digest,
		Renderer: content.RendererVersion, At: at, IntentAt: at, PublishedAt: at, Actor: e.actor(), Imported: true, Pinned: root.Pinned, Path: post.Path,
	}
	for i, o := range thread {
		seg := ledger.Segment{ID: o.ID, URL: o.URL, Observed: o.Fields, Fingerprint: o.Fingerprint, ParentID: o.ParentID, CreatedAt: o.CreatedAt.UTC(), Sent: map[string]string{}}
		if i < len(pub.Segments) {
			for _, f := range pub.Segments[i].FieldValues() {
				seg.Sent[f.Path] = f.Value
			}
		}
		entry.Segments = append(entry.Segments, seg)
	}
	return importDraft{Imported{pub.Key, post.Path, root.URL}, text, entry}, nil
}

func (w *world) monthOf(id string) string {
	for _, p := range w.report.Posts {
		if p.ID == id {
			return p.Path
		}
	}
	return ""
}

// importText is the file: its front matter is quoted by hand, for the values are
// a stranger's.
func importText(p *content.Post, at time.Time, root provider.Object) string {
	var b strings.Builder
	b.WriteString("---\n")
	fmt.Fprintf(&b, "id: %s\naccounts: [%s]\nstatus: ready\npublish_at: %s\nreason: imported\n", p.ID, p.Accounts[0], at.Format(time.RFC3339))
	fmt.Fprintf(&b, "origin: {account: %s, remote: %q}\n", p.Origin.Account, root.URL)
	b.WriteString("---\n")
	b.WriteString(p.Body)
	return b.String()
}
