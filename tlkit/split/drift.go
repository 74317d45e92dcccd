package split

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Drift compares the target in one part with that in train.
type Drift struct {
	Part   string // "valid" or "test"
	Target string // the column's name; "class" for classes

	// Numbers says that the target is numbers, compared by the two-sample
	// Kolmogorov-Smirnov test; classes are compared by the chi-square test of independence,
	// without Yates' correction.
	Numbers bool

	Statistic float64 // of the test
	P         float64 // how probable one as large is if the parts do not differ

	// Effect is Cramér's V for classes and the Kolmogorov-Smirnov statistic, the largest
	// distance of the distributions, for numbers: 0 is none, 1 all.
	Effect float64
	// Variation is the total variation distance for classes, half the sum of the differences
	// of their shares; 0 for numbers.
	Variation float64

	// Rough says that more than a fifth of the counts that the chi-square test expects are
	// below 5, so that P is a rough guide (Cochran 1954).
	Rough bool
	// Found says that P is below the checker's Alpha and Effect not below its Effect.
	Found bool
}

// drift compares valid and test with train.
func drift(c *columns, of []part, o Checker) []Drift {
	var out []Drift
	for _, k := range []part{inValid, inTest} {
		if c.class != nil && !c.binned {
			if d, ok := classDrift(c.class, of, k); ok {
				out = append(out, d)
			}
		}
	}
	if c.target != nil {
		out = append(out, numberDrift(c, of)...)
	}
	for k := range out {
		out[k].Found = out[k].P < o.Alpha && out[k].Effect >= o.Effect
	}
	return out
}

// classDrift compares the classes in part k with those in train.
func classDrift(class *coding, of []part, k part) (Drift, bool) {
	counts := [2][]float64{make([]float64, class.size), make([]float64, class.size)}
	for i, code := range class.code {
		switch {
		case code < 0:
		case of[i] == inTrain:
			counts[0][code]++
		case of[i] == k:
			counts[1][code]++
		}
	}
	d := Drift{Part: partNames[k], Target: "class"}
	var ok bool
	d.Statistic, d.P, d.Effect, d.Rough, ok = chiSquare(counts)
	if !ok {
		return Drift{}, false
	}
	a, b := sum(counts[0]), sum(counts[1])
	for code := range counts[0] {
		d.Variation += math.Abs(counts[0][code]/a-counts[1][code]/b) / 2
	}
	return d, true
}

func sum(v []float64) float64 {
	s := 0.0
	for _, x := range v {
		s += x
	}
	return s
}

// chiSquare tests whether two rows of counts have the same shares. It is not ok without
// counts in both. Of one class it is 0, with p 1.
func chiSquare(counts [2][]float64) (x2, p, v float64, rough, ok bool) {
	rows := [2]float64{sum(counts[0]), sum(counts[1])}
	if rows[0] == 0 || rows[1] == 0 {
		return 0, 0, 0, false, false
	}
	n := rows[0] + rows[1]
	classes, small := 0, 0
	for c := range counts[0] {
		column := counts[0][c] + counts[1][c]
		if column == 0 {
			continue
		}
		classes++
		for r := range rows {
			expected := rows[r] * column / n
			if expected < 5 {
				small++
			}
			x2 += (counts[r][c] - expected) * (counts[r][c] - expected) / expected
		}
	}
	if classes < 2 {
		return 0, 1, 0, false, true
	}
	p = distuv.ChiSquared{K: float64(classes - 1)}.Survival(x2)
	return x2, p, math.Sqrt(x2 / n), 5*small > 2*classes, true // V divides by min(rows, columns)-1, which is 1
}

// numberDrift compares the numbers in valid and test with those in train.
func numberDrift(c *columns, of []part) []Drift {
	var values [allParts][]float64
	for i, v := range c.target {
		if !math.IsNaN(v) {
			values[of[i]] = append(values[of[i]], v)
		}
	}
	var out []Drift
	for k := range values {
		slices.Sort(values[k])
	}
	for _, k := range []part{inValid, inTest} {
		if len(values[inTrain]) == 0 || len(values[k]) == 0 {
			continue
		}
		d := Drift{Part: partNames[k], Target: c.targetName, Numbers: true}
		d.Statistic, d.P = kolmogorovSmirnov(values[inTrain], values[k])
		d.Effect = d.Statistic
		out = append(out, d)
	}
	return out
}

// String is the comparison in one sentence.
func (d Drift) String() string {
	target := d.Target
	if target == "" {
		target = "target"
	}
	s := fmt.Sprintf("%s in %s against train: chi-square %.4g, p %.3g, Cramér's V %.3g, %.3g of the shares moved", target, d.Part, d.Statistic, d.P, d.Effect, d.Variation)
	if d.Numbers {
		s = fmt.Sprintf("%s in %s against train: Kolmogorov-Smirnov distance %.3g, p %.3g", target, d.Part, d.Statistic, d.P)
	}
	if d.Rough {
		s += " (few of a class: p is rough)"
	}
	return s
}
