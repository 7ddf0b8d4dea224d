package main

import (
	"image/color"
	"math"
	"strconv"
	"time"

	"golang.org/x/image/font/opentype"
)

// title writes a picture's heading and the line under it.
func title(c *canvas, heading, sub string) {
	c.text(70, 108, 46, bold, ink, heading)
	c.text(72, 150, 24, regular, slate, sub)
}

// lines draws grey bars that stand for lines of text.
func lines(c *canvas, x, y float64, col color.Color, widths ...float64) {
	for i, w := range widths {
		c.rect(x, y+float64(i)*26, w, 10, 5, col)
	}
}

func planInATerminal(c *canvas) {
	c.rect(0, 0, 1200, 675, 0, mint)
	c.rect(80, 80, 1040, 515, 18, ink)
	for i, col := range []color.Color{coral, amber, teal} {
		c.circle(116+float64(i)*30, 114, 9, col)
	}
	c.centred(600, 121, 20, regular, silver, "choir")
	x := c.text(124, 198, 26, mono, slate, "$ ")
	c.text(x, 198, 26, mono, white, "smmctl diff")

	row := func(y float64, col color.Color, mark, action, key, reason string) {
		c.text(124, y, 26, mono, col, mark)
		c.text(162, y, 26, mono, col, action)
		c.text(312, y, 26, mono, white, key)
		c.text(312, y+36, 22, mono, silver, reason)
	}
	row(268, green, "+", "publish", "hello@choir-site", "Mon 09:00 Paris (08:00 UTC), due now")
	row(364, amber, "~", "edit", "rehearsals@choir-site", "text changed: ")
	x = 312 + 14*13.2
	end := c.text(x, 400, 22, mono, peach, "Monday")
	c.stroke(point{x, 393}, point{end, 393}, 2, peach)
	c.text(end+14, 400, 22, mono, green, "Tuesday")
	row(460, silver, "·", "wait", "concert@choir-site", "Wed 09:00 Paris (08:00 UTC)")
	c.stroke(point{124, 524}, point{1076, 524}, 1.5, night)
	c.text(124, 562, 24, mono, white, "1 publish, 1 edit, 1 wait")
}

func oneKey(c *canvas) {
	title(c, "One key, one publication", "However often it is sent.")
	c.card(80, 225, 230, 310, 14, mist, white)
	c.text(106, 275, 26, bold, ink, "hello.md")
	c.text(106, 318, 19, mono, teal, "id: hello")
	c.text(106, 346, 19, mono, teal, "accounts: [site]")
	lines(c, 106, 384, mist, 176, 160, 178, 120)

	for i, label := range []string{"on time", "retry", "retry"} {
		y := 290 + float64(i)*90
		col := []color.Color{teal, coral, coral}[i]
		c.text(340, y+[]float64{-14, -14, 30}[i], 19, regular, slate, label)
		c.arrow(point{330, y}, point{490, 380 + float64(i-1)*34}, 5, col)
	}
	c.rect(500, 305, 280, 150, 75, ink)
	c.ring(562, 380, 26, 9, amber, ink)
	c.rect(585, 375, 74, 10, 3, amber)
	c.rect(628, 380, 9, 22, 2, amber)
	c.rect(648, 380, 9, 17, 2, amber)
	c.text(574, 492, 22, mono, ink, "hello@site")
	c.tick(718, 380, 36, 8, green)

	c.arrow(point{794, 380}, point{880, 380}, 5, teal)
	c.card(890, 225, 230, 310, 14, mist, white)
	c.rect(890, 225, 230, 50, 14, teal)
	c.rect(890, 255, 230, 20, 0, teal)
	c.centred(1005, 258, 20, bold, white, "published")
	c.rect(916, 300, 178, 84, 8, mint)
	c.circle(958, 342, 18, amber)
	lines(c, 916, 410, mist, 178, 150, 170, 90)
	c.centred(1005, 580, 22, regular, slate, "once")
}

