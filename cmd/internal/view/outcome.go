package view

import (
	"fmt"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/ledger"
)

var eventRole = map[apply.EventType]role{
	apply.Published: good, apply.Scheduled: good, apply.Edited: change, apply.Recorded: change, apply.Retracted: bad,
	apply.Unscheduled: bad, apply.Failed: bad, apply.Unknown: bad, apply.Held: warn,
}

// Event writes one event of a run; intents are not worth a line.
func (p *Printer) Event(ev apply.Event) {
	if ev.Type == apply.IntentWritten {
		return
	}
	p.printf("%s %s", p.paint(eventRole[ev.Type], pad(string(ev.Type), 12)), pad(flat(ev.Key.String()), 44))
	if len(ev.Remote) > 0 {
		p.printf("  %s", flat(ev.Remote[0].URL))
	}
	if ev.Error != "" {
		p.printf("\n    %s", oneLine(ev.Error, 600))
	}
	p.printf("\n")
}

// Done writes a run's last line.
func (p *Printer) Done(r apply.Result) {
	var parts []string
	for _, t := range []apply.EventType{
		apply.Published, apply.Scheduled, apply.Unscheduled, apply.Edited, apply.Retracted, apply.Recorded, apply.Failed, apply.Unknown, apply.Held,
	} {
		if n := r.Counts[t]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, t))
		}
	}
	if len(parts) == 0 {
		parts = []string{"nothing was changed"}
	}
	p.printf("%s\n", p.paint(strong, "Done: "+strings.Join(parts, ", ")+"."))
}

// Status writes where each publication stands.
func (p *Printer) Status(entries []engine.StatusEntry) {
	rows := [][]string{}
	for _, e := range entries {
		at, url := e.At, ""
		if e.PublishedAt != nil {
			at = e.PublishedAt
		}
		if len(e.Remote) > 0 {
			url = e.Remote[0].URL
		}
		rows = append(rows, []string{e.Key.String(), string(e.State), stamp(at), url, strings.Join(present(e.Detail, approvedBy(e.Approved)), "; ")})
	}
	p.Table([]string{"KEY", "STATE", "TIME (UTC)", "URL", ""}, rows)
}

func stamp(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04")
}

// Lease writes who holds the lease.
func (p *Printer) Lease(l *ledger.Lease) {
	if l == nil {
		p.printf("Nobody holds the lease.\n")
		return
	}
	p.printf("Held by %s since %s, until %s (run %s).\n", flat(l.Holder), l.Since.UTC().Format(time.RFC3339), l.Expires.UTC().Format(time.RFC3339), flat(l.Run))
}
