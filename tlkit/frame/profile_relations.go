package frame

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"transferlab/tlkit/parallel"
)

// codes number the values of a column: those of a column of numbers from the least to the
// greatest, others in the order in which they occur. A missing value is -1.
type codes struct {
	of    []int32
	kinds int
	some  bool // a value is missing
}

// rankedCodes are the codes of sorted numbers that stand in these rows.
func rankedCodes(sorted []uint64, rows []int32, n int) codes {
	c := codes{of: make([]int32, n), some: len(rows) < n}
	if c.some {
		for i := range c.of {
			c.of[i] = -1
		}
	}
	for i, row := range rows {
		if i == 0 || sorted[i] != sorted[i-1] {
			c.kinds++
		}
		c.of[row] = int32(c.kinds - 1)
	}
	return c
}

// codesOfIds turns the numbers of kinds into codes, in their place; gone is the kind of
// missing values, -1 for none.
func codesOfIds(ids []int32, n, gone int) codes {
	c := codes{of: ids, kinds: n}
	if gone >= 0 {
		c.some = true
		c.kinds--
		for i, id := range ids {
			if id == int32(gone) {
				ids[i] = -1
			} else if id > int32(gone) {
				ids[i] = id - 1
			}
		}
	}
	return c
}

// codesOfColumn numbers the values of a whole column.
func codesOfColumn(c Column) codes {
	if c.Numeric() {
		rows := make([]int32, 0, c.Len())
		for i := range c.Len() {
			if !c.Missing(i) {
				rows = append(rows, int32(i))
			}
		}
		keys := orderKeys(c, rows)
		sortRadix(keys, rows)
		return rankedCodes(keys, rows, c.Len())
	}
	ids, n, err := identify([]keyColumn{keyOf(c)}, c.Len(), newHasher())
	if err != nil {
		return codes{} // longer than a table that gets here
	}
	gone := slices.IndexFunc(firstRows(ids, n), func(row int32) bool { return c.Missing(int(row)) })
	return codesOfIds(ids, n, gone)
}

const (
	relationBudget  = 1 << 25 // rows times pairs of columns: about a second on two cores
	fewestRelations = 10_000  // rows that relations are calculated from, however many pairs
	mostCategories  = 50      // different values of a column that still is one of categories
)

// relationRows is how many rows relations are calculated from.
func (p *TableProfile) relationRows(cols []Column, o ProfileOptions) int {
	if o.RelationRows < 0 {
		return p.Rows
	}
	if o.RelationRows > 0 {
		return min(o.RelationRows, p.Rows)
	}
	numeric := 0
	for _, c := range cols {
		if c.Numeric() {
			numeric++
		}
	}
	others := min(len(cols)-numeric, 30) // most of them are no categories
	pairs := numeric*(numeric-1)/2 + others*(others-1)/2
	if o.Target != "" {
		pairs += 4 * len(cols)
	}
	return min(p.Rows, max(relationBudget/max(pairs, 1), fewestRelations))
}

// relate calculates what needs two columns.
func (p *TableProfile) relate(ctx context.Context, t Table, looks []look, o ProfileOptions) error {
	cols := make([]Column, len(looks))
	for i := range looks {
		cols[i] = looks[i].column
	}
	if p.RelationRows = p.relationRows(cols, o); p.RelationRows < p.Rows {
		part, err := t.Take(someRows(p.Rows, p.RelationRows, o.Seed))
		if err != nil {
			return err
		}
		if cols, err = part.Columns(); err != nil {
			return err
		}
		if err := parallel.Each(ctx, len(looks), func(i int) { looks[i].codes = codesOfColumn(cols[i]) }); err != nil {
			return err
		}
	}
	var numeric, categories []int
	for i, l := range looks {
		switch {
		case cols[i].Numeric():
			numeric = append(numeric, i)
		case l.Kind != Date && l.Distinct >= 2 && l.Distinct <= mostCategories:
			categories = append(categories, i)
		}
	}
	p.Pearson, p.Spearman, p.CramersV = matrixOf(looks, numeric), matrixOf(looks, numeric), matrixOf(looks, categories)
	if err := pearson(ctx, cols, looks, numeric, p.Pearson.Values); err != nil {
		return err
	}
	if err := eachPair(ctx, len(numeric), func(i, j int) {
		r := p.Pearson.Values[i][i] // 1, or NaN for a constant
		if i != j {
			r = spearman(looks[numeric[i]].codes, looks[numeric[j]].codes)
		}
		p.Spearman.Values[i][j], p.Spearman.Values[j][i] = r, r
	}); err != nil {
		return err
	}
	if err := eachPair(ctx, len(categories), func(i, j int) {
		v := cramersV(looks[categories[i]].codes, looks[categories[j]].codes)
		p.CramersV.Values[i][j], p.CramersV.Values[j][i] = v, v
	}); err != nil {
		return err
	}
	return p.tell(ctx, looks)
}