// step draws the frame that the three pictures of the carousel share.
func step(c *canvas, n int, heading string) {
	c.rect(0, 0, 1200, 675, 0, []color.Color{mint, paper, blush}[n-1])
	c.circle(112, 106, 40, ink)
	c.centred(112, 122, 44, bold, white, strconv.Itoa(n))
	c.text(176, 124, 54, bold, ink, heading)
	for i := 1; i <= 3; i++ {
		col := color.Color(silver)
		if i == n {
			col = coral
		}
		c.circle(556+float64(i)*22, 638, 6, col)
	}
}

func stepWrite(c *canvas) {
	step(c, 1, "Write")
	c.card(300, 180, 600, 410, 16, silver, white)
	c.text(340, 234, 24, bold, slate, "sale.md")
	c.stroke(point{340, 254}, point{860, 254}, 2, mist)
	for i, s := range [][2]string{{"id", "winter-sale"}, {"accounts", "[shop-site]"}, {"publish_at", "2026-12-03T09:30"}, {"status", "in_review"}} {
		y := 298 + float64(i)*40
		x := c.text(340, y, 26, mono, blue, s[0]+": ")
		c.text(x, y, 26, mono, ink, s[1])
	}
	lines(c, 340, 460, mist, 520, 480, 505, 310)
	c.rect(662, 532, 4, 30, 1, coral)
}

func stepReview(c *canvas) {
	step(c, 2, "Review")
	c.card(110, 190, 660, 380, 16, silver, white)
	lines(c, 150, 236, mist, 520, 470)
	c.rect(112, 304, 656, 52, 0, blush)
	c.text(132, 339, 26, mono, coral, "- Only today.")
	c.rect(112, 356, 656, 52, 0, mint)
	c.text(132, 391, 26, mono, teal, "+ Until Friday, 18:00.")
	lines(c, 150, 446, mist, 500, 530, 260)

	c.rect(820, 300, 290, 140, 18, ink)
	c.arrow(point{850, 370}, point{786, 370}, 10, ink)
	c.circle(862, 346, 22, amber)
	c.text(898, 354, 22, bold, white, "reviewer")
	c.text(846, 408, 24, regular, white, "Which time zone?")
}

func stepMerge(c *canvas) {
	step(c, 3, "Merge")
	c.stroke(point{110, 330}, point{700, 330}, 8, ink)
	c.stroke(point{210, 330}, point{300, 460}, 8, teal)
	c.stroke(point{300, 460}, point{470, 460}, 8, teal)
	c.stroke(point{470, 460}, point{570, 330}, 8, teal)
	for _, p := range []point{{130, 330}, {210, 330}, {390, 330}} {
		c.ring(p.x, p.y, 20, 8, ink, white)
	}
	for _, p := range []point{{310, 460}, {390, 460}, {460, 460}} {
		c.ring(p.x, p.y, 20, 8, teal, white)
	}
	c.circle(570, 330, 28, coral)
	c.text(112, 290, 24, mono, ink, "main")
	c.text(318, 520, 24, mono, teal, "winter-sale")
	c.arrow(point{690, 330}, point{812, 330}, 8, ink)
	c.card(830, 190, 270, 300, 16, silver, white)
	c.rect(858, 218, 214, 110, 8, mint)
	c.circle(910, 272, 24, amber)
	lines(c, 858, 352, mist, 214, 190, 120)
	c.circle(1012, 446, 26, teal)
	c.tick(1012, 446, 26, 6, white)
	c.text(858, 454, 26, bold, teal, "once")
}

func ledgerBranch(c *canvas) {
	title(c, "Two branches, one repository", "What you want is on one. What happened is on the other.")
	const upper, lower = 290.0, 500.0
	c.stroke(point{80, upper}, point{1120, upper}, 7, ink)
	c.stroke(point{210, lower}, point{1120, lower}, 7, teal)
	c.text(80, upper-44, 26, mono, ink, "main")
	c.text(80, lower-44, 26, mono, teal, "smm-ledger")
	for i, x := range []float64{110, 330, 550, 770, 990} {
		if i == 1 || i == 3 {
			c.dots(point{x, upper + 36}, point{x - 20, lower - 36}, 3, 14, slate)
			c.circle(x, upper, 23, coral)
			c.tick(x, upper, 22, 5, white)
			continue
		}
		c.ring(x, upper, 21, 8, ink, paper)
	}
	c.rect(192, lower-18, 36, 36, 6, teal) // the branch's own root
	for _, x := range []float64{310, 750} {
		c.ring(x, lower, 21, 8, amber, paper)
		c.centred(x, lower+56, 22, regular, ink, "intent")
		c.circle(x+150, lower, 21, teal)
		c.tick(x+150, lower, 20, 5, white)
		c.centred(x+150, lower+56, 22, regular, ink, "receipt")
	}
}

