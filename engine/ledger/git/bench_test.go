package git_test

import (
	"fmt"
	"testing"

	"github.com/smmctl/smmctl/engine/ledger"
	gitledger "github.com/smmctl/smmctl/engine/ledger/git"
	"github.com/smmctl/smmctl/engine/ledger/ledgertest"
)

// big makes a local ledger of ten thousand entries.
func big(b *testing.B) (gitledger.Options, *ledger.Snapshot) {
	b.Helper()
	o := local(b, workspace(b))
	l := open(b, o)
	var entries []*ledger.Entry
	for n := range 10_000 {
		entries = append(entries, ledgertest.Entry(n, ledger.Published))
	}
	s, err := l.Commit(b.Context(), ledger.Update{Base: read(b, l).Revision, Entries: entries, At: ledgertest.Time})
	if err != nil {
		b.Fatal(err)
	}
	return o, s
}

// BenchmarkRead reads ten thousand entries, each time as a new process does. The
// floor is 39 ms, for a quarter of the bytes an entry.
func BenchmarkRead(b *testing.B) {
	o, _ := big(b)
	for b.Loop() {
		if s := read(b, open(b, o)); len(s.Entries) != 10_000 {
			b.Fatal(len(s.Entries))
		}
	}
}

// BenchmarkUpdateTen changes ten entries of ten thousand. The floor is 16 ms.
func BenchmarkUpdateTen(b *testing.B) {
	o, _ := big(b)
	l := open(b, o)
	s := read(b, l)
	for i := 0; b.Loop(); i++ {
		u := ledger.Update{Base: s.Revision, At: ledgertest.Time, Message: fmt.Sprint(i)}
		for n := range 10 {
			u.Entries = append(u.Entries, ledgertest.Entry((i*10+n*997)%10_000, ledger.Retracted))
		}
		var err error
		if s, err = l.Commit(b.Context(), u); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkWriteAll writes ten thousand entries in one commit.
func BenchmarkWriteAll(b *testing.B) {
	for b.Loop() {
		big(b)
	}
}
