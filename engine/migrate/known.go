package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/scaffold"
)

// Check refuses accounts of names that the source does not have. Where it names
// none, as a folder of texts does, any name will do.
func (e *Export) Check(wishes map[string]scaffold.AccountWish) error {
	known := map[string]string{}
	for _, a := range e.Accounts {
		known[strings.ToLower(a.Name)] = a.Name
	}
	for i := range e.Posts {
		for _, name := range e.Posts[i].Accounts {
			known[strings.ToLower(name)] = name
		}
	}
	if len(known) == 0 {
		return nil
	}
	for _, name := range sortedKeys(wishes) {
		if _, ok := known[strings.ToLower(name)]; !ok {
			return wrong("--account %s: the source has no such account; it has %s", name, someNames(known))
		}
	}
	return nil
}

func someNames(known map[string]string) string {
	const few = 10
	var names []string
	for _, key := range sortedKeys(known) {
		names = append(names, known[key])
	}
	slices.Sort(names)
	text := strings.Join(names[:min(len(names), few)], ", ")
	if more := len(names) - few; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// unknownSource names the sources, and says what to do about tools that only give
// tables.
func unknownSource(from string) error {
	switch strings.ToLower(from) {
	case "buffer", "hootsuite", "smmplanner":
		return wrong("--from %q is not known by that name: export its posts as a table, and take --from csv --source FILE", from)
	}
	return wrong("--from %q is not known; known are %s", from, strings.Join(Kinds(), ", "))
}
