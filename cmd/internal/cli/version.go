package cli

import (
	"fmt"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"sync"

	"github.com/spf13/cobra"

	"github.com/smmctl/smmctl/cmd/internal/view"
)

// Set when a release is built, and by `make build`.
var (
	version = unknown
	commit  = ""
	date    = ""
)

// unknown is the version of a program that nobody told what it is.
const unknown = "dev"

// origin says what a program was built from. What is not known is empty.
type origin struct {
	Version string // v1.2.3, what Git describes, or dev
	Commit  string // its id, or the first twelve characters of it
	Date    string // of the commit, RFC 3339
}

// built is what this program was built from.
var built = sync.OnceValue(func() origin {
	info, _ := debug.ReadBuildInfo()
	return originOf(origin{version, commit, date}, info)
})

// pseudo is a version that Go makes of a commit without a tag: its time in UTC
// and the first twelve characters of its id.
var pseudo = regexp.MustCompile(`[-.](\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)-([0-9a-f]{12})(?:\+|$)`)

// originOf fills what the build was not told from what the Go tool noted: the
// module's version for `go install …@version`, the commit for a build in a clone.
func originOf(told origin, info *debug.BuildInfo) origin {
	if told.Version == unknown && info != nil {
		if v := info.Main.Version; v != "" && v != "(devel)" {
			told.Version = v
		}
		if m := pseudo.FindStringSubmatch(told.Version); m != nil {
			told.Commit, told.Date = m[7], fmt.Sprintf("%s-%s-%sT%s:%s:%sZ", m[1], m[2], m[3], m[4], m[5], m[6])
		}
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision" && s.Value != "":
				told.Commit = s.Value
			case s.Key == "vcs.time" && s.Value != "":
				told.Date = s.Value
			}
		}
	}
	return told
}

func newVersionCmd(g *global) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Show the version", Args: cobra.NoArgs,
		Long: `Shows which release this is, and the commit that it was built from. What "go install"
made of a tag knows the tag only, for Go does not tell it the commit.`,
		Example: `  smmctl version
  smmctl version --json`,
		RunE: func(*cobra.Command, []string) error { return g.showVersion() },
	}
}

func (g *global) showVersion() error {
	o := built()
	if g.json {
		return view.JSON(g.Out, map[string]any{"format_version": 1, "version": o.Version, "commit": o.Commit, "date": o.Date, "go": runtime.Version()})
	}
	fmt.Fprintf(g.Out, "smmctl %s", o.Version)
	if o.Commit != "" {
		fmt.Fprintf(g.Out, " (%.12s, %s)", o.Commit, o.Date)
	}
	fmt.Fprintln(g.Out)
	return nil
}

// build tells this program from any other build of it, released or not.
func build() string {
	o := built()
	self, err := os.Executable()
	if err != nil {
		return o.Version + o.Commit
	}
	info, err := os.Stat(self)
	if err != nil {
		return o.Version + o.Commit
	}
	return fmt.Sprintf("%s %s %d %d", o.Version, o.Commit, info.Size(), info.ModTime().UnixNano())
}