// topics are the calendar's colours, in the order of its legend.
var topics = []struct {
	name string
	col  color.RGBA
}{{"publish once", coral}, {"review", teal}, {"time", amber}, {"practice", blue}, {"project", plum}}

const (
	once = iota
	review
	timing
	practice
	project
)

func calendarNovember(c *canvas) {
	calendar(c, 2026, time.November, map[int]int{
		2: once, 4: review, 6: practice, 9: timing, 12: practice, 16: once, 18: review, 20: project, 24: once, 26: practice, 30: review,
	}, []int{27}, nil)
}

func calendarDecember(c *canvas) {
	calendar(c, 2026, time.December, map[int]int{
		1: project, 3: practice, 7: once, 9: timing, 10: review, 14: once, 16: project, 21: review, 23: timing, 28: practice, 30: once,
	}, []int{18, 29}, []int{25, 26})
}

// calendar draws a month: a dot of its topic's colour on each planned day, a ring on each free one, hatching where
// nothing goes out.
func calendar(c *canvas, year int, month time.Month, planned map[int]int, free, closed []int) {
	c.text(70, 96, 44, bold, ink, month.String())
	c.text(72, 130, 22, regular, slate, strconv.Itoa(year))
	const left, top, w = 330.0, 92.0, 112.0
	for i, d := range []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"} {
		c.text(left+float64(i)*w+10, top-16, 20, regular, slate, d)
	}
	first := (int(time.Date(year, month, 1, 0, 0, 0, 0, time.UTC).Weekday()) + 6) % 7
	days := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
	h := 510 / float64((first+days+6)/7) // a month has four to six rows
	cell := func(day int) (x, y float64) {
		n := first + day - 1
		return left + float64(n%7)*w, top + float64(n/7)*h
	}
	for day := 1; day <= days; day++ {
		x, y := cell(day)
		c.card(x, y, w-8, h-8, 8, mist, white)
		c.text(x+10, y+26, 19, regular, slate, strconv.Itoa(day))
		if topic, ok := planned[day]; ok {
			c.circle(x+70, y+h/2+6, 17, topics[topic].col)
		}
	}
	for _, day := range free {
		x, y := cell(day)
		c.ring(x+70, y+h/2+6, 17, 4, slate, white)
	}
	hatch := func(x, y float64) { c.stroke(point{x, y + 19}, point{x + 18, y - 19}, 4, silver) }
	for _, day := range closed {
		x, y := cell(day)
		for d := 0.0; d < 4; d++ {
			hatch(x+34+d*16, y+h/2+6)
		}
	}
	for i, t := range topics {
		y := 226 + float64(i)*46
		c.circle(88, y, 13, t.col)
		c.text(116, y+8, 23, regular, ink, t.name)
	}
	c.ring(88, 226+5*46, 13, 3.5, slate, paper)
	c.text(116, 234+5*46, 23, regular, ink, "kept free")
	if len(closed) > 0 {
		hatch(74, 226+6*46)
		hatch(86, 226+6*46)
		c.text(116, 234+6*46, 23, regular, ink, "no posts")
	}
}

func timeZones(c *canvas) {
	title(c, "One moment, three clocks", "Monday, 9 November 2026, 08:00 UTC")
	const left, width = 250.0, 860.0
	const moment = left + width*9/24 // Paris's 09:00
	for i, z := range []struct {
		name string
		at   int // the local hour at that moment
	}{{"Montréal", 3}, {"Paris", 9}, {"Tokyo", 17}} {
		y := 235 + float64(i)*130
		c.text(70, y+50, 28, bold, ink, z.name)
		for h := range 24 { // h hours to the right of Paris's midnight
			local := (h + z.at - 9 + 24) % 24
			col := color.Color(mint)
			if local < 7 || local >= 22 {
				col = night
			}
			c.rect(left+float64(h)*width/24, y, width/24+0.6, 78, 0, col)
			if local%6 == 0 {
				tone := color.Color(slate)
				if local < 7 || local >= 22 {
					tone = silver
				}
				c.text(left+float64(h)*width/24+8, y+66, 17, regular, tone, strconv.Itoa(local))
			}
		}
	}
	c.stroke(point{moment, 200}, point{moment, 600}, 5, coral)
	for i, s := range []string{"03:00", "09:00", "17:00"} {
		y := 235 + float64(i)*130
		c.rect(moment-52, y+5, 104, 44, 22, coral)
		c.centred(moment, y+35, 24, bold, white, s)
	}
}

