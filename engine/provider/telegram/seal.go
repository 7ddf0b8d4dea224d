package telegram

import (
	"errors"
	"io"
	"sync"
)

// errSealed is read from a body after its request was given up.
var errSealed = errors.New("the request was given up")

// seal follows how much of a body has been handed over. A request whose body did
// not leave to its last byte was not carried out, whatever became of it: the
// server reads the announced length before it does anything. Large files make
// that the usual way to fail.
type seal struct {
	mu     sync.Mutex
	r      io.Reader
	left   int64
	sealed bool
}

// Read implements io.Reader.
func (s *seal) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sealed {
		return 0, errSealed
	}
	n, err := s.r.Read(p)
	s.left -= int64(n)
	return n, err
}

// close lets no further byte out and reports whether all had left before.
func (s *seal) close() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sealed = true
	return s.left <= 0
}
