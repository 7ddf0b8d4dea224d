package media

import (
	"image"
	"image/draw"
	"math"
)

// Weights are whole numbers, so that every machine draws the same bytes: a
// processor that joins a multiplication and an addition rounds once less.
const (
	weightBits = 14
	weightOne  = 1 << weightBits
	// middleBits are the bits below one that are kept between the two passes.
	middleBits = 6
)

// span is the run of source pixels that make one pixel.
type span struct {
	from    int
	weights []int32 // of weightOne in all
}

// spans are the runs that make m pixels of n, by the Catmull-Rom curve.
func spans(n, m int) []span {
	out := make([]span, m)
	step := float64(n) / float64(m)
	wide := max(step, 1)
	for i := range out {
		middle := float64((float64(i)+0.5)*step) - 0.5
		from := max(int(math.Ceil(middle-float64(2*wide))), 0)
		to := min(int(math.Floor(middle+float64(2*wide))), n-1)
		out[i] = weigh(from, to, middle, wide)
	}
	return out
}

func weigh(from, to int, middle, wide float64) span {
	curve := make([]float64, to-from+1)
	sum := 0.0
	for i := range curve {
		curve[i] = catmullRom(math.Abs(float64(from+i)-middle) / wide)
		sum += curve[i]
	}
	s := span{from, make([]int32, len(curve))}
	left, most := int32(weightOne), 0
	for i, c := range curve {
		s.weights[i] = int32(math.Round(float64(c/sum) * weightOne))
		left -= s.weights[i]
		if s.weights[i] > s.weights[most] {
			most = i
		}
	}
	s.weights[most] += left
	return s
}

// catmullRom is the curve. The conversions keep each product rounded by itself.
func catmullRom(x float64) float64 {
	x2 := float64(x * x)
	x3 := float64(x2 * x)
	switch {
	case x < 1:
		return float64(1.5*x3) - float64(2.5*x2) + 1
	case x < 2:
		return float64(2.5*x2) - float64(0.5*x3) - float64(4*x) + 2
	}
	return 0
}

// Scale draws a part of a picture in another size. Beside the two it needs memory
// for the source's rows at the new width.
func Scale(src image.Image, part image.Rectangle, w, h int) *image.RGBA {
	middle := across(src, part, w)
	return down(middle, w, part.Dy(), h)
}

// across scales each row. Rows are taken one by one, so that no second copy of
// the source is made.
func across(src image.Image, part image.Rectangle, w int) []int16 {
	row := image.NewRGBA(image.Rect(0, 0, part.Dx(), 1))
	runs := spans(part.Dx(), w)
	out := make([]int16, 4*w*part.Dy())
	for y := range part.Dy() {
		draw.Draw(row, row.Bounds(), src, image.Pt(part.Min.X, part.Min.Y+y), draw.Src)
		line := out[4*w*y:][:4*w]
		for x, run := range runs {
			var r, g, b, a int32
			pix := row.Pix[4*run.from:]
			for i, weight := range run.weights {
				p := pix[4*i:][:4]
				r += weight * int32(p[0])
				g += weight * int32(p[1])
				b += weight * int32(p[2])
				a += weight * int32(p[3])
			}
			const shift = weightBits - middleBits
			p := line[4*x:][:4]
			p[0], p[1], p[2], p[3] = int16(r>>shift), int16(g>>shift), int16(b>>shift), int16(a>>shift)
		}
	}
	return out
}

// down scales the columns of n rows.
func down(middle []int16, w, n, h int) *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	sums := make([]int32, 4*w)
	for y, run := range spans(n, h) {
		clear(sums)
		for i, weight := range run.weights {
			line := middle[4*w*(run.from+i):][:4*w]
			for x, v := range line {
				sums[x] += weight * int32(v)
			}
		}
		row := dst.Pix[y*dst.Stride:][:4*w]
		for x := 0; x < len(sums); x += 4 {
			a := level(sums[x+3], 255)
			row[x], row[x+1], row[x+2], row[x+3] = level(sums[x], a), level(sums[x+1], a), level(sums[x+2], a), a
		}
	}
	return dst
}

// level brings a sum back to 0 to most; colours never exceed their opacity.
func level(sum int32, most uint8) uint8 {
	const shift = weightBits + middleBits
	return uint8(min(max((sum+1<<(shift-1))>>shift, 0), int32(most)))
}
