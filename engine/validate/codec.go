package validate

import (
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
)

// encodeUnit writes a unit as the cache keeps it. What is not written here is
// lost between runs: a test fills every field to see that none is.
func encodeUnit(u *unit) string {
	p := &packer{make([]byte, 0, 512)}
	p.string(u.id)
	packPos(p, u.idAt)
	p.string(string(u.status))
	p.string(u.slot)
	packPos(p, u.slotAt)
	p.string(u.pillar)
	p.bools(u.gone, u.partial)
	packList(p, u.accounts, (*packer).stringAt)
	packList(p, u.refs, packRef)
	packList(p, u.pubs, packPublication)
	packList(p, u.found, packDiagnostic)
	packList(p, u.files, packFile)
	p.string(u.slotD)
	packList(p, u.urls, func(p *packer, a *askedURL) { packKey(p, a.key); p.string(a.url) })
	return string(p.b)
}

// decodeUnit reads what encodeUnit wrote; its strings are parts of s.
func decodeUnit(s string) (unit, bool) {
	r := &unpacker{s: s}
	var u unit
	u.id = r.string()
	u.idAt = unpackPos(r)
	u.status = content.Status(r.string())
	u.slot = r.string()
	u.slotAt = unpackPos(r)
	u.pillar = r.string()
	r.bools(&u.gone, &u.partial)
	u.accounts = unpackList(r, (*unpacker).stringInto)
	u.refs = unpackList(r, unpackRef)
	u.pubs = unpackList(r, unpackPublication)
	u.found = unpackList(r, unpackDiagnostic)
	u.files = unpackList(r, unpackFile)
	u.slotD = r.string()
	u.urls = unpackList(r, func(r *unpacker, a *askedURL) { a.key = unpackKey(r); a.url = r.string() })
	return u, !r.bad && r.s == ""
}

func (p *packer) stringAt(s *string)     { p.string(*s) }
func (u *unpacker) stringInto(s *string) { *s = u.string() }

func packPos(p *packer, at diag.Pos)   { p.int(int64(at.Line)); p.int(int64(at.Column)) }
func unpackPos(u *unpacker) diag.Pos   { return diag.Pos{Line: int(u.int()), Column: int(u.int())} }
func packKey(p *packer, k content.Key) { p.string(k.Post); p.string(k.Account); p.string(k.Occurrence) }
func unpackKey(u *unpacker) content.Key {
	return content.Key{Post: u.string(), Account: u.string(), Occurrence: u.string()}
}

func packRef(p *packer, r *ref) {
	p.string(r.field)
	p.string(r.target)
	p.string(r.account)
	packPos(p, r.at)
}

func unpackRef(u *unpacker, r *ref) {
	*r = ref{field: u.string(), target: u.string(), account: u.string(), at: unpackPos(u)}
}

func packDiagnostic(p *packer, d *diag.Diagnostic) {
	for _, s := range []string{d.Rule, string(d.Severity), d.Path, d.Summary, d.Detail, d.Hint, d.Field} {
		p.string(s)
	}
	p.int(int64(d.Line))
	p.int(int64(d.Column))
}

func unpackDiagnostic(u *unpacker, d *diag.Diagnostic) {
	*d = diag.Diagnostic{
		Rule: u.string(), Severity: diag.Severity(u.string()), Path: u.string(), Summary: u.string(),
		Detail: u.string(), Hint: u.string(), Field: u.string(), Line: int(u.int()), Column: int(u.int()),
	}
}

func packFile(p *packer, f *fileStamp) {
	p.string(f.path)
	p.bools(f.isMedia, f.recent, f.stamp.missing)
	for _, n := range []int64{f.stamp.size, f.stamp.mtime, f.stamp.inode, f.stamp.ctime} {
		p.int(n)
	}
	p.string(f.stamp.blob)
	p.string(f.content)
}

func unpackFile(u *unpacker, f *fileStamp) {
	f.path = u.string()
	u.bools(&f.isMedia, &f.recent, &f.stamp.missing)
	for _, n := range []*int64{&f.stamp.size, &f.stamp.mtime, &f.stamp.inode, &f.stamp.ctime} {
		*n = u.int()
	}
	f.stamp.blob = u.string()
	f.content = u.string()
}

