package render

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// options are the post's for this provider over the workspace's, as text. An
// account's own options have another schema and are the driver's business.
func (v *view) options() map[string]string {
	first, second := v.defaults().Options[v.account.Provider], v.p.Options[v.account.Provider]
	if len(first)+len(second) == 0 {
		return nil
	}
	out := map[string]string{}
	for key, value := range first {
		flatten(out, key, value)
	}
	for key, value := range second {
		flatten(out, key, value)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// flatten writes a value under key: lists are joined by commas, maps by dots.
func flatten(out map[string]string, key string, value any) {
	switch value := value.(type) {
	case nil:
		delete(out, key)
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(value)) {
			flatten(out, key+"."+k, value[k])
		}
	case []any:
		parts := make([]string, len(value))
		for i, e := range value {
			parts[i] = scalar(e)
		}
		out[key] = strings.Join(parts, ",")
	default:
		out[key] = scalar(value)
	}
}

func scalar(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case bool:
		return strconv.FormatBool(value)
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
	}
	return fmt.Sprint(value)
}