func states(c *canvas) {
	title(c, "Pull the plug anywhere", "What is written before the request decides what happens after it.")
	box := func(x, y, w float64, fill, tone color.Color, f *opentype.Font, s string) {
		c.rect(x-w/2, y-42, w, 84, 42, fill)
		c.centred(x, y+10, 28, f, tone, s)
	}
	const row, below = 290.0, 520.0
	box(180, row, 200, white, ink, regular, "planned")
	c.arrow(point{284, row}, point{392, row}, 6, ink)
	box(500, row, 200, amber, ink, bold, "intent")
	c.arrow(point{604, row}, point{892, row}, 6, teal)
	c.text(690, row-20, 20, regular, slate, "sent, answered")
	box(1010, row, 220, teal, white, bold, "published")

	c.arrow(point{500, row + 48}, point{500, below - 52}, 6, coral)
	c.text(520, row+118, 20, regular, slate, "no answer")
	box(500, below, 220, blush, ink, regular, "is it live?")
	c.arrow(point{614, below - 20}, point{916, row + 50}, 6, teal)
	c.text(790, below-76, 22, bold, teal, "yes")
	c.arrow(point{614, below + 16}, point{892, below + 16}, 6, slate)
	c.text(710, below+50, 22, bold, slate, "can't tell")
	box(1010, below, 220, night, white, bold, "unknown")
	c.centred(1010, below+76, 20, regular, slate, "a person decides")
	c.arrow(point{386, below}, point{190, below}, 6, slate)
	c.text(300, below+36, 22, bold, slate, "no")
	box(120, below, 130, white, ink, regular, "again")
	c.arrow(point{120, below - 46}, point{428, row + 40}, 6, slate)
}

func year(c *canvas) {
	b := c.img.Bounds()
	stops := []color.RGBA{rgb(0x1f5f6b), rgb(0x5aa197), rgb(0xf4e3c4), rgb(0xf2b48a), rgb(0xd9694a)}
	for y := range b.Dy() {
		t := float64(y) / float64(b.Dy()-1) * float64(len(stops)-1)
		i := min(int(t), len(stops)-2)
		c.rect(0, float64(y), float64(b.Dx()), 1, 0, mix(stops[i], stops[i+1], t-float64(i)))
	}
	for r := 210.0; r >= 120; r -= 2 { // the sun's glow
		c.circle(600, 470, r, color.NRGBA{R: 255, G: 244, B: 214, A: 7})
	}
	c.circle(600, 470, 118, rgb(0xfff1cf))
	for i, col := range []color.RGBA{rgb(0xc85a3f), rgb(0x9c4a44), rgb(0x4d3a46), ink} { // hills
		base := 500 + float64(i)*48
		for x := range b.Dx() {
			f := float64(x) / float64(b.Dx())
			y := base + 26*math.Sin(2*math.Pi*(f*1.3+float64(i)*0.37)) + 12*math.Sin(2*math.Pi*(f*2.9+float64(i)*0.21))
			c.rect(float64(x), y, 1, float64(b.Dy())-y, 0, col)
		}
	}
	c.centred(600, 180, 110, bold, white, "2026")
	c.centred(600, 246, 40, regular, ink, "published once")
	c.centred(600, 640, 26, regular, rgb(0xf4e3c4), "Thank you.")
}

func mix(a, b color.RGBA, t float64) color.RGBA {
	m := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + (float64(y)-float64(x))*t)) }
	return color.RGBA{R: m(a.R, b.R), G: m(a.G, b.G), B: m(a.B, b.B), A: 255}
}
