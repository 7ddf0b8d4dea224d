package content

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

// FieldError is a value that does not fit its field. Field is a path such as
// "media[0].rights.expires"; the empty one is the whole value.
type FieldError struct {
	Field string
	Kind  string // what the text was to be: time, lateness, duration; else empty
	Err   error
}

// Error names the field and the problem.
func (e FieldError) Error() string {
	if e.Field == "" {
		return e.Err.Error()
	}
	return e.Field + ": " + e.Err.Error()
}

// Unwrap returns the problem.
func (e FieldError) Unwrap() error { return e.Err }

// FieldErrors is every problem of one Decode, by field.
type FieldErrors []FieldError

// Error lists the problems, one a line.
func (l FieldErrors) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns each problem.
func (l FieldErrors) Unwrap() []error {
	out := make([]error, len(l))
	for i, e := range l {
		out[i] = e
	}
	return out
}

// ErrType is the cause of a FieldError where a value is of the wrong kind. (The
// schema says the same, with more words.)
var ErrType = errors.New("is of the wrong kind")

// Decode fills *into from plain values (map[string]any, []any, string, bool,
// int64, float64, nil) by the `yaml:"…"` tags. Keys that no field has are left
// to the schema. A value that does not fit leaves its field as it was and is
// reported in the returned FieldErrors; all others are decoded all the same.
func Decode(v any, into any) error {
	dst := reflect.ValueOf(into)
	if dst.Kind() != reflect.Pointer || dst.IsNil() {
		return fmt.Errorf("decode into %T: want a pointer", into)
	}
	errs := decoderOf(dst.Type().Elem())(v, dst.Elem())
	if len(errs) == 0 {
		return nil
	}
	slices.SortFunc(errs, func(a, b FieldError) int { return strings.Compare(a.Field, b.Field) })
	return errs
}

// decodeFunc sets dst from v. Errors carry paths relative to v, so that a value
// without problems costs no path.
type decodeFunc func(v any, dst reflect.Value) FieldErrors

// decoders remembers what reflection found out about each type: a pure function
// of the type, kept because posts come by the ten thousand.
var decoders sync.Map // reflect.Type: decodeFunc

func decoderOf(t reflect.Type) decodeFunc {
	if f, ok := decoders.Load(t); ok {
		return f.(decodeFunc)
	}
	f := makeDecoder(t)
	decoders.Store(t, f)
	return f
}

func makeDecoder(t reflect.Type) decodeFunc {
	if f := specialDecoder(t); f != nil {
		return f
	}
	switch t.Kind() {
	case reflect.String:
		return decodeString
	case reflect.Bool:
		return decodeBool
	case reflect.Int, reflect.Int64:
		return decodeInt
	case reflect.Float64:
		return decodeFloat
	case reflect.Interface:
		return decodeAny
	case reflect.Pointer:
		return pointerDecoder(t)
	case reflect.Slice:
		return sliceDecoder(t)
	case reflect.Map:
		return mapDecoder(t)
	case reflect.Struct:
		return structDecoder(t)
	}
	return func(any, reflect.Value) FieldErrors {
		return wrong("cannot be decoded into %s", t)
	}
}

// specialDecoder returns the decoder of a type that is written as one scalar,
// or nil.
func specialDecoder(t reflect.Type) decodeFunc {
	switch t {
	case reflect.TypeFor[Time]():
		return textDecoder("time", ParseTime)
	case reflect.TypeFor[Lateness]():
		return textDecoder("lateness", ParseLateness)
	case reflect.TypeFor[time.Duration]():
		return textDecoder("duration", ParseDuration)
	case reflect.TypeFor[Ref](), reflect.TypeFor[Link]():
		return refDecoder(structDecoder(t))
	}
	return nil
}

func wrong(format string, args ...any) FieldErrors {
	return FieldErrors{{Err: fmt.Errorf(format, args...)}}
}

func mismatch() FieldErrors { return FieldErrors{{Err: ErrType}} }

func decodeString(v any, dst reflect.Value) FieldErrors {
	s, ok := v.(string)
	if !ok {
		return mismatch()
	}
	dst.SetString(s)
	return nil
}

func decodeBool(v any, dst reflect.Value) FieldErrors {
	b, ok := v.(bool)
	if !ok {
		return mismatch()
	}
	dst.SetBool(b)
	return nil
}

func decodeInt(v any, dst reflect.Value) FieldErrors {
	switch n := v.(type) {
	case int64:
		dst.SetInt(n)
	case int:
		dst.SetInt(int64(n))
	case float64:
		if n != math.Trunc(n) || math.Abs(n) > 1<<53 {
			return wrong("%v is not a whole number", n)
		}
		dst.SetInt(int64(n))
	default:
		return mismatch()
	}
	return nil
}

