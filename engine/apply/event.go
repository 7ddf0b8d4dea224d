package apply

import (
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/plan"
)

// EventType says what happened to a Key.
type EventType string

// The events.
const (
	IntentWritten EventType = "intent"
	Published     EventType = "published"
	Scheduled     EventType = "scheduled"
	Unscheduled   EventType = "unscheduled"
	Edited        EventType = "edited"
	Retracted     EventType = "retracted"
	Recorded      EventType = "recorded" // only the ledger changed: adopted, forgotten, accepted
	Failed        EventType = "failed"
	Unknown       EventType = "unknown"
	Held          EventType = "held"
)

// Event is one line of `apply --json`.
type Event struct {
	Type    EventType     `json:"type"`
	Key     content.Key   `json:"key"`
	Time    time.Time     `json:"time"`
	Remote  []plan.Remote `json:"remote"`
	Error   string        `json:"error"`
	Attempt int           `json:"attempt"`
	Action  plan.Action   `json:"action"`
}

// Result is what came of a run.
type Result struct {
	Counts map[EventType]int
	Events []Event
}

func (r *run) emit(t EventType, j *job, attempt int, err error) {
	ev := Event{Type: t, Key: j.Key, Time: r.Clock.Now().UTC(), Remote: plan.Remotes(j.entry), Attempt: attempt, Action: j.Action}
	if err != nil {
		ev.Error = err.Error()
	}
	r.telling.Lock()
	r.result.Counts[t]++
	r.result.Events = append(r.result.Events, ev)
	r.Event(ev) // one at a time: its lines stay whole
	r.telling.Unlock()
}
