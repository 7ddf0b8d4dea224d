package validate

import (
	"encoding/binary"
	"time"
)

// packer writes plain values one after the other, in as few bytes as is simple.
type packer struct{ b []byte }

func (p *packer) int(n int64)     { p.b = binary.AppendVarint(p.b, n) }
func (p *packer) string(s string) { p.int(int64(len(s))); p.b = append(p.b, s...) }

func (p *packer) time(t time.Time) {
	if t.IsZero() {
		p.int(0)
		return
	}
	p.int(1 + int64(t.Nanosecond()))
	p.int(t.Unix())
}

func (p *packer) bools(list ...bool) {
	bits := int64(0)
	for i, v := range list {
		if v {
			bits |= 1 << i
		}
	}
	p.int(bits)
}

// unpacker reads what packer wrote. After the first fault it gives zero values;
// bad tells.
type unpacker struct {
	s   string
	bad bool
}

func (u *unpacker) int() int64 {
	var n uint64
	for i := 0; i < len(u.s) && i < binary.MaxVarintLen64; i++ {
		c := u.s[i]
		n |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			u.s = u.s[i+1:]
			return int64(n>>1) ^ -int64(n&1)
		}
	}
	u.fail()
	return 0
}

func (u *unpacker) fail() { u.s, u.bad = "", true }

func (u *unpacker) string() string {
	n := u.int()
	if n < 0 || n > int64(len(u.s)) {
		u.fail()
		return ""
	}
	s := u.s[:n]
	u.s = u.s[n:]
	return s
}

// length reads how many items follow; each takes a byte at least.
func (u *unpacker) length() int {
	n := u.int()
	if n < 0 || n > int64(len(u.s)) {
		u.fail()
		return 0
	}
	return int(n)
}

func (u *unpacker) time() time.Time {
	nano := u.int()
	if nano == 0 {
		return time.Time{}
	}
	return time.Unix(u.int(), nano-1).UTC()
}

func (u *unpacker) bools(list ...*bool) {
	bits := u.int()
	for i, v := range list {
		*v = bits&(1<<i) != 0
	}
}

// packList writes a list, nil and empty alike.
func packList[T any](p *packer, list []T, one func(*packer, *T)) {
	p.int(int64(len(list)))
	for i := range list {
		one(p, &list[i])
	}
}

func unpackList[T any](u *unpacker, one func(*unpacker, *T)) []T {
	n := u.length()
	if n == 0 {
		return nil
	}
	out := make([]T, n)
	for i := range out {
		one(u, &out[i])
	}
	return out
}