func decodeFloat(v any, dst reflect.Value) FieldErrors {
	switch n := v.(type) {
	case float64:
		dst.SetFloat(n)
	case int64:
		dst.SetFloat(float64(n))
	case int:
		dst.SetFloat(float64(n))
	default:
		return mismatch()
	}
	return nil
}

func decodeAny(v any, dst reflect.Value) FieldErrors {
	if v == nil {
		dst.SetZero()
	} else {
		dst.Set(reflect.ValueOf(v))
	}
	return nil
}

// textDecoder reads a type that parse makes of a text. The number 0 is text
// too: durations may be written so.
func textDecoder[T any](kind string, parse func(string) (T, error)) decodeFunc {
	return func(v any, dst reflect.Value) FieldErrors {
		s, ok := v.(string)
		if n, isInt := v.(int64); isInt && n == 0 {
			s, ok = "0", true
		}
		if !ok {
			return mismatch()
		}
		parsed, err := parse(s)
		if err != nil {
			return FieldErrors{{Kind: kind, Err: err}}
		}
		*dst.Addr().Interface().(*T) = parsed
		return nil
	}
}

// refDecoder reads a bare string as an address.
func refDecoder(fields decodeFunc) decodeFunc {
	return func(v any, dst reflect.Value) FieldErrors {
		if s, ok := v.(string); ok {
			dst.SetZero()
			dst.FieldByName("URL").SetString(s)
			return nil
		}
		return fields(v, dst)
	}
}

func pointerDecoder(t reflect.Type) decodeFunc {
	elem := decoderOf(t.Elem())
	return func(v any, dst reflect.Value) FieldErrors {
		if v == nil {
			dst.SetZero()
			return nil
		}
		p := reflect.New(t.Elem())
		errs := elem(v, p.Elem())
		dst.Set(p)
		return errs
	}
}

func sliceDecoder(t reflect.Type) decodeFunc {
	elem := decoderOf(t.Elem())
	return func(v any, dst reflect.Value) (errs FieldErrors) {
		list, ok := v.([]any)
		if !ok {
			return mismatch()
		}
		s := reflect.MakeSlice(t, len(list), len(list))
		for i, x := range list {
			errs = append(errs, elem(x, s.Index(i)).at(i)...)
		}
		dst.Set(s)
		return errs
	}
}

func mapDecoder(t reflect.Type) decodeFunc {
	if t == reflect.TypeFor[map[string]any]() {
		return decodeMapAny
	}
	elem := decoderOf(t.Elem())
	return func(v any, dst reflect.Value) (errs FieldErrors) {
		src, ok := v.(map[string]any)
		if !ok {
			return mismatch()
		}
		m := reflect.MakeMapWithSize(t, len(src))
		for k, x := range src {
			e := reflect.New(t.Elem()).Elem()
			errs = append(errs, elem(x, e).in(k)...)
			m.SetMapIndex(reflect.ValueOf(k), e)
		}
		dst.Set(m)
		return errs
	}
}

func decodeMapAny(v any, dst reflect.Value) FieldErrors {
	if _, ok := v.(map[string]any); !ok {
		return mismatch()
	}
	dst.Set(reflect.ValueOf(v))
	return nil
}

func structDecoder(t reflect.Type) decodeFunc {
	type field struct {
		index  int
		decode decodeFunc
	}
	fields := make(map[string]field, t.NumField())
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("yaml"); name != "" && name != "-" {
			fields[name] = field{i, decoderOf(t.Field(i).Type)}
		}
	}
	return func(v any, dst reflect.Value) (errs FieldErrors) {
		src, ok := v.(map[string]any)
		if !ok {
			return mismatch()
		}
		for k, x := range src {
			if f, ok := fields[k]; ok {
				errs = append(errs, f.decode(x, dst.Field(f.index)).in(k)...)
			}
		}
		return errs
	}
}

// in puts the problems under key.
func (l FieldErrors) in(key string) FieldErrors {
	for i, e := range l {
		switch {
		case e.Field == "":
			l[i].Field = key
		case e.Field[0] == '[':
			l[i].Field = key + e.Field
		default:
			l[i].Field = key + "." + e.Field
		}
	}
	return l
}

// at puts the problems under the index of a list.
func (l FieldErrors) at(index int) FieldErrors {
	if len(l) == 0 {
		return nil
	}
	return l.in(fmt.Sprintf("[%d]", index))
}
