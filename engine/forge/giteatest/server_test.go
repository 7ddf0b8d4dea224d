package giteatest_test

import (
	"testing"

	"github.com/smmctl/smmctl/engine/forge/giteatest"
)

func TestTry(t *testing.T) {
	s := giteatest.Start(t)
	u := s.User(t, "anna")
	r := s.Repository(t, u, "brand")
	t.Log(r.CloneURL(u))
}
