package view

import "fmt"

// Measured is how long a text is on one network.
type Measured struct {
	Provider string `json:"provider"`
	Unit     string `json:"unit"`
	Length   int    `json:"length"`
	Limit    int    `json:"limit"` // 0: none
	OK       bool   `json:"ok"`
	Segments int    `json:"segments"`
}

// Measured writes how long a text is on each network.
func (p *Printer) Measured(results []Measured) {
	for _, m := range results {
		limit := "no limit"
		if m.Limit > 0 {
			limit = fmt.Sprintf("of %d", m.Limit)
		}
		verdict := p.paint(good, "ok")
		if !m.OK {
			verdict = p.paint(bad, fmt.Sprintf("%d too long", m.Length-m.Limit))
		}
		p.printf("%s %d %s (%s): %s\n", pad(m.Provider, 10), m.Length, limit, m.Unit, verdict)
	}
}
