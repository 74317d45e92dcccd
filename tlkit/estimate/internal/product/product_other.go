//go:build !amd64

package product

// Vectors reports whether the processor's vector units are used.
func Vectors() bool { return false }

// Outer adds AᵀB to c. a and b hold rows of 8 numbers, as many rows each.
func Outer(c *Block, a, b []float64) { outerGo(c, a, b) }

// Screen multiplies 8 points with panels of 32 rows each, one after the other. Bit r of
// mask[8·k+i] is 0 only where start[32·k+r] + point i·row r of panel k is below limit[i];
// a NaN is not below.
//
// points holds the 8 values of the first feature, then those of the second, and so on. A
// panel holds the 32 values of the first feature, and so on; start holds 32 numbers for
// each panel, mask 8.
func Screen(mask []uint32, points, panels, start []float32, limit *[Points]float32) {
	screenGo(mask, points, panels, start, limit)
}
