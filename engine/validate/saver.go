package validate

import "errors"

// record is a unit on its way to the cache.
type record struct{ path, unit string }

// saver writes a cache while the units are made, so that they need not be kept
// for it. Batches come in any order and are written in that of the posts. A nil
// saver does nothing.
type saver struct {
	batches chan numbered
	done    chan struct{}
	whole   bool
}

type numbered struct {
	index   int
	records []record
}

var errUnfinished = errors.New("the check was not finished")

func (c *checker) startSaver() *saver {
	s := &saver{batches: make(chan numbered, 8), done: make(chan struct{})}
	go func() {
		defer close(s.done)
		_ = savePart(c.o.Cache, c.cachePart(), c.cacheEpoch, s.write) // the next check is slower, that is all
		for range s.batches {                                         // what could not be written is let go
			continue
		}
	}()
	return s
}

func (s *saver) put(batch int, records []record) {
	if s != nil {
		s.batches <- numbered{batch, records}
	}
}

// finish waits until all is written; what is not whole is thrown away.
func (s *saver) finish(whole bool) {
	if s == nil {
		return
	}
	s.whole = whole
	close(s.batches)
	<-s.done
}

func (s *saver) write(put func(path, unit string) error) error {
	waiting, next := map[int][]record{}, 0
	for b := range s.batches {
		waiting[b.index] = b.records
		for records, ok := waiting[next]; ok; records, ok = waiting[next] {
			delete(waiting, next)
			next++
			for _, r := range records {
				if err := put(r.path, r.unit); err != nil {
					return err
				}
			}
		}
	}
	if !s.whole {
		return errUnfinished
	}
	return nil
}
