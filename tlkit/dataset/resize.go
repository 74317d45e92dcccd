package dataset

import (
	"fmt"
	"math"
)

// This file resizes as Pillow does, to the bit: a separable filter, widened when it
// shrinks so that it does not alias, coefficients in 22-bit fixed point, 8-bit rows
// between the two passes (see Image.resize in Pillow's documentation).

// Fit says how a picture becomes a square of Size×Size pixels: the centre square that
// holds Crop of the shorter side is cut out and resized.
type Fit struct {
	Size int     // in pixels
	Crop float64 // 0 means 1: the largest square
	Rule string  // "bilinear" or "bicubic"; empty means bilinear
}

func (f Fit) check() error {
	if f.Size < 1 || f.Size > 4096 {
		return fmt.Errorf("dataset: Fit.Size is %d; give 1 to 4096 pixels", f.Size)
	}
	if f.Crop < 0 || f.Crop > 1 || math.IsNaN(f.Crop) {
		return fmt.Errorf("dataset: Fit.Crop is %v; give a share from 0 to 1", f.Crop)
	}
	if _, _, err := kernel(f.Rule); err != nil {
		return err
	}
	return nil
}

// Square cuts and resizes a picture; the result is Size×Size.
func (m *Image) Square(f Fit) (*Image, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if f.Crop == 0 {
		f.Crop = 1
	}
	side := max(1, int(math.Round(f.Crop*float64(min(m.Width, m.Height)))))
	return m.part((m.Width-side)/2, (m.Height-side)/2, side, side).Resize(f.Size, f.Size, f.Rule)
}

// part copies a rectangle.
func (m *Image) part(x, y, w, h int) *Image {
	if x == 0 && y == 0 && w == m.Width && h == m.Height {
		return m
	}
	out := &Image{w, h, make([]uint8, 3*w*h)}
	for r := range h {
		copy(out.Pix[3*r*w:3*(r+1)*w], m.Pix[3*((y+r)*m.Width+x):])
	}
	return out
}

// Resize scales a picture to w×h pixels with the rule "bilinear" or "bicubic". A picture
// that has this size already is returned as it is.
func (m *Image) Resize(w, h int, rule string) (*Image, error) {
	filter, support, err := kernel(rule)
	if err != nil {
		return nil, err
	}
	if w < 1 || h < 1 || m.Width < 1 || m.Height < 1 {
		return nil, fmt.Errorf("dataset: cannot resize %d×%d to %d×%d", m.Width, m.Height, w, h)
	}
	if w != m.Width {
		m = m.horizontal(taps(m.Width, w, filter, support))
	}
	if h != m.Height {
		m = m.vertical(taps(m.Height, h, filter, support))
	}
	return m, nil
}

func kernel(rule string) (filter func(float64) float64, support float64, err error) {
	switch rule {
	case "", "bilinear":
		return func(x float64) float64 { return max(0, 1-math.Abs(x)) }, 1, nil
	case "bicubic":
		return cubic, 2, nil
	}
	return nil, 0, fmt.Errorf("dataset: rule %q is not known; give bilinear or bicubic", rule)
}

// cubic is Keys' cubic convolution with a = -1/2 (IEEE ASSP 29, 1981).
func cubic(x float64) float64 {
	const a = -0.5
	switch x = math.Abs(x); {
	case x < 1:
		return ((a+2)*x-(a+3))*x*x + 1
	case x < 2:
		return (((x-5)*x+8)*x - 4) * a
	}
	return 0
}

// precision is the number of fractional bits: 8-bit values and some overshoot fit above.
const precision = 32 - 8 - 2

// tap is what one output pixel is made of: weights of the inputs from first on.
type tap struct {
	first   int
	weights []int32
}

func taps(in, out int, filter func(float64) float64, support float64) []tap {
	scale := float64(in) / float64(out)
	stretch := max(scale, 1)
	support *= stretch
	all := make([]tap, out)
	for i := range all {
		center := (float64(i) + 0.5) * scale
		first := max(0, int(center-support+0.5))
		last := min(in, int(center+support+0.5))
		w, sum := make([]float64, last-first), 0.0
		for k := range w {
			w[k] = filter((float64(k+first) - center + 0.5) / stretch)
			sum += w[k]
		}
		fixed := make([]int32, len(w))
		for k, v := range w {
			fixed[k] = int32(math.Round(v / sum * (1 << precision)))
		}
		all[i] = tap{first, fixed}
	}
	return all
}

func clip(v int32) uint8 {
	v >>= precision
	return uint8(min(max(v, 0), 255))
}

func (m *Image) horizontal(ts []tap) *Image {
	out := &Image{len(ts), m.Height, make([]uint8, 3*len(ts)*m.Height)}
	for y := range m.Height {
		row, dst := m.Pix[3*y*m.Width:3*(y+1)*m.Width], out.Pix[3*y*out.Width:]
		for x, t := range ts {
			r, g, b := int32(1<<(precision-1)), int32(1<<(precision-1)), int32(1<<(precision-1))
			src := row[3*t.first : 3*(t.first+len(t.weights))]
			for _, w := range t.weights {
				r += w * int32(src[0])
				g += w * int32(src[1])
				b += w * int32(src[2])
				src = src[3:]
			}
			dst[3*x], dst[3*x+1], dst[3*x+2] = clip(r), clip(g), clip(b)
		}
	}
	return out
}

func (m *Image) vertical(ts []tap) *Image {
	wide := 3 * m.Width
	out := &Image{m.Width, len(ts), make([]uint8, wide*len(ts))}
	sum := make([]int32, wide)
	for y, t := range ts {
		for i := range sum {
			sum[i] = 1 << (precision - 1)
		}
		k := 0
		for ; k+4 <= len(t.weights); k += 4 { // four rows at a time: one sum is loaded and stored for four products
			at := (t.first + k) * wide
			a, b, c, d := m.Pix[at:][:wide], m.Pix[at+wide:][:wide], m.Pix[at+2*wide:][:wide], m.Pix[at+3*wide:][:wide]
			wa, wb, wc, wd := t.weights[k], t.weights[k+1], t.weights[k+2], t.weights[k+3]
			for i := range sum {
				sum[i] += wa*int32(a[i]) + wb*int32(b[i]) + wc*int32(c[i]) + wd*int32(d[i])
			}
		}
		for ; k < len(t.weights); k++ {
			row, w := m.Pix[(t.first+k)*wide:][:wide], t.weights[k]
			for i, v := range row {
				sum[i] += w * int32(v)
			}
		}
		dst := out.Pix[y*wide:][:wide]
		for i, v := range sum {
			dst[i] = clip(v)
		}
	}
	return out
}
