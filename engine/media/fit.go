package media

import (
	"math"

	"github.com/smmctl/smmctl/engine/content"
)

// extent is a size in pixels.
type extent struct{ w, h int }

func (e extent) pixels() int64 { return int64(e.w) * int64(e.h) }

// ratioed takes off the longer side what brings width over height between least
// and most; 0 is no bound. Nothing is ever added.
func (e extent) ratioed(least, most float64) extent {
	if least > 0 && float64(e.w) < float64(e.h)*least {
		e.h = int(float64(e.w) / least)
	}
	if most > 0 && float64(e.w) > float64(e.h)*most {
		e.w = int(float64(e.h) * most)
	}
	return e
}

// within reports whether a network takes a picture of this size. Where it takes
// one ratio only, whole pixels may miss it by one.
func (e extent) within(l Limits) bool {
	slack := 0
	if l.RatioMin > 0 && l.RatioMax > 0 && l.RatioMax < l.RatioMin*1.02 {
		slack = 1
	}
	return e.w > 0 && e.h > 0 && (l.Pixels == 0 || e.pixels() <= l.Pixels) && (l.Side == 0 || max(e.w, e.h) <= l.Side) &&
		(l.RatioMin == 0 || float64(e.w+slack) >= float64(e.h)*l.RatioMin) && (l.RatioMax == 0 || float64(e.w-slack) <= float64(e.h)*l.RatioMax)
}

// scaled makes a size smaller by a factor, and keeps its ratio between bounds,
// which rounding may have left.
func (e extent) scaled(factor, least, most float64) extent {
	return extent{int(float64(e.w) * factor), int(float64(e.h) * factor)}.ratioed(least, most)
}

// fitted is the size to which a network's limits bring a picture.
func (e extent) fitted(l Limits) extent {
	factor := 1.0
	if l.Side > 0 {
		factor = min(factor, float64(l.Side)/float64(max(e.w, e.h)))
	}
	if l.Pixels > 0 {
		factor = min(factor, math.Sqrt(float64(l.Pixels)/float64(e.pixels())))
	}
	if factor >= 1 {
		return e
	}
	near := extent{int(math.Round(float64(e.w) * factor)), int(math.Round(float64(e.h) * factor))}.ratioed(l.RatioMin, l.RatioMax)
	if near.within(l) {
		return near
	}
	return e.scaled(factor, l.RatioMin, l.RatioMax)
}

// cropAround cuts to a size, as near around the focus as the edges allow: x goes
// from -1, left, to 1, and y from -1, bottom, to 1. Nil where nothing is cut off.
func cropAround(whole, cut extent, focus []float64) *content.Crop {
	if whole == cut {
		return nil
	}
	fx, fy := 0.0, 0.0
	if len(focus) == 2 {
		fx, fy = focus[0], focus[1]
	}
	return &content.Crop{
		X: begin(whole.w, cut.w, float64(fx+1)/2), Y: begin(whole.h, cut.h, float64(1-fy)/2),
		Width: cut.w, Height: cut.h,
	}
}

// begin is where a run of n of a length begins that has a point, given as a share
// of the length, in its middle.
func begin(length, n int, at float64) int {
	if !(at >= 0 && at <= 1) { // not a number, or outside
		at = 0.5
	}
	from := int(float64(at*float64(length))) - n/2
	return min(max(from, 0), length-n)
}
