package memory

import (
	"sync"
	"time"
)

// FaultKind is one way in which a request can go wrong.
type FaultKind string

// The fault kinds. Those that end in Before leave the platform as it was; those
// that end in After, like LostResponse, have changed it.
const (
	NoFault      FaultKind = ""
	Refused      FaultKind = "refused"       // connection refused: provably nothing sent
	LostResponse FaultKind = "lost_response" // carried out; the connection dies before the answer
	ErrorBefore  FaultKind = "5xx_before"
	ErrorAfter   FaultKind = "5xx_after"
	// TimeoutBefore and TimeoutAfter pass the caller's deadline; Delay, where it is
	// set, is slept on the platform's clock.
	TimeoutBefore FaultKind = "timeout_before"
	TimeoutAfter  FaultKind = "timeout_after"
	// Throttled is refused with the advice to come back after Delay.
	Throttled FaultKind = "throttled"
	// Duplicate delivers the request twice, as a proxy does that replays it. Where
	// the platform knows the key the second delivery makes nothing new.
	Duplicate FaultKind = "duplicate"
	// ListingLag hides what the request makes from List for Delay.
	ListingLag FaultKind = "listing_lag"
	// KeyIgnored carries the request out as if it had no idempotency key.
	KeyIgnored FaultKind = "key_ignored"
	// KeyExpired forgets the request's idempotency key before looking it up.
	KeyExpired FaultKind = "key_expired"
	// RepeatedKey400 and RepeatedKey500 answer a key that is known already with
	// that status, and do nothing; a new key is served as usual.
	RepeatedKey400 FaultKind = "repeated_key_400"
	RepeatedKey500 FaultKind = "repeated_key_500"
	// NotSupported refuses the operation as unknown to this server.
	NotSupported FaultKind = "unsupported"
	// StaleRead answers a read as a replica does that is Delay behind (a minute
	// where Delay is 0), at most one change of each object.
	StaleRead FaultKind = "stale_read"
	// ScheduleLost drops a scheduled object when it comes due, silently. It is
	// asked for with OpDue.
	ScheduleLost FaultKind = "schedule_lost"
)

// Kinds lists every kind but NoFault, for tables and seeded simulators.
func Kinds() []FaultKind {
	return []FaultKind{
		Refused, LostResponse, ErrorBefore, ErrorAfter, TimeoutBefore, TimeoutAfter, Throttled, Duplicate,
		ListingLag, KeyIgnored, KeyExpired, RepeatedKey400, RepeatedKey500, NotSupported, StaleRead, ScheduleLost,
	}
}

// Fails reports whether the caller of a request with this fault gets an error
// whatever the platform did.
func (k FaultKind) Fails() bool {
	switch k {
	case Refused, LostResponse, ErrorBefore, ErrorAfter, TimeoutBefore, TimeoutAfter, Throttled, NotSupported:
		return true
	}
	return false
}

// Commits reports whether a request with this fault is carried out.
func (k FaultKind) Commits() bool {
	switch k {
	case Refused, ErrorBefore, TimeoutBefore, Throttled, NotSupported:
		return false
	}
	return true
}

// Fault is what goes wrong with one request.
type Fault struct {
	Kind  FaultKind
	Delay time.Duration // what it means is said at the kind
}

// The operations that a hook is asked about.
const (
	OpOpen          = "open"
	OpPublish       = "publish"
	OpEdit          = "edit"
	OpDelete        = "delete"
	OpGet           = "get"
	OpList          = "list" // once a page
	OpPin           = "pin"
	OpUnpin         = "unpin"
	OpSchedule      = "schedule"
	OpReschedule    = "reschedule"
	OpUnschedule    = "unschedule"
	OpListScheduled = "list_scheduled"
	OpGetProfile    = "get_profile"
	OpSetProfile    = "set_profile"
	OpUpload        = "upload" // of a server that takes media apart
	OpDue           = "due"    // no request: a scheduled object comes due
)

// Hook decides the fate of one request. It is called once a request, never while
// the platform is locked, and may be called by several goroutines.
type Hook func(op string) Fault

// Faults is a platform's fault switch. The zero value lets everything through.
type Faults struct {
	mu   sync.Mutex
	hook Hook
	next map[string][]Fault
}

// Set puts hook in charge of every request that no Arm has claimed; nil takes it
// away.
func (f *Faults) Set(hook Hook) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hook = hook
}

// Arm makes the next requests of op fail, one each, in order.
func (f *Faults) Arm(op string, faults ...Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.next == nil {
		f.next = map[string][]Fault{}
	}
	f.next[op] = append(f.next[op], faults...)
}

// Next returns the fault of one request of op.
func (f *Faults) Next(op string) Fault {
	f.mu.Lock()
	if q := f.next[op]; len(q) > 0 {
		f.next[op] = q[1:]
		f.mu.Unlock()
		return q[0]
	}
	hook := f.hook
	f.mu.Unlock()
	if hook == nil {
		return Fault{}
	}
	return hook(op)
}

// Always returns a hook that answers each request of op with fault; op "" means
// every operation.
func Always(op string, fault Fault) Hook {
	return func(o string) Fault {
		if op == "" || op == o {
			return fault
		}
		return Fault{}
	}
}
