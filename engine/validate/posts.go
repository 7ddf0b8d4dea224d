package validate

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

// job is one post for a worker, with its unit as the cache has it, or "".
type job struct {
	index int
	saved string
}

// readPosts makes the units, from the cache where nothing has changed, and
// saves them again where something has.
func (c *checker) readPosts(ctx context.Context) error {
	began := c.o.Clock.Now()
	old := c.openCache()
	defer old.close()
	var save *saver // an old cache is mended at the end, a first one written on the way
	if c.o.Cache != nil && old.file == nil {
		save = c.startSaver()
	}
	workers, err := c.work(ctx, old, save, began)
	save.finish(err == nil)
	if err != nil {
		return err
	}
	changed := old.leftover
	for _, w := range workers {
		c.stats.Decoded += w.stats.Decoded
		c.stats.Reused += w.stats.Reused
		changed = changed || w.changed
	}
	if changed && save == nil {
		c.mendCache()
	}
	return nil
}

// work lets the workers make the units.
func (c *checker) work(ctx context.Context, old *cacheReader, save *saver, began time.Time) ([]*worker, error) {
	workers := make([]*worker, c.o.Workers)
	jobs := make(chan []job, 2*len(workers))
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { defer close(jobs); return c.deal(ctx, old, jobs) })
	for i := range workers {
		w := newWorker(c, began)
		workers[i] = w
		g.Go(func() error { return w.run(ctx, jobs, save) })
	}
	return workers, g.Wait()
}

// batch is how many posts a worker takes at a time.
const batch = 32

// deal hands the posts out, in order, each with its saved unit: the cache is in
// the same order and is read once, from front to back.
func (c *checker) deal(ctx context.Context, old *cacheReader, jobs chan<- []job) error {
	for first := 0; first < len(c.units); first += batch {
		next := make([]job, 0, batch)
		for i := first; i < min(first+batch, len(c.units)); i++ {
			next = append(next, job{i, old.find(c.ws.Posts[i].Path)})
		}
		select {
		case jobs <- next:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	old.finish()
	return nil
}

func (w *worker) run(ctx context.Context, jobs <-chan []job, save *saver) error {
	for list := range jobs {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		fresh := make([]record, 0, len(list))
		for _, j := range list {
			u := w.unit(w.c.ws.Posts[j.index], j.saved)
			if save != nil {
				fresh = append(fresh, record{u.path, u.encoded})
				u.encoded = ""
			}
			if w.c.o.Lean {
				u.slim()
			}
			w.c.units[j.index] = u
		}
		save.put(list[0].index/batch, fresh)
	}
	return nil
}