// someRows chooses rows by chance and gives them in order.
func someRows(n, k int, seed uint64) []int {
	rng := rand.New(rand.NewPCG(seed, 0x70726f66696c65))
	rows := make([]int, 0, k)
	for i := range n { // D. Knuth, TAOCP 2, 3.4.2, algorithm S
		if rng.IntN(n-i) < k-len(rows) {
			rows = append(rows, i)
		}
	}
	return rows
}

// matrixOf is an empty matrix of these columns.
func matrixOf(looks []look, at []int) Matrix {
	m := Matrix{Columns: []string{}, Values: make([][]float64, len(at))}
	for i, k := range at {
		m.Columns = append(m.Columns, looks[k].Name)
		m.Values[i] = make([]float64, len(at))
		for j := range m.Values[i] {
			m.Values[i][j] = math.NaN()
		}
	}
	return m
}

// eachPair calls f for i ≤ j < n, several at a time.
func eachPair(ctx context.Context, n int, f func(i, j int)) error {
	var pairs [][2]int
	for i := range n {
		for j := i; j < n; j++ {
			pairs = append(pairs, [2]int{i, j})
		}
	}
	return parallel.Each(ctx, len(pairs), func(k int) { f(pairs[k][0], pairs[k][1]) })
}

// pairSums are the sums over the rows where both of two columns have a value, both freed of
// their means and deviations, so that little is lost to rounding.
type pairSums struct{ n, x, y, xx, yy, xy float64 }

func (s *pairSums) add(o pairSums) {
	s.n, s.x, s.y = s.n+o.n, s.x+o.x, s.y+o.y
	s.xx, s.yy, s.xy = s.xx+o.xx, s.yy+o.yy, s.xy+o.xy
}

// correlation is Pearson's, NaN where a column is constant.
func (s pairSums) correlation() float64 {
	vx, vy := s.xx-s.x*s.x/s.n, s.yy-s.y*s.y/s.n
	const nothing = 1e-14 // of the sum of squares: what rounding leaves of a constant
	if !(vx > nothing*s.xx) || !(vy > nothing*s.yy) {
		return math.NaN()
	}
	return max(-1, min(1, (s.xy-s.x*s.y/s.n)/math.Sqrt(vx*vy)))
}

// pearson correlates all pairs of the columns. A block of rows of all columns is made ready
// at a time and stays in the cache while the pairs go over it.
func pearson(ctx context.Context, cols []Column, looks []look, at []int, out [][]float64) error {
	k := len(at)
	if k == 0 {
		return ctx.Err()
	}
	const block, blocks = 512, 64 // rows of a block; blocks whose sums are kept together
	n := cols[at[0]].Len()
	parts := make([][]pairSums, (n+block*blocks-1)/(block*blocks))
	err := parallel.Chunks(ctx, n, block*blocks, func(c, low, high int) {
		sums := make([]pairSums, k*k)
		value, known := make([][block]float64, k), make([][block]float64, k)
		for ; low < high; low += block {
			m := min(block, high-low)
			for i, a := range at {
				standardised(cols[a], looks[a].Numbers, low, value[i][:m], known[i][:m])
			}
			for i := range k {
				for j := i; j < k; j++ {
					sums[i*k+j].add(blockSums(value[i][:m], value[j][:m], known[i][:m], known[j][:m]))
				}
			}
		}
		parts[c] = sums
	})
	if err != nil {
		return err
	}
	for i := range k {
		for j := i; j < k; j++ {
			var all pairSums
			for _, p := range parts {
				all.add(p[i*k+j])
			}
			out[i][j] = all.correlation()
			out[j][i] = out[i][j]
		}
	}
	return nil
}

