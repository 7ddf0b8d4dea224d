package measure

import (
	"strings"
	"testing"
)

// Texts of about 1 KB.
var texts = []struct{ name, text string }{
	{"ASCII", strings.Repeat("A winter coat that lasts is one which you forget. ", 20)},
	{"Latin", strings.Repeat("Un manteau d'hiver qui dure, é c'est tout. ", 24)},
	{"Addresses", strings.Repeat("A winter coat that lasts, see https://example.com/coats/winter?ref=post and ask @maker@mastodon.social. ", 10)},
	{"Cyrillic", strings.Repeat("Зимнее пальто, которое носят годами. ", 15)},
	{"Chinese", strings.Repeat("故人西辞黄鹤楼，烟花三月下扬州。", 21)},
	{"Emoji", strings.Repeat("Bonjour 👨‍👩‍👧‍👦 🇫🇷 👍🏽 ✨ ", 17)},
}

func BenchmarkLength(b *testing.B) {
	for _, unit := range Units() {
		for _, t := range texts {
			b.Run(string(unit)+"/"+t.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					Length(string(unit), t.text)
				}
			})
		}
	}
}

// What one post for every network costs.
func BenchmarkNetworks(b *testing.B) {
	for _, t := range texts {
		b.Run(t.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, n := range Networks() {
					n.Measure(t.text)
				}
			}
		})
	}
}
