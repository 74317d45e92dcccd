package frame

import (
	"context"
	"math"
	"slices"

	"transferlab/tlkit/parallel"
)

// How much a single column says of the target. Each row's target is guessed from the other
// rows with the same value in the column – never from the row itself, so that a column
// whose values are all different says nothing. Numbers with many values are first put into
// bins of equal size.
const (
	classTarget  = 20 // a target of numbers with so many values or fewer is one of classes
	numberBins   = 64
	fewestToTell = 20 // rows below which a column is not suspected
)

// The measures of [Telling].
const (
	measureGuess    = "guessing by value"                        // how many of the guesses wrong without the column are right with it: Goodman and Kruskal's lambda, leaving one out
	measureVariance = "variance of the ranks explained by value" // of a target of numbers, leaving one out
	measureRanks    = "rank correlation"                         // Spearman's, without its sign, times the share of rows that have both
)

// tell asks each column what it says of the target.
func (p *TableProfile) tell(ctx context.Context, looks []look) error {
	at := slices.IndexFunc(looks, func(l look) bool { return l.Name == p.Target })
	if p.Target == "" || at < 0 {
		return nil
	}
	target := looks[at].codes
	classes := !looks[at].column.Numeric() || target.kinds <= classTarget
	return parallel.Each(ctx, len(looks), func(i int) {
		if i == at || target.kinds < 2 {
			return
		}
		feature := looks[i].codes
		binned := feature.binned(looks[i].column.Numeric())
		if classes {
			looks[i].Tells = &Telling{guessing(binned, target), measureGuess}
			return
		}
		tells := Telling{explained(binned, target), measureVariance}
		if looks[i].column.Numeric() {
			if r := math.Abs(spearman(feature, target)) * together(feature, target); r >= tells.Score {
				tells = Telling{r, measureRanks}
			}
		}
		looks[i].Tells = &tells
	})
}

// together is the share of the rows with a target that have a value too.
func together(feature, target codes) float64 {
	both, all := 0, 0
	for i, y := range target.of {
		if y >= 0 {
			all++
			if feature.of[i] >= 0 {
				both++
			}
		}
	}
	return float64(both) / float64(max(all, 1))
}

// binned are codes without missing ones, which become a value of their own. Many numbers
// become few.
func (c codes) binned(numeric bool) codes {
	bin, bins := make([]int32, c.kinds), c.kinds
	for k := range bin {
		bin[k] = int32(k)
	}
	if numeric && c.kinds > numberBins {
		counts, n := make([]int, c.kinds), 0
		for _, k := range c.of {
			if k >= 0 {
				counts[k]++
				n++
			}
		}
		before := 0
		for k, count := range counts {
			bin[k] = int32(before * numberBins / n)
			before += count
		}
		bins = numberBins
	}
	out := codes{of: make([]int32, len(c.of)), kinds: bins + 1}
	for i, k := range c.of {
		if out.of[i] = int32(bins); k >= 0 {
			out.of[i] = bin[k]
		}
	}
	return out
}

// guessing is how much better the class is guessed by the feature's value than without it.
func guessing(feature, target codes) float64 {
	type pair struct{ value, class, count int }
	var pairs []pair
	totals := make([]int, feature.kinds)
	classes := make([]int, target.kinds)
	ids, n := pairIds(feature, target)
	counts := make([]int, n)
	for _, id := range ids {
		if id >= 0 {
			counts[id]++
		}
	}
	seen := make([]bool, n)
	for i, id := range ids {
		if id >= 0 && !seen[id] {
			seen[id] = true
			pairs = append(pairs, pair{int(feature.of[i]), int(target.of[i]), counts[id]})
		}
	}
	rows := 0
	best, second := make([]int, feature.kinds), make([]int, feature.kinds) // the largest counts of each value
	for _, p := range pairs {
		totals[p.value] += p.count
		classes[p.class] += p.count
		rows += p.count
		switch v := p.value; {
		case p.count > best[v]:
			best[v], second[v] = p.count, best[v]
		case p.count > second[v]:
			second[v] = p.count
		}
	}
	common := 0
	for k, c := range classes {
		if c > classes[common] {
			common = k
		}
	}
	right := 0
	for _, p := range pairs {
		if totals[p.value] == 1 {
			if p.class == common {
				right++
			}
		} else if p.count == best[p.value] && p.count-1 > second[p.value] {
			right += p.count
		}
	}
	if classes[common] == rows {
		return 0
	}
	return max(0, float64(right-classes[common])/float64(rows-classes[common]))
}

// pairIds numbers the pairs of a value and a class; -1 where there is no class.
func pairIds(feature, target codes) (ids []int32, n int) {
	if feature.kinds*target.kinds <= 1<<22 {
		ids = make([]int32, len(target.of))
		for i, y := range target.of {
			if ids[i] = -1; y >= 0 {
				ids[i] = feature.of[i]*int32(target.kinds) + y
			}
		}
		return ids, feature.kinds * target.kinds
	}
	ids, n, err := identify([]keyColumn{idKey{feature.of, feature.kinds}, idKey{target.of, target.kinds}}, len(target.of), newHasher())
	if err != nil {
		return nil, 0 // longer than a table that gets here
	}
	for i, y := range target.of {
		if y < 0 {
			ids[i] = -1
		}
	}
	return ids, n
}

// explained is the part of the variance of the target's ranks that is explained by the mean
// of the other rows with the same value.
func explained(feature, target codes) float64 {
	ranks, n := make([]int32, target.kinds), 0
	for _, y := range target.of {
		if y >= 0 {
			ranks[y]++
			n++
		}
	}
	centre(ranks, n)
	type sums struct{ n, sum, squares float64 }
	of := make([]sums, feature.kinds)
	for i, y := range target.of {
		if y >= 0 {
			s, v := &of[feature.of[i]], float64(ranks[y])
			s.n, s.sum, s.squares = s.n+1, s.sum+v, s.squares+v*v
		}
	}
	all, left := 0.0, 0.0
	for _, s := range of {
		all += s.squares
		if s.n > 1 { // a row's distance from the mean of the others is n/(n-1) times that from the mean of all
			left += (s.squares - s.sum*s.sum/s.n) * (s.n / (s.n - 1)) * (s.n / (s.n - 1))
		} else {
			left += s.squares
		}
	}
	if all == 0 {
		return 0
	}
	return max(0, 1-left/all)
}
