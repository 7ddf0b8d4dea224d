package validate

import (
	"sync"
	"time"
)

// zones remembers time zones: reading one takes longer than checking a post.
type zones struct{ byName sync.Map }

type zone struct {
	loc *time.Location
	err error
}

func (z *zones) load(name string) (*time.Location, error) {
	if v, ok := z.byName.Load(name); ok {
		return v.(zone).loc, v.(zone).err
	}
	loc, err := time.LoadLocation(name)
	z.byName.Store(name, zone{loc, err})
	return loc, err
}
