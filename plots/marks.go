package plots

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// marks are what a still picture shows inside its axes where that is much: thousands of
// points, or the cells of a large matrix. ECharts takes about a millisecond for each in Go;
// so it draws the frame alone, and says where two corners of the data are. The rest is one
// path for each class, or a rectangle for each cell, in the colours and shapes that the
// interactive chart has.
type marks struct {
	option  []byte                       // the frame
	corners [][2]float64                 // two points in the data
	draw    func(at [][2]float64) string // given where the corners are, in pixels
}

// scale maps a value of an axis to pixels, given two values and their pixels.
func scale(v0, v1, p0, p1 float64) func(float64) float64 {
	return func(v float64) float64 {
		if v1 == v0 {
			return (p0 + p1) / 2
		}
		return p0 + (p1-p0)*((v/2-v0/2)/(v1/2-v0/2)) // halves: the span of huge values has no number
	}
}

// px writes a pixel with a tenth's precision.
func px(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

// shapes are the symbols of classes, by ECharts' names, each as a path eight pixels wide
// around a point.
func shapes() (names, paths []string) {
	return []string{"circle", "triangle", "rect", "diamond"},
		[]string{"m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z", "m0-4l4 8h-8z", "m-4-4h8v8h-8z", "m0-4l4 4l-4 4l-4-4z"}
}

// look is the colour and the shape of class i: no two of the first 32 share both.
func look(i int) (color string, shape int) {
	p := palette()
	return p[i%len(p)], (i + i/len(p)) % 4
}

// cloud draws points.
func cloud(groups [][][2]float64, corners [][2]float64) func([][2]float64) string {
	return func(at [][2]float64) string {
		x := scale(corners[0][0], corners[1][0], at[0][0], at[1][0])
		y := scale(corners[0][1], corners[1][1], at[0][1], at[1][1])
		_, paths := shapes()
		var b strings.Builder
		for i, points := range groups {
			color, shape := look(i)
			fmt.Fprintf(&b, `<path fill="%s" fill-opacity="0.8" d="`, color)
			for _, p := range points {
				b.WriteString("M" + px(x(p[0])) + " " + px(y(p[1])) + paths[shape])
			}
			b.WriteString("\"></path>\n")
		}
		return b.String()
	}
}

// blues are the shades of a share from 0 to 1.
func blues() []string { return []string{"#f7fbff", "#c6dbef", "#6baed6", "#2171b5", "#08306b"} }

// redsToBlues are the shades from -1 over 0 to 1; colour-blind people can tell them apart
// (ColorBrewer's RdBu).
func redsToBlues() []string { return []string{"#b2182b", "#f4a582", "#f7f7f7", "#92c5de", "#2166ac"} }

// shade is the colour of a share from 0 to 1, between the two nearest of the scale.
func shade(scale []string, share float64) string {
	at := min(max(share, 0), 1) * float64(len(scale)-1)
	i := min(int(at), len(scale)-2)
	a, _ := strconv.ParseUint(scale[i][1:], 16, 32)
	b, _ := strconv.ParseUint(scale[i+1][1:], 16, 32)
	mixed := uint64(0)
	for _, shift := range []uint{16, 8, 0} {
		from, to := float64(a>>shift&255), float64(b>>shift&255)
		mixed |= uint64(math.Round(from+(to-from)*(at-float64(i)))) << shift
	}
	return fmt.Sprintf("#%06x", mixed)
}

// ink is the colour of text that can be read on a fill.
func ink(fill string) string {
	v, _ := strconv.ParseUint(fill[1:], 16, 32)
	if 0.299*float64(v>>16&255)+0.587*float64(v>>8&255)+0.114*float64(v&255) < 140 { // Rec. 601's brightness
		return "#ffffff"
	}
	return "#1a1a1a"
}

// cell is one cell of a matrix.
type cell struct {
	row, col    int
	share       float64 // where on the scale of colours, 0 to 1
	text, color string  // text may be empty
	tip         string  // shown when the pointer is on the cell; may be empty
}

// matrix draws the cells of a matrix of at least two rows and columns; its corners are the
// middles of the first cell and the last.
func matrix(cells []cell, colors []string, rows, cols, size int) func([][2]float64) string {
	return func(at [][2]float64) string {
		wide, high := float64(cols-1), float64(rows-1)
		x, y := scale(0, wide, at[0][0], at[1][0]), scale(0, high, at[0][1], at[1][1])
		w, h := math.Abs(at[1][0]-at[0][0])/wide, math.Abs(at[1][1]-at[0][1])/high
		var b, text strings.Builder
		var order []string
		squares := map[string]*strings.Builder{} // one path for each shade
		for _, c := range cells {
			cx, cy, fill := x(float64(c.col)), y(float64(c.row)), shade(colors, c.share)
			if squares[fill] == nil {
				squares[fill] = &strings.Builder{}
				order = append(order, fill)
			}
			fmt.Fprintf(squares[fill], "M%s %sh%sv%sh-%sz", px(cx-w/2), px(cy-h/2), px(w), px(h), px(w))
			if c.text != "" {
				fmt.Fprintf(&text, `<text x="%s" y="%s" fill="%s">%s</text>`, px(cx), px(cy+float64(size)*0.36), c.color, c.text)
			}
		}
		for _, fill := range order {
			fmt.Fprintf(&b, "<path stroke=\"#fff\" fill=\"%s\" d=\"%s\"></path>\n", fill, squares[fill])
		}
		fmt.Fprintf(&b, `<g font-size="%d" text-anchor="middle" font-family="%s">%s</g>`, size, font, &text)
		return b.String() + "\n"
	}
}

// extent is the smallest and the largest of finite values.
func extent(v []float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, x := range v {
		if finite(x) {
			low, high = min(low, x), max(high, x)
		}
	}
	return low, high
}

// rounder drops digits that no chart can show: a hundred-thousandth of the span remains.
// It keeps options small and the numbers under the pointer readable.
func rounder(v []float64) func(float64) float64 {
	low, high := extent(v)
	span := high - low
	if !(span > 0) || math.IsInf(span, 0) {
		return func(x float64) float64 { return x }
	}
	digits := int(math.Ceil(5 - math.Log10(span)))
	if digits < 0 || digits > 15 {
		return func(x float64) float64 { return x }
	}
	return func(x float64) float64 {
		r, err := strconv.ParseFloat(strconv.FormatFloat(x, 'f', digits, 64), 64)
		if err != nil {
			return x
		}
		return r
	}
}

// longest is how many points of a line are drawn; more cannot be told apart.
const longest = 2000

// thin chooses what is drawn of n points in order: of each stretch the first, the lowest,
// the highest and the last, and a gap where there is one. So no peak is lost.
func thin(n int, y func(i int) float64) []int {
	if n <= longest {
		all := make([]int, n)
		for i := range all {
			all[i] = i
		}
		return all
	}
	var out []int
	stretch := (4*n + longest - 1) / longest
	for from := 0; from < n; from += stretch {
		to := min(from+stretch, n)
		keep := []int{from, to - 1}
		low, high, gap := -1, -1, -1
		for i := from; i < to; i++ {
			switch v := y(i); {
			case !finite(v):
				gap = i
			case low < 0:
				low, high = i, i
			case v < y(low):
				low = i
			case v > y(high):
				high = i
			}
		}
		for _, i := range []int{low, high, gap} {
			if i >= 0 {
				keep = append(keep, i)
			}
		}
		slices.SortFunc(keep, cmp.Compare[int])
		out = append(out, slices.Compact(keep)...)
	}
	return out
}
