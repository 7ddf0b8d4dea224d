package plan

import (
	"slices"
	"testing"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"pgregory.net/rapid"
)

func value(path, v string) content.FieldValue { return content.FieldValue{Path: path, Value: v} }

func TestFieldsDiff(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		sent map[string]string
		want []content.FieldValue
		diff []FieldChange
	}{
		{"nothing on either side", nil, nil, nil},
		{"all new, in their own order", nil, []content.FieldValue{value("text", "t"), value("language", "en")},
			[]FieldChange{{"text", "", "t"}, {"language", "", "en"}}},
		{"the same", map[string]string{"text": "t"}, []content.FieldValue{value("text", "t")}, nil},
		{"changed", map[string]string{"text": "t"}, []content.FieldValue{value("text", "u")}, []FieldChange{{"text", "t", "u"}}},
		{"gone, by path, after what is wanted", map[string]string{"z": "1", "a": "2", "text": "t"}, []content.FieldValue{value("text", "u")},
			[]FieldChange{{"text", "t", "u"}, {"a", "2", ""}, {"z", "1", ""}}},
		{"an empty value is none", map[string]string{"title": ""}, []content.FieldValue{value("text", "")}, nil},
		{"emptied", map[string]string{"text": "t"}, []content.FieldValue{value("text", "")}, []FieldChange{{"text", "t", ""}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := fieldsDiff(c.sent, c.want); !slices.Equal(got, c.diff) {
				t.Errorf("%v, want %v", got, c.diff)
			}
		})
	}
}

func thread(texts ...string) (want []content.Segment, sent []ledger.Segment) {
	for _, s := range texts {
		want = append(want, content.Segment{Text: s})
		sent = append(sent, ledger.Segment{Sent: map[string]string{"text": s}})
	}
	return want, sent
}

func TestCompareSegments(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name           string
		was, is        []string
		changed, tail  int // fields
		removed, moved bool
	}{
		{"the same", list("a", "b"), list("a", "b"), 0, 0, false, false},
		{"one edited", list("a", "b"), list("a", "c"), 1, 0, false, false},
		{"all edited", list("a", "b"), list("c", "d"), 2, 0, false, false},
		{"appended", list("a"), list("a", "b", "c"), 0, 2, false, false},
		{"edited and appended", list("a"), list("b", "c"), 1, 1, false, false},
		{"cut at the end", list("a", "b"), list("a"), 1, 0, true, false},
		{"cut at the start", list("a", "b"), list("b"), 2, 0, true, true},
		{"swapped", list("a", "b"), list("b", "a"), 2, 0, false, true},
		{"put in between", list("a", "b"), list("a", "x", "b"), 1, 1, false, true},
		{"put in front", list("a"), list("x", "a"), 1, 1, false, true},
		{"said twice", list("a"), list("a", "a"), 0, 1, false, false},
		{"said twice before, once now", list("a", "a"), list("a", "b"), 1, 0, false, false},
		{"said twice at the end", list("a", "b"), list("a", "b", "a"), 0, 1, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			want, _ := thread(c.is...)
			_, sent := thread(c.was...)
			got := compareSegments(want, sent)
			if len(got.changed) != c.changed || len(got.tail) != c.tail || got.removed != c.removed || got.moved != c.moved {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestCompareSegmentsProperties(t *testing.T) {
	t.Parallel()
	words := rapid.SliceOfN(rapid.SampledFrom(list("a", "b", "c", "d")), 0, 6)
	rapid.Check(t, func(rt *rapid.T) {
		was, is := words.Draw(rt, "was"), words.Draw(rt, "is")
		want, _ := thread(is...)
		_, sent := thread(was...)
		got := compareSegments(want, sent)
		if same := slices.Equal(was, is); same != (len(got.fields()) == 0) {
			rt.Fatalf("%v to %v: %+v", was, is, got)
		}
		if got.removed != (len(is) < len(was)) {
			rt.Fatalf("%v to %v: removed %v", was, is, got.removed)
		}
		if len(is) >= len(was) && slices.Equal(is[:len(was)], was) && (got.moved || len(got.changed) > 0) {
			rt.Fatalf("%v to %v: appending is no move", was, is)
		}
		if sorted(was) == sorted(is) && !slices.Equal(was, is) && !got.moved {
			rt.Fatalf("%v to %v: another order is a move", was, is)
		}
	})
}

func sorted(s []string) string {
	out := ""
	for _, x := range slices.Sorted(slices.Values(s)) {
		out += x
	}
	return out
}
