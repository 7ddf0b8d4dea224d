package giteatest

import (
	"testing"
	"time"
)

// A build gives up before the test is killed, which would not say why.
func TestPatience(t *testing.T) {
	t.Parallel()
	p := patienceOf(t)
	if end, ok := t.Deadline(); p <= 0 || p > patience || ok && !time.Now().Add(p).Before(end) {
		t.Errorf("%v", p)
	}
}
