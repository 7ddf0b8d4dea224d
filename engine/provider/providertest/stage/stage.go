// Package stage puts a platform's server where tests can break it: a Gate stands
// before the server, be it a strict one of ours or a real one, and loses
// requests and answers with the fault kinds of package memory; a Platform says
// what the server was sent and what it has. Says, InTurn and Dies are
// the answers of a server that a test makes for itself. It imports clock, memory's
// faults and the standard library. Only tests import it.
package stage

import (
	"testing"

	"github.com/smmctl/smmctl/engine/clock"
)

// Options shape a platform that is started for a test.
type Options struct {
	Clock clock.Clock // the system's where nil, or where the server is real
	// Watch is told of each request twice: when it has arrived, and when it has
	// been carried out and not been answered.
	Watch func(op string, done bool)
}

// Start starts a fresh platform with one account. It ends with the test.
type Start func(t testing.TB, o Options) *Platform

// Platform is a server with one account. Its record of what it was sent is what
// the suites believe.
type Platform struct {
	*Gate
	Provider string            // its name in an account file
	Server   string            // an account's server, "" where it has none
	Handle   string            // an account's handle, where signing in needs it
	Options  string            // an account's options as YAML, on one line; "" for none
	Secrets  map[string]string // an account's credentials
	// Accepted lists the text of every publication that was carried out, oldest
	// first, one entry each time; also of what is gone since.
	Accepted func() []string
	// Live lists the text of every post that is there now, somebody else's too.
	Live func() []string
	// Foreign makes somebody else's post and returns its id.
	Foreign func(text string) string
	// Complaints lists what no real server refuses and no client should do.
	Complaints func() []string
	// Real says that the server is the platform's own program.
	Real bool
}
