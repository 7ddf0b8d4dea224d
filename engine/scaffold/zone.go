package scaffold

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// LocalZone returns the IANA name of the machine's time zone, or UTC where it
// cannot be told. Go knows the zone's rules but not its name, which a file has to
// carry.
func LocalZone(getenv func(string) string) string {
	candidates := []string{strings.TrimPrefix(getenv("TZ"), ":")}
	if target, err := filepath.EvalSymlinks("/etc/localtime"); err == nil && candidates[0] == "" {
		candidates = append(candidates, target)
	}
	if b, err := os.ReadFile("/etc/timezone"); err == nil && candidates[0] == "" && len(b) < 200 {
		candidates = append(candidates, strings.TrimSpace(string(b)))
	}
	for _, c := range candidates {
		if _, name, ok := strings.Cut(c, "zoneinfo/"); ok {
			c = name
		}
		c = strings.TrimPrefix(strings.TrimPrefix(c, "posix/"), "right/")
		if zone, err := time.LoadLocation(c); err == nil && c != "" && c != "Local" && zone.String() == c {
			return canonicalZone(c)
		}
	}
	return "UTC"
}

// canonicalZone writes the many names of no zone at all as one.
func canonicalZone(name string) string {
	switch name {
	case "Etc/UTC", "Etc/UCT", "UCT", "Universal", "Etc/Universal", "Zulu", "Etc/Zulu":
		return "UTC"
	}
	return name
}
