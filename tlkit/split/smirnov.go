package split

import "math"

// kolmogorovSmirnov compares two sorted samples, neither empty: the largest distance of
// their distribution functions, and how probable one as large is if both come from one
// continuous distribution. With ties the probability is too high, never too low.
//
// Up to 4 million pairs of numbers the probability is exact, by counting paths in a
// rectangle (Hodges 1958, "The significance probability of the Smirnov two-sample test"),
// as scipy.stats.ks_2samp(method="exact"); beyond, it is Kolmogorov's limit, as
// scipy.stats.kstwobign at the distance times √(nm/(n+m)).
func kolmogorovSmirnov(a, b []float64) (distance, p float64) {
	n, m := len(a), len(b)
	i, j := 0, 0
	largest := 0 // |i·m − j·n|: whole numbers compare exactly
	for i < n && j < m {
		v := min(a[i], b[j])
		for i < n && a[i] == v {
			i++
		}
		for j < m && b[j] == v {
			j++
		}
		largest = max(largest, abs(i*m-j*n))
	}
	distance = float64(largest) / (float64(n) * float64(m))
	if n*m <= 4<<20 {
		return distance, pathsOutside(n, m, largest)
	}
	return distance, kolmogorovLimit(distance * math.Sqrt(float64(n)*float64(m)/float64(n+m)))
}

func abs(v int) int { return max(v, -v) }

// pathsOutside is the share of the paths from (0, 0) to (n, m), by single steps right or up,
// that reach a point (i, j) where |i·m − j·n| is reach or more. Instead of counting, it
// gives each point the probability that a random path to it has stayed inside: of the paths
// to (i, j), i in i+j come from the left.
func pathsOutside(n, m, reach int) float64 {
	if reach <= 0 {
		return 1
	}
	outside := make([]float64, m+1) // of paths to (i, j) at j, the share that has been outside
	for i := 0; i <= n; i++ {
		for j := 0; j <= m; j++ {
			switch {
			case abs(i*m-j*n) >= reach:
				outside[j] = 1
			case i == 0 && j == 0:
				outside[j] = 0
			case i == 0:
				outside[j] = outside[j-1]
			case j == 0:
			default:
				left := float64(i) / float64(i+j)
				outside[j] = left*outside[j] + (1-left)*outside[j-1]
			}
		}
	}
	return min(outside[m], 1)
}

// kolmogorovLimit is the probability that Kolmogorov's distribution is above x.
func kolmogorovLimit(x float64) float64 {
	switch {
	case x <= 0:
		return 1
	case x < 1: // this form of the series converges where the other does not
		s := 0.0
		for k := 1.0; k <= 9; k += 2 {
			s += math.Exp(-k * k * math.Pi * math.Pi / (8 * x * x))
		}
		return max(1-math.Sqrt(2*math.Pi)/x*s, 0)
	}
	s, sign := 0.0, 1.0
	for k := 1.0; k <= 8; k++ {
		s += sign * math.Exp(-2*k*k*x*x)
		sign = -sign
	}
	return min(max(2*s, 0), 1)
}
