package memory

import (
	"context"
	"errors"
	"net/http"
	"syscall"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// Errors that the platform gives, beside those of the standard library.
var (
	errReset  = errors.New("connection reset by peer")
	errAbsent = errors.New("no such object")
)

// request carries one request from the caller to the platform and back, through
// whatever fault it meets. act runs under the platform's lock.
func request[T any](ctx context.Context, a *account, op string, act func(Fault) (T, error)) (T, error) {
	var zero T
	if err := ctx.Err(); err != nil {
		return zero, &provider.Error{Kind: provider.Unsent, Op: op, Err: err}
	}
	f := a.p.Faults.Next(op)
	if f.Kind == Refused {
		return zero, &provider.Error{Kind: provider.Unsent, Op: op, Err: syscall.ECONNREFUSED}
	}
	a.p.Settle()
	rate, ok := a.arrive(op)
	if a.onRate != nil && a.o.Quota > 0 {
		a.onRate(rate)
	}
	if !ok {
		return zero, throttled(op, rate.Reset)
	}
	if !f.Kind.Commits() {
		return zero, a.failure(ctx, op, f)
	}
	v, err := locked(a.p, act, f)
	if f.Kind == Duplicate && err == nil {
		_, _ = locked(a.p, act, f)
	}
	if f.Kind.Fails() {
		return zero, a.failure(ctx, op, f)
	}
	return v, named(op, err)
}

func locked[T any](p *Platform, act func(Fault) (T, error), f Fault) (T, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return act(f)
}

// arrive counts a request; ok says whether the quota allows it.
func (a *account) arrive(op string) (rate provider.Rate, ok bool) {
	p := a.p
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests[op]++
	if a.o.Quota <= 0 {
		return rate, true
	}
	now := p.now()
	if start := now.Truncate(a.o.Window); !start.Equal(p.window) {
		p.window, p.served = start, 0
	}
	p.served++
	left := a.o.Quota - p.served
	return provider.Rate{Limit: a.o.Quota, Remaining: max(left, 0), Reset: p.window.Add(a.o.Window)}, left >= 0
}

// failure is what the caller learns of a fault.
func (a *account) failure(ctx context.Context, op string, f Fault) error {
	switch f.Kind {
	case Throttled:
		return throttled(op, a.p.Now().Add(f.Delay))
	case NotSupported:
		return unsupported(op, "this server does not know the operation")
	case ErrorBefore, ErrorAfter:
		return &provider.Error{Kind: provider.Ambiguous, Op: op, Status: http.StatusInternalServerError}
	case TimeoutBefore, TimeoutAfter:
		if f.Delay > 0 {
			_ = a.p.clock.Sleep(ctx, f.Delay) // its error is the very one that follows
		}
		return &provider.Error{Kind: provider.Ambiguous, Op: op, Err: context.DeadlineExceeded}
	}
	return &provider.Error{Kind: provider.Ambiguous, Op: op, Err: errReset}
}

func throttled(op string, until time.Time) error {
	return &provider.Error{Kind: provider.Throttled, Op: op, Status: http.StatusTooManyRequests, RetryAfter: until}
}

func unsupported(op, why string) error {
	return &provider.Error{Kind: provider.Unsupported, Op: op, Err: errors.New(why)}
}

func rejected(op, why string) error {
	return &provider.Error{Kind: provider.Rejected, Op: op, Status: http.StatusUnprocessableEntity, Err: errors.New(why)}
}

func absent(op string) error {
	return &provider.Error{Kind: provider.NotFound, Op: op, Status: http.StatusNotFound, Err: errAbsent}
}

// named gives an error of the platform's inside the operation's name.
func named(op string, err error) error {
	var e *provider.Error
	if errors.As(err, &e) && e.Op == "" {
		c := *e
		c.Op = op
		return &c
	}
	return err
}
