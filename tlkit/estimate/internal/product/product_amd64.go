package product

import "golang.org/x/sys/cpu"

// Vectors reports whether the processor's vector units are used.
func Vectors() bool { return cpu.X86.HasAVX512F || cpu.X86.HasAVX2 && cpu.X86.HasFMA }

// Outer adds AᵀB to c. a and b hold rows of 8 numbers, as many rows each.
func Outer(c *Block, a, b []float64) {
	rows := min(len(a), len(b)) / Width
	switch {
	case rows == 0:
	case cpu.X86.HasAVX512F:
		outerAVX512(c, &a[0], &b[0], rows)
	case cpu.X86.HasAVX2 && cpu.X86.HasFMA:
		outerAVX2(c, &a[0], &b[0], rows)
	default:
		outerGo(c, a, b)
	}
}

// Screen multiplies 8 points with panels of 32 rows each, one after the other. Bit r of
// mask[8·k+i] is 0 only where start[32·k+r] + point i·row r of panel k is below limit[i];
// a NaN is not below.
//
// points holds the 8 values of the first feature, then those of the second, and so on. A
// panel holds the 32 values of the first feature, and so on; start holds 32 numbers for
// each panel, mask 8.
func Screen(mask []uint32, points, panels, start []float32, limit *[Points]float32) {
	features, count := len(points)/Points, len(mask)/Points
	if features == 0 || count == 0 {
		return
	}
	// What the assembler reads and writes.
	_, _ = panels[count*Rows*features-1], start[count*Rows-1]
	switch {
	case cpu.X86.HasAVX512F:
		screenAVX512(&mask[0], &points[0], &panels[0], &start[0], limit, features, count)
	case cpu.X86.HasAVX2 && cpu.X86.HasFMA:
		screenAVX2(&mask[0], &points[0], &panels[0], &start[0], limit, features, count)
	default:
		screenGo(mask, points, panels, start, limit)
	}
}

//go:noescape
func outerAVX512(c *Block, a, b *float64, rows int)

//go:noescape
func outerAVX2(c *Block, a, b *float64, rows int)

//go:noescape
func screenAVX512(mask *uint32, points, panels, start *float32, limit *[Points]float32, features, count int)

//go:noescape
func screenAVX2(mask *uint32, points, panels, start *float32, limit *[Points]float32, features, count int)
