package main

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// The palette. Every picture uses these and nothing else, so that they look like one family.
var (
	paper  = rgb(0xf7f3ea)
	white  = rgb(0xffffff)
	ink    = rgb(0x1d2733)
	slate  = rgb(0x66727f)
	mist   = rgb(0xddd8cc)
	coral  = rgb(0xd9532c)
	teal   = rgb(0x1f7a72)
	amber  = rgb(0xe0a021)
	blue   = rgb(0x2f6495)
	plum   = rgb(0x7a4b86)
	mint   = rgb(0xd8ece4)
	blush  = rgb(0xf6dcd2)
	night  = rgb(0x2b3947)
	silver = rgb(0xaab6c2)
	green  = rgb(0x7fd1a6)
	peach  = rgb(0xf29b7a)
)

func rgb(v uint32) color.RGBA {
	return color.RGBA{R: uint8(v >> 16 & 0xff), G: uint8(v >> 8 & 0xff), B: uint8(v & 0xff), A: 255}
}

// Typefaces, parsed once: the Go fonts, which come with golang.org/x/image and cover Latin and Cyrillic.
var (
	regular = mustParse(goregular.TTF)
	bold    = mustParse(gobold.TTF)
	mono    = mustParse(gomono.TTF)
)

func mustParse(ttf []byte) *opentype.Font {
	f, err := opentype.Parse(ttf)
	if err != nil {
		panic(err)
	}
	return f
}

// canvas is a picture being drawn. All coordinates are pixels from the top left.
type canvas struct {
	img *image.RGBA
}

func newCanvas(w, h int) *canvas {
	c := &canvas{img: image.NewRGBA(image.Rect(0, 0, w, h))}
	draw.Draw(c.img, c.img.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	return c
}

// point is a place on the canvas.
type point struct{ x, y float64 }

// shape fills the closed outline that path draws.
func (c *canvas) shape(col color.Color, path func(*vector.Rasterizer)) {
	b := c.img.Bounds()
	r := vector.NewRasterizer(b.Dx(), b.Dy())
	path(r)
	r.ClosePath()
	r.Draw(c.img, b, image.NewUniform(col), image.Point{})
}

// rect fills a rectangle whose corners have the radius given. One without a radius is filled in whole pixels.
func (c *canvas) rect(x, y, w, h, radius float64, col color.Color) {
	if radius == 0 {
		whole := image.Rect(round(x), round(y), round(x+w), round(y+h))
		draw.Draw(c.img, whole, image.NewUniform(col), image.Point{}, draw.Over)
		return
	}
	c.shape(col, func(r *vector.Rasterizer) {
		k := radius * (1 - 0.5523) // a quarter of a circle as a cubic curve
		move(r, x+radius, y)
		line(r, x+w-radius, y)
		curve(r, x+w-k, y, x+w, y+k, x+w, y+radius)
		line(r, x+w, y+h-radius)
		curve(r, x+w, y+h-k, x+w-k, y+h, x+w-radius, y+h)
		line(r, x+radius, y+h)
		curve(r, x+k, y+h, x, y+h-k, x, y+h-radius)
		line(r, x, y+radius)
		curve(r, x, y+k, x+k, y, x+radius, y)
	})
}

// card is a rectangle with a border.
func (c *canvas) card(x, y, w, h, radius float64, border, fill color.Color) {
	c.rect(x-2, y-2, w+4, h+4, radius+2, border)
	c.rect(x, y, w, h, radius, fill)
}

func (c *canvas) circle(x, y, radius float64, col color.Color) {
	c.rect(x-radius, y-radius, 2*radius, 2*radius, radius, col)
}

// ring is a circle's outline; inside is what shows through it.
func (c *canvas) ring(x, y, radius, width float64, col, inside color.Color) {
	c.circle(x, y, radius, col)
	c.circle(x, y, radius-width, inside)
}

// stroke draws a straight line.
func (c *canvas) stroke(a, b point, width float64, col color.Color) {
	length := math.Hypot(b.x-a.x, b.y-a.y)
	dx, dy := (b.y-a.y)/length*width/2, (a.x-b.x)/length*width/2
	c.shape(col, func(r *vector.Rasterizer) {
		move(r, a.x+dx, a.y+dy)
		line(r, b.x+dx, b.y+dy)
		line(r, b.x-dx, b.y-dy)
		line(r, a.x-dx, a.y-dy)
	})
}

// dots draws a straight line of dots.
func (c *canvas) dots(a, b point, radius, step float64, col color.Color) {
	length := math.Hypot(b.x-a.x, b.y-a.y)
	for d := 0.0; d <= length; d += step {
		c.circle(a.x+(b.x-a.x)*d/length, a.y+(b.y-a.y)*d/length, radius, col)
	}
}

// arrow draws a line with a head at b.
func (c *canvas) arrow(a, b point, width float64, col color.Color) {
	length := math.Hypot(b.x-a.x, b.y-a.y)
	ux, uy := (b.x-a.x)/length, (b.y-a.y)/length
	head := 4 * width
	neck := point{b.x - ux*head, b.y - uy*head}
	c.stroke(a, point{neck.x + ux, neck.y + uy}, width, col)
	c.shape(col, func(r *vector.Rasterizer) {
		move(r, b.x, b.y)
		line(r, neck.x-uy*head*0.55, neck.y+ux*head*0.55)
		line(r, neck.x+uy*head*0.55, neck.y-ux*head*0.55)
	})
}

// tick draws a check mark centred on x, y.
func (c *canvas) tick(x, y, size, width float64, col color.Color) {
	a, b, d := point{x - size*0.5, y}, point{x - size*0.12, y + size*0.38}, point{x + size*0.5, y - size*0.38}
	c.stroke(a, b, width, col)
	c.stroke(b, d, width, col)
	for _, p := range []point{a, b, d} {
		c.circle(p.x, p.y, width/2, col)
	}
}

// text writes one line with its baseline at y, and gives the x where it ends.
func (c *canvas) text(x, y, size float64, f *opentype.Font, col color.Color, s string) float64 {
	face := newFace(f, size)
	d := font.Drawer{Dst: c.img, Src: image.NewUniform(col), Face: face, Dot: fixed.Point26_6{X: to26(x), Y: to26(y)}}
	d.DrawString(s)
	return float64(d.Dot.X) / 64
}

// centred writes one line with its middle at x.
func (c *canvas) centred(x, y, size float64, f *opentype.Font, col color.Color, s string) {
	w := float64(font.MeasureString(newFace(f, size), s)) / 64
	c.text(x-w/2, y, size, f, col, s)
}

func newFace(f *opentype.Font, size float64) font.Face {
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		panic(err)
	}
	return face
}

func round(v float64) int { return int(math.Round(v)) }

func to26(v float64) fixed.Int26_6 { return fixed.Int26_6(math.Round(v * 64)) }

func move(r *vector.Rasterizer, x, y float64) { r.MoveTo(float32(x), float32(y)) }
func line(r *vector.Rasterizer, x, y float64) { r.LineTo(float32(x), float32(y)) }
func curve(r *vector.Rasterizer, ax, ay, bx, by, x, y float64) {
	r.CubeTo(float32(ax), float32(ay), float32(bx), float32(by), float32(x), float32(y))
}
