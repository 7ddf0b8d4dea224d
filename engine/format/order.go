package format

import (
	"math"
	"reflect"
)

// rankOf returns a key's place in the canonical order, that of the struct's
// fields. Keys that the struct does not have, and all of a free map's, keep
// their order, at the end.
func rankOf(shape reflect.Type, key string) int {
	if f, ok := lookup(shape, key); ok {
		return f.Index[0]
	}
	return math.MaxInt32
}

// fieldOf returns the type of a key's value, or nil.
func fieldOf(shape reflect.Type, key string) reflect.Type {
	shape = bare(shape)
	if shape != nil && shape.Kind() == reflect.Map {
		return shape.Elem()
	}
	if f, ok := lookup(shape, key); ok {
		return f.Type
	}
	return nil
}

// elemOf returns the type of a list's items, or nil.
func elemOf(shape reflect.Type) reflect.Type {
	if shape = bare(shape); shape != nil && shape.Kind() == reflect.Slice {
		return shape.Elem()
	}
	return nil
}

func lookup(shape reflect.Type, key string) (reflect.StructField, bool) {
	shape = bare(shape)
	if shape == nil || shape.Kind() != reflect.Struct {
		return reflect.StructField{}, false
	}
	for i := range shape.NumField() {
		if f := shape.Field(i); f.Tag.Get("yaml") == key && key != "-" {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

func bare(t reflect.Type) reflect.Type {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}
