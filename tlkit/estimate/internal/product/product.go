// Package product holds the two products that the models of package estimate spend their
// time in, written for the vector units of amd64 processors, and in plain Go for all
// others:
//
//   - [Outer], the sum over rows of the outer products of eight numbers with eight, from
//     which XᵀX is put together;
//   - [Screen], which tells the pairs of points that may be near each other from those
//     that cannot be.
//
// The ways differ in the order of their sums and in fused multiplications, that is by
// rounding. Which one is used depends on the processor alone.
package product

// Width is how many numbers of each row [Outer] multiplies with how many.
const Width = 8

// Block is a matrix of 8×8, row by row.
type Block [Width * Width]float64

// outerGo is [Outer] in Go.
func outerGo(c *Block, a, b []float64) {
	for len(a) >= Width && len(b) >= Width {
		y := (*[Width]float64)(b)
		for i, v := range a[:Width] {
			to := (*[Width]float64)(c[i*Width:])
			for j := range to {
				to[j] += v * y[j]
			}
		}
		a, b = a[Width:], b[Width:]
	}
}

const (
	// Points is how many points are asked about at once.
	Points = 8
	// Rows is how many rows a panel of [Screen] has.
	Rows = 32
)

// screenGo is [Screen] in Go.
func screenGo(mask []uint32, points, panels, start []float32, limit *[Points]float32) {
	features := len(points) / Points
	for k := range len(mask) / Points {
		panel := panels[k*Rows*features:]
		for i := range Points {
			sum := *(*[Rows]float32)(start[k*Rows:])
			for j := range features {
				v := points[j*Points+i]
				for r, w := range (*[Rows]float32)(panel[j*Rows:]) {
					sum[r] += v * w
				}
			}
			bits := uint32(0)
			for r, s := range sum {
				if !(s < limit[i]) {
					bits |= 1 << r
				}
			}
			mask[k*Points+i] = bits
		}
	}
}