// standardised fills value with a column's numbers, freed of mean and deviation, and 0
// where there is none; known is 1 where there is one. A column with infinities gives NaN.
func standardised(c Column, p *NumbersProfile, low int, value, known []float64) {
	scale := 1 / p.Std
	if !(p.Std > 0) {
		scale = 1
	}
	if c.Kind == Int {
		standardise(c.Ints[low:low+len(value)], p.Mean, scale, value, known)
	} else {
		standardise(c.Floats[low:low+len(value)], p.Mean, scale, value, known)
	}
}

func standardise[T number](cells []Cell[T], mean, scale float64, value, known []float64) {
	for i, c := range cells {
		value[i], known[i] = 0, 0
		if !c.Missing() {
			value[i], known[i] = (float64(c.Value)-mean)*scale, 1
		}
	}
}

func blockSums(x, y, kx, ky []float64) (s pairSums) {
	y, kx, ky = y[:len(x)], kx[:len(x)], ky[:len(x)]
	for i, a := range x {
		b, ka, kb := y[i], kx[i], ky[i]
		s.n += ka * kb
		s.x += a * kb
		s.y += b * ka
		s.xx += a * a * kb
		s.yy += b * b * ka
		s.xy += a * b
	}
	return s
}

// spearman correlates the ranks of two columns over the rows where both have a value;
// equal values share the mean of their ranks.
func spearman(a, b codes) float64 {
	ranksA, ranksB := make([]int32, a.kinds), make([]int32, b.kinds)
	n := 0
	other := b.of[:len(a.of)]
	for i, x := range a.of {
		if y := other[i]; x >= 0 && y >= 0 {
			ranksA[x]++
			ranksB[y]++
			n++
		}
	}
	centre(ranksA, n)
	centre(ranksB, n)
	var all pairSums
	const block = 1 << 12
	for low := 0; low < len(a.of); low += block {
		high := min(low+block, len(a.of))
		var s pairSums
		ys := other[low:high]
		for i, x := range a.of[low:high] {
			if y := ys[i]; x >= 0 && y >= 0 {
				u, v := float64(ranksA[x]), float64(ranksB[y])
				s.xx += u * u
				s.yy += v * v
				s.xy += u * v
			}
		}
		all.add(s)
	}
	if all.xx == 0 || all.yy == 0 {
		return math.NaN()
	}
	return max(-1, min(1, all.xy/math.Sqrt(all.xx*all.yy)))
}

// centre turns counts of rising values into twice the distance of their mean rank from the
// middle, a whole number.
func centre(counts []int32, n int) {
	before := 0
	for k, c := range counts {
		counts[k] = int32(2*before + int(c) - n) // ranks before+1 … before+c: twice their mean is 2·before+c+1
		before += int(c)
	}
}

// cramersV is Cramér's V (1946) of the rows where both columns have a value: from 0, where
// they have nothing to do with each other, to 1, where one follows from the other.
func cramersV(a, b codes) float64 {
	table := make([]int, a.kinds*b.kinds)
	for i, x := range a.of {
		if y := b.of[i]; x >= 0 && y >= 0 {
			table[int(x)*b.kinds+int(y)]++
		}
	}
	rows, columns, n := make([]int, a.kinds), make([]int, b.kinds), 0
	for i, c := range table {
		rows[i/b.kinds] += c
		columns[i%b.kinds] += c
		n += c
	}
	used := func(counts []int) (k int) {
		for _, c := range counts {
			if c > 0 {
				k++
			}
		}
		return k
	}
	least := min(used(rows), used(columns)) - 1
	if least < 1 {
		return math.NaN()
	}
	chi := 0.0 // chi-squared over n
	for i, c := range table {
		if expected := float64(rows[i/b.kinds]) * float64(columns[i%b.kinds]) / float64(n); expected > 0 {
			d := float64(c) - expected
			chi += d * d / expected / float64(n)
		}
	}
	return math.Sqrt(min(1, chi/float64(least)))
}