func packPublication(p *packer, v *content.Publication) {
	packKey(p, v.Key)
	for _, s := range []string{v.Provider, v.Path, v.Digest, v.Invalid, v.MovedFrom, v.ReplyToURL, v.Pillar, v.Campaign, v.Frame} {
		p.string(s)
	}
	p.bools(v.Ready, v.OnHold, v.Pin, v.Reminder, v.Replace, v.Native, v.Removed, v.Retract, v.Imported, v.Late.Set, v.Late.Any)
	p.int(int64(v.Late.Max))
	p.int(int64(v.Republish))
	for _, t := range []time.Time{v.At, v.Embargo, v.Unpublish, v.PinUntil} {
		p.time(t)
	}
	packKey(p, v.ReplyTo)
	packList(p, v.DependsOn, func(p *packer, k *content.Key) { packKey(p, *k) })
	packList(p, v.Overrides, func(p *packer, b *content.Bypass) { p.string(b.Guard); p.string(b.Reason); p.time(b.Until) })
}

func unpackPublication(u *unpacker, v *content.Publication) {
	v.Key = unpackKey(u)
	for _, s := range []*string{&v.Provider, &v.Path, &v.Digest, &v.Invalid, &v.MovedFrom, &v.ReplyToURL, &v.Pillar, &v.Campaign, &v.Frame} {
		*s = u.string()
	}
	u.bools(&v.Ready, &v.OnHold, &v.Pin, &v.Reminder, &v.Replace, &v.Native, &v.Removed, &v.Retract, &v.Imported, &v.Late.Set, &v.Late.Any)
	v.Late.Max = time.Duration(u.int())
	v.Republish = int(u.int())
	for _, t := range []*time.Time{&v.At, &v.Embargo, &v.Unpublish, &v.PinUntil} {
		*t = u.time()
	}
	v.ReplyTo = unpackKey(u)
	v.DependsOn = unpackList(u, func(u *unpacker, k *content.Key) { *k = unpackKey(u) })
	v.Overrides = unpackList(u, func(u *unpacker, b *content.Bypass) { b.Guard, b.Reason, b.Until = u.string(), u.string(), u.time() })
}

// packSlot writes a slot. Times are written as they stand in the file.
func packSlot(p *packer, s *content.Slot) {
	for _, v := range []string{s.ID, s.At.Text, s.Timezone, s.Pillar, s.Format, s.Owner, s.Brief, s.Campaign, s.Objective, s.Audience, s.FunnelStage, s.Language} {
		p.string(v)
	}
	p.bools(s.Flexible)
	packList(p, s.Accounts, (*packer).stringAt)
	p.int(int64(len(s.Assignees)))
	for _, k := range sorted(s.Assignees) {
		p.string(k)
		p.string(s.Assignees[k])
	}
	p.int(int64(len(s.Due)))
	for _, k := range sorted(s.Due) {
		p.string(k)
		p.string(s.Due[k].Text)
	}
}

func unpackSlot(u *unpacker, s *content.Slot) {
	var at string
	for _, v := range []*string{&s.ID, &at, &s.Timezone, &s.Pillar, &s.Format, &s.Owner, &s.Brief, &s.Campaign, &s.Objective, &s.Audience, &s.FunnelStage, &s.Language} {
		*v = u.string()
	}
	s.At = u.written(at)
	u.bools(&s.Flexible)
	s.Accounts = unpackList(u, (*unpacker).stringInto)
	s.Assignees = unpackMap(u, func(v string) string { return v })
	s.Due = unpackMap(u, u.written)
}

// written reads a time as it stands in a file.
func (u *unpacker) written(text string) content.Time {
	if text == "" {
		return content.Time{}
	}
	t, err := content.ParseTime(text)
	if err != nil {
		u.fail()
	}
	return t
}

func unpackMap[V any](u *unpacker, value func(string) V) map[string]V {
	n := u.length()
	if n == 0 {
		return nil
	}
	out := make(map[string]V, n)
	for range n {
		k := u.string()
		out[k] = value(u.string())
	}
	return out
}
