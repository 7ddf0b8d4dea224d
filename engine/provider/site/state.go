package site

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// The files in which the site remembers itself.
const (
	manifestFile = stateDir + "/site.json"
	profileFile  = stateDir + "/profile.json"
	orderFile    = stateDir + "/order"   // all parts, newest first
	dirtyFile    = stateDir + "/changed" // there is work for Finish
)

// manifest says whose folder it is and which generated files are ours. A path
// enters it before the file is written and leaves it after the file is gone.
type manifest struct {
	Format  int               `json:"format"`
	Account string            `json:"account"`
	Look    string            `json:"look"`
	Files   map[string]string `json:"files"` // path: digest as last written
}

func (f *folder) manifest() (*manifest, error) {
	m := &manifest{}
	if err := f.readJSON(manifestFile, m); err != nil {
		return nil, err
	}
	if m.Format != recordFormat {
		return nil, rejected("%s: format %d is not known to this version", f.name(manifestFile), m.Format)
	}
	if m.Files == nil {
		m.Files = map[string]string{}
	}
	return m, nil
}

func (f *folder) readJSON(file string, v any) error {
	data, err := f.read(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return rejected("%s: %w", f.name(file), err)
	}
	return nil
}

func (f *folder) writeJSON(file string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return f.write(file, append(data, '\n'))
}

// ours are the files that any site has, so that a folder with one of them but
// without a manifest is known for somebody else's.
var ours = []string{"index.html", "style.css", "feed.xml", "feed.json"}

// checkOwner refuses a folder that another account or another program uses.
func (s *site) checkOwner(f *folder) error {
	m, err := f.manifest()
	if absent(err) {
		return checkUnused(f)
	}
	if err != nil {
		return err
	}
	if m.Account != s.account {
		return rejected("%s: the folder holds the site of account %s", f.dir, m.Account)
	}
	return nil
}

func checkUnused(f *folder) error {
	for _, file := range ours {
		if f.has(file) {
			return rejected("%s: %w, or choose another folder", f.name(file), errForeign)
		}
	}
	return nil
}

// mark notes, before a change, that Finish has work. The first mark also takes
// the folder.
func (s *site) mark(f *folder) error {
	if err := s.checkOwner(f); err != nil {
		return err
	}
	if !f.has(manifestFile) {
		if err := f.writeJSON(manifestFile, manifest{Format: recordFormat, Account: s.account}); err != nil {
			return err
		}
	}
	if f.has(dirtyFile) {
		return nil
	}
	return f.write(dirtyFile, nil)
}

// face returns the profile as it is on disk.
func (s *site) face(f *folder) (content.Face, error) {
	var face content.Face
	err := f.readJSON(profileFile, &face)
	if absent(err) {
		err = nil
	}
	return face, err
}

type profile struct{ *site }

// GetProfile returns what SetProfile last wrote.
func (s profile) GetProfile(ctx context.Context) (map[string]string, error) {
	var face content.Face
	err := s.inspect(ctx, "get profile", func(f *folder) (err error) {
		face, err = s.face(f)
		return err
	})
	if provider.Is(err, provider.NotFound) {
		err = nil // no folder yet
	}
	return faceFields(face), err
}

// SetProfile changes the fields that are given; Finish carries them to every
// page.
func (s profile) SetProfile(ctx context.Context, want content.Face) (map[string]string, error) {
	var face content.Face
	err := s.change(ctx, "set profile", func(f *folder) (err error) {
		if want.Avatar != nil || want.Header != nil {
			return unsupported("a picture in the profile")
		}
		if face, err = s.face(f); err != nil {
			return err
		}
		face = merge(face, want)
		if err := s.mark(f); err != nil {
			return err
		}
		return f.writeJSON(profileFile, face)
	})
	return faceFields(face), err
}

// merge keeps what the desired profile does not manage.
func merge(face, want content.Face) content.Face {
	if want.Name != "" {
		face.Name = clean(want.Name)
	}
	if want.Bio != "" {
		face.Bio = clean(want.Bio)
	}
	if want.Fields != nil {
		face.Fields = nil
		for _, v := range want.Fields {
			face.Fields = append(face.Fields, content.FieldValue{Path: clean(v.Path), Value: clean(v.Value)})
		}
	}
	return face
}

func faceFields(face content.Face) map[string]string {
	out := map[string]string{}
	for _, v := range face.FieldValues() {
		out[v.Path] = v.Value
	}
	return out
}

type pins struct{ *site }

// Pin puts a post at the head of the index.
func (s pins) Pin(ctx context.Context, id string) error { return s.set(ctx, "pin", id, true) }

// Unpin takes it from there.
func (s pins) Unpin(ctx context.Context, id string) error { return s.set(ctx, "unpin", id, false) }

