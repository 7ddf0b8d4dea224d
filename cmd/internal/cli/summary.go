package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/smmctl/smmctl/cmd/internal/view/markdown"
)

// maxSummary is what GitHub takes of one step ("Workflow commands", "Step
// isolation and limits", docs.github.com, 2026-11-24): 1 MiB.
const maxSummary = 1 << 20

// addSummary adds to the job's page, a file of that name, what text makes of the
// room there is, in bytes. Where others have filled the page, or text is longer
// than it was asked for, the page stays as it is: too long a page is not shown at all.
func addSummary(name string, text func(room int) string) (err error) {
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("the job's summary: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("the job's summary: %w", err)
	}
	room := maxSummary - int(info.Size()) - 2
	if room < markdown.DefaultLimit {
		return nil
	}
	body := strings.TrimSuffix(text(room), "\n")
	if len(body) > room {
		return nil
	}
	if _, err = f.WriteString("\n" + body + "\n"); err != nil {
		return fmt.Errorf("the job's summary: %w", err)
	}
	return nil
}
