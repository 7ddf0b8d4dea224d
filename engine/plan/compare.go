package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
)

// comparison is what differs between a rendered publication and what was sent.
type comparison struct {
	changed []FieldChange // in segments that are live
	tail    []FieldChange // segments to be added
	removed bool          // some segment is gone
	moved   bool          // some segment's words are at another index
}

func (c comparison) fields() []FieldChange { return append(slices.Clone(c.changed), c.tail...) }

// recounts reports whether a live segment is to have more or fewer media.
func (c comparison) recounts() bool {
	return slices.ContainsFunc(c.changed, func(f FieldChange) bool {
		return strings.Contains(f.Path, ".media[") && strings.HasSuffix(f.Path, ".sha256") && (f.Before == "" || f.After == "")
	})
}

// compareSegments compares index by index: a segment's index is its identity.
func compareSegments(want []content.Segment, sent []ledger.Segment) comparison {
	var c comparison
	for i := range max(len(want), len(sent)) {
		switch {
		case i >= len(sent):
			c.tail = append(c.tail, prefixed(i, fieldsDiff(nil, want[i].FieldValues()))...)
		case i >= len(want):
			c.removed = true
			c.changed = append(c.changed, prefixed(i, fieldsDiff(sent[i].Sent, nil))...)
		default:
			c.changed = append(c.changed, prefixed(i, fieldsDiff(sent[i].Sent, want[i].FieldValues()))...)
		}
	}
	c.moved = reordered(want, sent)
	return c
}

// reordered reports whether a segment has taken what was sent at another index,
// where something else is wanted now. Edited in place, a part's replies and
// reactions would stay under other words.
func reordered(want []content.Segment, sent []ledger.Segment) bool {
	at := map[string][]int{} // where what was sent is wanted no longer
	for i := range sent {
		sig := signature(sortedFields(sent[i].Sent))
		if i >= len(want) || sig != signature(want[i].FieldValues()) {
			at[sig] = append(at[sig], i)
		}
	}
	for i := range want {
		sig := signature(want[i].FieldValues())
		stays := i < len(sent) && sig == signature(sortedFields(sent[i].Sent))
		if !stays && len(at[sig]) > 0 {
			return true
		}
	}
	return false
}

// signature is one string for a segment's fields, empty ones left out.
func signature(fields []content.FieldValue) string {
	parts := make([]string, 0, len(fields))
	for _, f := range fields {
		if f.Value != "" {
			parts = append(parts, f.Path+"\x00"+f.Value)
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, "\x00\x00")
}

// fieldsDiff lists the fields that differ: those wanted in their own order, then
// those that are gone, by path.
func fieldsDiff(sent map[string]string, want []content.FieldValue) []FieldChange {
	var out []FieldChange
	seen := make(map[string]bool, len(want))
	for _, f := range want {
		seen[f.Path] = true
		if before := sent[f.Path]; before != f.Value {
			out = append(out, FieldChange{f.Path, before, f.Value})
		}
	}
	for _, path := range slices.Sorted(maps.Keys(sent)) {
		if !seen[path] && sent[path] != "" {
			out = append(out, FieldChange{path, sent[path], ""})
		}
	}
	return out
}

func sortedFields(m map[string]string) []content.FieldValue {
	var out []content.FieldValue
	for _, path := range slices.Sorted(maps.Keys(m)) {
		out = append(out, content.FieldValue{Path: path, Value: m[path]})
	}
	return out
}

func prefixed(segment int, fields []FieldChange) []FieldChange {
	for i := range fields {
		fields[i].Path = fmt.Sprintf("segments[%d].%s", segment, fields[i].Path)
	}
	return fields
}

// immutable returns the first changed field that the platform cannot edit.
func immutable(fields []FieldChange, fixed []string) string {
	for _, f := range fields {
		_, path, _ := strings.Cut(f.Path, ".")
		for _, x := range fixed {
			if path == x || strings.HasPrefix(path, x+".") || strings.HasPrefix(path, x+"[") {
				return path
			}
		}
	}
	return ""
}
