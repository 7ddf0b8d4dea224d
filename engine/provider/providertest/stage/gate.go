package stage

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

const maxBody = 128 << 20

// Gate stands before a server and breaks requests. A request is read whole, its
// fault is asked for, it is carried out, and its answer is sent, or lost.
type Gate struct {
	Next http.Handler
	// Op names a request's operation, one of package memory's; "" lets it through
	// unwatched.
	Op     func(r *http.Request, body []byte) string
	Faults memory.Faults
	Clock  clock.Clock
	Watch  func(op string, done bool)
	// Throttled and Broken answer as the platform does that is asked too often, and
	// that fails before it has done anything.
	Throttled func(w http.ResponseWriter, after time.Duration)
	Broken    func(w http.ResponseWriter, r *http.Request)

	mu     sync.Mutex
	refuse map[string]int
}

type faultKey struct{}

// FaultOf is the fault that a request is to meet inside the server: a listing
// that lags, a key that is forgotten.
func FaultOf(ctx context.Context) memory.Fault {
	f, _ := ctx.Value(faultKey{}).(memory.Fault)
	return f
}

// ServeHTTP implements http.Handler.
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return // cut off: nothing was carried out
	}
	op := g.Op(r, body)
	if op == "" {
		replay(g.carryOut(r, body, memory.Fault{}), w)
		return
	}
	g.watch(op, false)
	f := g.Faults.Next(op)
	if g.refused(op) {
		f.Kind = memory.Refused
	}
	switch f.Kind {
	case memory.Refused:
		drop(w)
	case memory.TimeoutBefore:
		g.stall(r, f.Delay)
		drop(w)
	case memory.ErrorBefore:
		g.Broken(w, r)
	case memory.Throttled:
		g.Throttled(w, f.Delay)
	case memory.NotSupported:
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
	default:
		answer := g.carryOut(r, body, f)
		if f.Kind == memory.Duplicate {
			answer = g.carryOut(r, body, f)
		}
		g.watch(op, true)
		g.finish(w, r, f, answer)
	}
}

// carryOut runs the request to its end, whatever becomes of its sender.
func (g *Gate) carryOut(r *http.Request, body []byte, f memory.Fault) *httptest.ResponseRecorder {
	ctx := context.WithValue(context.WithoutCancel(r.Context()), faultKey{}, f)
	in := r.Clone(ctx)
	in.Body, in.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	out := httptest.NewRecorder()
	g.Next.ServeHTTP(out, in)
	return out
}

// finish sends the answer of a request that was carried out, as the fault will.
func (g *Gate) finish(w http.ResponseWriter, r *http.Request, f memory.Fault, answer *httptest.ResponseRecorder) {
	switch f.Kind {
	case memory.LostResponse:
		drop(w)
	case memory.TimeoutAfter:
		g.stall(r, f.Delay)
		drop(w)
	case memory.ErrorAfter:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>")
	default:
		replay(answer, w)
	}
}

func replay(answer *httptest.ResponseRecorder, w http.ResponseWriter) {
	for k, v := range answer.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

func (g *Gate) watch(op string, done bool) {
	if g.Watch != nil {
		g.Watch(op, done)
	}
}

// stall keeps a request until its sender gives up, or for a time of the clock.
func (g *Gate) stall(r *http.Request, d time.Duration) {
	if d > 0 {
		_ = g.Clock.Sleep(r.Context(), d)
		return
	}
	<-r.Context().Done()
}

// drop resets the connection without an answer.
func drop(w http.ResponseWriter) {
	h, ok := w.(http.Hijacker)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	conn, _, err := h.Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// Break arms one fault for the next request of op. A refused connection is made
// by the client of Client; any other client sees a reset.
func (g *Gate) Break(op string, f memory.Fault) {
	if f.Kind == memory.Refused {
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.refuse == nil {
			g.refuse = map[string]int{}
		}
		g.refuse[op]++
		return
	}
	g.Faults.Arm(op, f)
}

func (g *Gate) refused(op string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.refuse[op] == 0 {
		return false
	}
	g.refuse[op]--
	return true
}

// Client returns a client of a started server that can be refused a connection.
func (g *Gate) Client(started *httptest.Server) *http.Client {
	base := *started.Client()
	base.Transport = refuser{g, base.Transport, &http.Transport{DialContext: noConnection}}
	return &base
}

// refuser sends what is to be refused by a transport that gets no connection.
type refuser struct {
	g          *Gate
	next, dead http.RoundTripper
}

func noConnection(context.Context, string, string) (net.Conn, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
}

// RoundTrip implements http.RoundTripper.
func (t refuser) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close()
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	if op := t.g.Op(r, body); op != "" && t.g.refused(op) {
		return t.dead.RoundTrip(r)
	}
	return t.next.RoundTrip(r)
}