// set changes the record alone: the HTML, even one edited by hand, stays.
func (s pins) set(ctx context.Context, op, id string, pinned bool) error {
	return s.changePart(ctx, op, id, func(f *folder, p *page, i int) error {
		if p.Parts[i].Pinned == pinned {
			return nil
		}
		p.Parts[i].Pinned = pinned
		if err := s.mark(f); err != nil {
			return err
		}
		return f.writePage(p)
	})
}

// certified reports whether a file's name is its own digest: only we name files
// so.
func (f *folder) certified(file string) bool {
	m := fileForm.FindStringSubmatch(path.Base(file))
	if m == nil {
		return false
	}
	data, err := f.readMedia(file)
	return err == nil && hash(data)[:len(m[1])] == m[1]
}

// sweep removes what a page no longer shows and what a crash left behind. A nil
// record is that of a page that is gone.
func (f *folder) sweep(slug string, r *record) error {
	dir := path.Join("posts", slug)
	entries, err := f.list(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		file := path.Join(dir, e.Name())
		if !e.Type().IsRegular() || r != nil && r.uses(e.Name()) || !f.leftover(file) {
			continue
		}
		if err := f.remove(file); err != nil {
			return err
		}
	}
	if r == nil {
		f.removeEmpty(dir)
	}
	return nil
}

func (f *folder) leftover(file string) bool {
	return strings.HasPrefix(path.Base(file), tempPrefix) || f.certified(file)
}

// generate replaces the generated files by want. Nothing foreign is touched, and
// a crash at any step leaves every file of ours in the manifest.
func (f *folder) generate(account, look string, want map[string][]byte) error {
	m, err := f.manifest()
	if err != nil {
		return err
	}
	claim := maps.Clone(m.Files)
	for _, file := range slices.Sorted(maps.Keys(want)) {
		if _, ok := claim[file]; !ok && f.has(file) {
			return rejected("%s: %w", f.name(file), errForeign)
		}
		claim[file] = hash(want[file])
	}
	if len(claim) > len(m.Files) {
		if err := f.writeJSON(manifestFile, manifest{recordFormat, account, m.Look, claim}); err != nil {
			return err
		}
	}
	if err := f.writeChanged(want); err != nil {
		return err
	}
	if err := f.removeStale(claim, want); err != nil {
		return err
	}
	maps.DeleteFunc(claim, func(file, _ string) bool { _, ok := want[file]; return !ok })
	return f.writeJSON(manifestFile, manifest{recordFormat, account, look, claim})
}

func (f *folder) writeChanged(want map[string][]byte) error {
	for _, file := range slices.Sorted(maps.Keys(want)) {
		old, err := f.read(file)
		if err == nil && string(old) == string(want[file]) {
			continue
		}
		if err != nil && !absent(err) {
			return classify(err)
		}
		if err := f.write(file, want[file]); err != nil {
			return err
		}
	}
	return nil
}

// removeStale takes away pages of tags that no post has any more.
func (f *folder) removeStale(claim map[string]string, want map[string][]byte) error {
	for _, file := range slices.Sorted(maps.Keys(claim)) {
		if _, ok := want[file]; ok || !generated(file) {
			continue
		}
		if info, err := f.Lstat(file); err != nil || !info.Mode().IsRegular() {
			continue
		}
		if err := f.remove(file); err != nil {
			return err
		}
		f.removeEmpty(path.Dir(file))
	}
	return nil
}

// generated bounds what a manifest, which anybody could have edited, may have
// removed.
func generated(file string) bool {
	return slices.Contains(ours, file) || file == "sitemap.xml" ||
		(strings.HasPrefix(file, "tags/") || strings.HasPrefix(file, "archive/")) && path.Base(file) == "index.html" && fs.ValidPath(file)
}

// finish makes the index, tags and feeds again, if a post, the profile or the
// look has changed, or one of the files is gone.
func (s *site) finish(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.within(ctx, "finish", s.place.open, func(f *folder) error {
		fresh, err := s.fresh(f)
		if err != nil || fresh {
			return err
		}
		if err := s.mark(f); err != nil {
			return err
		}
		if err := s.rebuild(ctx, f); err != nil {
			return fmt.Errorf("index: %w", err)
		}
		return f.remove(dirtyFile)
	})
	if provider.Is(err, provider.NotFound) {
		return nil // no folder: nothing was published
	}
	return err
}

// fresh reports whether the generated files fit what is published.
func (s *site) fresh(f *folder) (bool, error) {
	m, err := f.manifest()
	if absent(err) {
		return true, nil // nothing was ever published here
	}
	if err != nil {
		return false, err
	}
	face, err := s.face(f)
	if err != nil {
		return false, err
	}
	if m.Look != s.look(face) || f.has(dirtyFile) || !f.has(orderFile) {
		return false, nil
	}
	for file := range m.Files {
		if !f.has(file) {
			return false, nil
		}
	}
	return true, nil
}
