package parquet

// scratch is the memory that one goroutine uses again for every page.
type scratch struct {
	memory *budget
	unpack decompressor
	window []byte // of the file
	page   []byte // unpacked
	codes  []uint32
	levels []uint8
	ints   []int
	sizes  []int
	floats []float64
	bools  []bool
	words  []string
	ends   []int
	nan    bool // a number that is none was met
}

// grown is the slice with n items, whatever they are.
func grown[T any](s *[]T, n int) []T {
	if cap(*s) < n {
		*s = make([]T, n)
	}
	*s = (*s)[:n]
	return *s
}

func (s *scratch) lengths(n int) []int { return grown(&s.sizes, n) }
