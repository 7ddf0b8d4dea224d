package vktest

import (
	_ "embed"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// specText is made anew by scripts/vkschema; its head says how it is read.
//
//go:embed spec.txt
var specText string

// object is a JSON object.
type object = map[string]any

// spec has the facts of spec.txt.
type spec struct {
	methods map[string]*method
	types   map[string]map[string]kind
	errors  map[int]string // our names for the codes
}

type method struct {
	tokens []string
	answer kind
	params map[string]kind
}

// kind is what a parameter or a field may be.
type kind struct {
	types       []string // integer, number, boolean, string, ref, or one of the table
	list        bool
	required    bool
	values      []string // none: any
	least, most float64
}

var published = sync.OnceValue(func() *spec { return readSpec(specText) })

func readSpec(text string) *spec {
	s := &spec{methods: map[string]*method{}, types: map[string]map[string]kind{}, errors: map[int]string{}}
	var under map[string]kind
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || strings.HasPrefix(line, "#"):
		case words[0] == "errors":
			under = nil
		case !strings.HasPrefix(line, " "):
			under = map[string]kind{}
			if len(words) > 1 {
				s.methods[words[0]] = &method{strings.Split(words[1], "|"), readKind(words[0], words[3:]), under}
			} else {
				s.types[words[0]] = under
			}
		case under == nil:
			s.errors[int(bound(words[0], 0))] = strings.Join(words[1:], " ")
		default:
			under[strings.TrimSuffix(words[0], "!")] = readKind(words[0], words[1:])
		}
	}
	return s
}

func readKind(name string, words []string) kind {
	types, list := strings.CutPrefix(words[0], "[]")
	k := kind{types: strings.Split(types, "|"), list: list, required: strings.HasSuffix(name, "!"), least: math.Inf(-1), most: math.Inf(1)}
	if len(words) == 1 || words[1] == "+" {
		return k
	}
	least, most, ranged := strings.Cut(words[1], "..")
	if !ranged {
		k.values = strings.Split(words[1], "|")
		return k
	}
	k.least, k.most = bound(least, k.least), bound(most, k.most)
	return k
}

func bound(text string, none float64) float64 {
	if text == "" {
		return none
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic(err) // embedded
	}
	return n
}

// checkParams says what the table has against a method's parameters, or nothing.
func (s *spec) checkParams(m *method, form url.Values) string {
	for name, values := range form {
		k, known := m.params[name]
		switch {
		case name == "v":
		case !known:
			return name + " is no parameter that the provider sends"
		case len(values) != 1:
			return name + " is given twice"
		default:
			if why := k.checkText(values[0]); why != "" {
				return name + " " + why
			}
		}
	}
	for name, k := range m.params {
		if k.required && form.Get(name) == "" {
			return name + " is missing"
		}
	}
	return ""
}

// checkText checks a parameter's value, which is always text.
func (k kind) checkText(text string) string {
	values := []string{text}
	if k.list {
		values = strings.Split(text, ",")
	}
	for _, v := range values {
		if !slices.ContainsFunc(k.types, func(t string) bool { return reads(t, v) }) {
			return "is no " + strings.Join(k.types, " or ")
		}
		n, err := strconv.ParseFloat(v, 64)
		if why := k.outside(v, n, err == nil); why != "" {
			return why
		}
	}
	return ""
}

var postName = regexp.MustCompile(`^-?\d+_\d+$`)

// reads reports whether a text is a value of a type; of one that is not here it
// is none.
func reads(t, text string) bool {
	var err error
	switch t {
	case "string":
	case "integer":
		_, err = strconv.ParseInt(text, 10, 64)
	case "boolean":
		return text == "0" || text == "1"
	case "ref":
		return postName.MatchString(text)
	default:
		return false
	}
	return err == nil
}

// outside says why a value, which may be a number, is none of those allowed.
func (k kind) outside(text string, n float64, number bool) string {
	switch {
	case len(k.values) > 0 && !slices.Contains(k.values, text):
		return fmt.Sprintf("%.40q is none of its values", text)
	case number && n < k.least:
		return "is too small"
	case number && n > k.most:
		return "is too great"
	}
	return ""
}
