package validate

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
)

// fill sets every field, exported or not, to something that is not zero.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString("s" + string(rune('a'+*n%26)))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Map:
		k, e := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(k, n)
		fill(e, n)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(k, e)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[content.Segment]() {
			return // never kept
		}
		if v.Type() == reflect.TypeFor[content.Time]() {
			at, _ := content.ParseTime(fmt.Sprintf("2026-12-03T09:%02d", *n%60))
			v.Set(reflect.ValueOf(at))
			return
		}
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(int64(*n)*1000, 5).UTC()))
			return
		}
		if v.Type() == reflect.TypeFor[content.Attachment]() {
			return // holds others of its kind, and is never kept
		}
		for i := range v.NumField() {
			f := v.Field(i)
			fill(reflect.NewAt(f.Type(), f.Addr().UnsafePointer()).Elem(), n)
		}
	}
}

// A field that is added to a Publication or a unit must be added to the codec:
// what it loses, a cached run would not know.
func TestCodecLosesNothing(t *testing.T) {
	t.Parallel()
	var want unit
	n := 0
	fill(reflect.ValueOf(&want).Elem(), &n)
	want.path = "" // the record's key
	for i := range want.pubs {
		want.pubs[i].Segments, want.pubs[i].Profile = nil, nil // never kept
	}
	got, ok := decodeUnit(encodeUnit(&want))
	if !ok {
		t.Fatal("a unit does not decode")
	}
	got.encoded, want.encoded = "", ""
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// What is not in a slot's digest could change without its post being made anew.
func TestSlotCodecLosesNothing(t *testing.T) {
	t.Parallel()
	var want, got content.Slot
	n := 0
	fill(reflect.ValueOf(&want).Elem(), &n)
	p := &packer{}
	packSlot(p, &want)
	u := &unpacker{s: string(p.b)}
	unpackSlot(u, &got)
	if u.bad || u.s != "" || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestCodecKeepsNothing(t *testing.T) {
	t.Parallel()
	got, ok := decodeUnit(encodeUnit(&unit{}))
	if got.encoded = ""; !ok || !reflect.DeepEqual(got, unit{}) {
		t.Errorf("got %+v, %v", got, ok)
	}
}
