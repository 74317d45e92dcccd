package frame

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// From when on something is worth a warning.
const (
	leakScore     = 0.95
	mostMissing   = 0.4  // of the rows
	nearlyAll     = 0.99 // of the rows have one value
	mostlyNumbers = 0.5  // of the texts
	nearlyUnique  = 0.98
	fewRows       = 20   // below it, one value or none twice is no wonder
	manyOutliers  = 0.03 // of a normal distribution it is 0.007
	correlation   = 0.95
	mostPairs     = 10 // correlated pairs that are named
)

// warn looks for what is suspicious.
func (p *TableProfile) warn(cols []Column, looks []look) {
	for i := range looks {
		p.warnOfColumn(&looks[i])
	}
	p.warnOfDuplicateColumns(cols, looks)
	p.warnOfCorrelations()
	if d := p.DuplicateRows; d > 0 {
		p.add(Warning{Kind: WarnDuplicateRows, Count: d, Serious: true, Text: fmt.Sprintf(
			"%s equal an earlier row in every column; drop them, or say what tells them apart", countOf(d, p.Rows, "row"))})
	}
	slices.SortStableFunc(p.Warnings, func(a, b Warning) int {
		if a.Serious != b.Serious {
			if a.Serious {
				return -1
			}
			return 1
		}
		return cmp.Compare(slices.Index(warningKinds, a.Kind), slices.Index(warningKinds, b.Kind))
	})
}

// warningKinds are the kinds in the order in which they are shown.
var warningKinds = []WarningKind{WarnLeak, WarnDuplicateRows, WarnMixed, WarnNumbersAsText, WarnBadDates, WarnMissingMarkers, WarnVariants, WarnInfinite,
	WarnEmpty, WarnConstant, WarnDuplicateColumn, WarnMissing, WarnNearConstant, WarnIdentifier, WarnDatesAsText, WarnBlanks, WarnOutliers, WarnCorrelated}

func (p *TableProfile) add(w Warning) { p.Warnings = append(p.Warnings, w) }

// countOf writes "12 rows (3.4 %)".
func countOf(n, of int, unit string) string {
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%s %s (%s)", grouped(n), unit, percent(n, of))
}

func percent(n, of int) string {
	if of == 0 {
		return "0 %"
	}
	v := 100 * float64(n) / float64(of)
	switch {
	case n > 0 && v < 0.1:
		return "<0.1 %"
	case n < of && v > 99.9:
		return ">99.9 %"
	case n == 0 || n == of:
		return strconv.Itoa(int(v)) + " %"
	case v < 10 || v > 90:
		return strconv.FormatFloat(v, 'f', 1, 64) + " %"
	}
	return strconv.FormatFloat(v, 'f', 0, 64) + " %"
}

// grouped writes a number with narrow spaces, at which no line breaks, between thousands,
// from five digits on.
func grouped(n int) string {
	s := strconv.Itoa(n)
	if -10_000 < n && n < 10_000 {
		return s
	}
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

func quoted(values []ValueCount) string {
	var parts []string
	for _, v := range values {
		parts = append(parts, fmt.Sprintf("%.40q (%s)", v.Value, grouped(v.Count)))
	}
	return strings.Join(parts, ", ")
}

func (p *TableProfile) warnOfColumn(l *look) {
	add := func(kind WarningKind, count int, serious bool, format string, args ...any) {
		p.add(Warning{Kind: kind, Column: l.Name, Count: count, Serious: serious, Text: fmt.Sprintf(format, args...)})
	}
	present := p.Rows - l.Missing
	if t := l.Tells; t != nil && t.Score >= leakScore && p.Rows >= fewestToTell {
		add(WarnLeak, 0, true, "tells the target %.40q almost exactly (%s %.3f); leave it out unless it is known when the target is to be predicted", p.Target, t.Measure, t.Score)
	}
	switch {
	case p.Rows == 0:
		return
	case present == 0:
		add(WarnEmpty, p.Rows, true, "has no value in any row; drop it, or look how it was read")
		return
	case l.Distinct == 1 && present == 1:
	case l.Distinct == 1 && l.Missing == 0:
		add(WarnConstant, present, true, "has the same value %.40q in every row; it tells nothing, drop it", l.Top[0].Value)
	case l.Distinct == 1:
		add(WarnConstant, present, true, "has one value only, %.40q; what it tells is whether it is missing", l.Top[0].Value)
	case present >= fewRows && float64(l.Top[0].Count) >= nearlyAll*float64(present):
		add(WarnNearConstant, l.Top[0].Count, false, "is %.40q in %s of the rows with a value", l.Top[0].Value, percent(l.Top[0].Count, present))
	}
	if float64(l.Missing) > mostMissing*float64(p.Rows) {
		add(WarnMissing, l.Missing, true, "is missing in %s; fill it only with care, or drop it", countOf(l.Missing, p.Rows, "row"))
	}
	if (l.Kind == Int || l.Kind == Text) && present >= fewRows && float64(l.Distinct) >= nearlyUnique*float64(present) && !p.longTexts(l) {
		if l.Distinct == present {
			add(WarnIdentifier, l.Distinct, false, "has another value in every row: a name or a number of the row, no feature")
		} else {
			add(WarnIdentifier, l.Distinct, false, "has nearly another value in every row (%s in %s rows); if it should name the row, look at those that repeat", grouped(l.Distinct), grouped(present))
		}
	}
	if n := l.Numbers; n != nil {
		p.warnOfNumbers(l, n, present, add)
	}
	if t := l.Texts; t != nil {
		warnOfTexts(l, t, present, add)
	}
	if d := l.Dates; d != nil && d.Bad > 0 {
		add(WarnBadDates, d.Bad, true, "cannot be read as a date in ISO 8601 in %s, such as %.40q; declare the format in which it is written", countOf(d.Bad, present, "row"), l.texts.bad)
	}
}

// longTexts reports whether the column holds prose rather than names.
func (p *TableProfile) longTexts(l *look) bool { return l.Texts != nil && l.Texts.MeanLength > 60 }

type addWarning func(kind WarningKind, count int, serious bool, format string, args ...any)

func (p *TableProfile) warnOfNumbers(l *look, n *NumbersProfile, present int, add addWarning) {
	if n.Infinite > 0 {
		add(WarnInfinite, n.Infinite, true, "is infinite in %s, so that it has no mean; look where that comes from", countOf(n.Infinite, present, "row"))
	}
	if q1, _, q3 := n.Quartiles(); !(q3 > q1) || n.Outliers == 0 {
		return // most values are one; the others are no outliers
	}
	if float64(n.Outliers) > manyOutliers*float64(present) || l.far > 0 {
		farthest := n.Max
		if n.LowFence-n.Min > n.Max-n.HighFence {
			farthest = n.Min
		}
		add(WarnOutliers, n.Outliers, false, "has %s beyond Tukey's fences %s and %s, the farthest %s; keep, cut or explain them",
			countOf(n.Outliers, present, "value"), short(n.LowFence), short(n.HighFence), short(farthest))
	}
}

// short writes a number for people, four digits of it.
func short(v float64) string {
	a := math.Abs(v)
	switch {
	case math.IsNaN(v):
		return "–"
	case math.IsInf(v, 1):
		return "∞"
	case math.IsInf(v, -1):
		return "−∞"
	case v == 0:
		return "0"
	case v == math.Trunc(v) && a < 1e6:
		return minus(grouped(int(v)))
	case a >= 1000 && a < 1e9:
		unit := math.Pow(10, math.Floor(math.Log10(a))-3) // of the fourth digit
		return minus(grouped(int(math.Round(v/unit) * unit)))
	}
	return minus(strings.Replace(strconv.FormatFloat(v, 'g', 4, 64), "e+", "e", 1))
}

// minus puts the sign that is as wide as a digit.
func minus(s string) string { return strings.ReplaceAll(s, "-", "−") }

func warnOfTexts(l *look, t *TextsProfile, present int, add addWarning) {
	switch numbers := float64(t.Numeric) / float64(present); {
	case numbers == 1 && l.Kind == Text:
		add(WarnNumbersAsText, t.Numeric, true, "holds numbers alone, kept as text; declare it a number, unless leading zeros matter")
	case numbers >= mostlyNumbers && numbers < 1:
		add(WarnMixed, present-t.Numeric, true, "is a number in %s of the rows with a value; the others are %s: name them in Missing when the file is read, or mend them", percent(t.Numeric, present), quoted(l.texts.other))
	}
	if t.Dates > 0 && l.Kind == Text {
		if dates := float64(t.Dates) / float64(present); dates == 1 {
			add(WarnDatesAsText, t.Dates, false, "holds dates alone, kept as text; declare it a date")
		} else if dates >= mostlyNumbers {
			add(WarnMixed, present-t.Dates, true, "is a date in %s of the rows with a value; look at the others", percent(t.Dates, present))
		}
	}
	if mixed := float64(t.Numeric) >= mostlyNumbers*float64(present); len(l.texts.markers) > 0 && !mixed {
		rows := 0
		for _, m := range l.texts.markers {
			rows += m.Count
		}
		add(WarnMissingMarkers, rows, true, "holds texts that often stand for a missing value: %s; name them in Missing when the file is read, unless they are meant", quoted(l.texts.markers))
	}
	if t.Variants > 0 {
		var spelt []string
		for _, s := range l.texts.variants {
			spelt = append(spelt, fmt.Sprintf("%.40q", s))
		}
		add(WarnVariants, t.Variants, true, "has %s values that differ from another in case or blanks alone, such as %s; bring them to one spelling", grouped(t.Variants), strings.Join(spelt, ", "))
	}
	if t.Blanks > 0 {
		add(WarnBlanks, t.Blanks, false, "begins or ends with blanks in %s, such as %.40q; trim it", countOf(t.Blanks, present, "row"), l.texts.blank)
	}
}

func (p *TableProfile) warnOfDuplicateColumns(cols []Column, looks []look) {
	if p.Rows == 0 {
		return
	}
	known := make([]bool, len(cols))
	for i := range cols {
		for j := i + 1; j < len(cols) && !known[i]; j++ {
			if looks[i].Missing < p.Rows && !known[j] && looks[i].Missing == looks[j].Missing && looks[i].Distinct == looks[j].Distinct && sameCells(cols[i], cols[j]) {
				known[j] = true
				p.add(Warning{Kind: WarnDuplicateColumn, Column: cols[j].Name, Other: cols[i].Name, Count: p.Rows, Serious: true,
					Text: fmt.Sprintf("equals %.40q in every row; drop one of them", cols[i].Name)})
			}
		}
	}
}

// sameCells reports whether two columns hold the same.
func sameCells(a, b Column) bool {
	switch {
	case a.Ints != nil && b.Ints != nil:
		return slices.EqualFunc(a.Ints, b.Ints, equalCells[int])
	case a.Floats != nil && b.Floats != nil:
		return slices.EqualFunc(a.Floats, b.Floats, equalCells[float64])
	case a.Bools != nil && b.Bools != nil:
		return slices.EqualFunc(a.Bools, b.Bools, equalCells[bool])
	case a.Texts != nil && b.Texts != nil:
		return slices.EqualFunc(a.Texts, b.Texts, equalCells[string])
	}
	return false
}

// warnOfCorrelations names the pairs of numbers that say nearly the same, the closest first.
func (p *TableProfile) warnOfCorrelations() {
	type pair struct {
		i, j int
		r    float64
		by   string
	}
	if p.Rows < fewRows {
		return
	}
	var pairs []pair
	for i := range p.Pearson.Columns {
		for j := i + 1; j < len(p.Pearson.Columns); j++ {
			c := pair{i, j, p.Pearson.Values[i][j], "correlation"}
			if s := p.Spearman.Values[i][j]; math.Abs(s) > math.Abs(c.r) || math.IsNaN(c.r) {
				c.r, c.by = s, "rank correlation"
			}
			if math.Abs(c.r) >= correlation && !p.equalColumns(p.Pearson.Columns[i], p.Pearson.Columns[j]) {
				pairs = append(pairs, c)
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(math.Abs(b.r), math.Abs(a.r)) })
	for k, c := range pairs {
		if k == mostPairs {
			p.add(Warning{Kind: WarnCorrelated, Count: len(pairs) - k, Text: fmt.Sprintf("%d more pairs of columns correlate by %v or more", len(pairs)-k, correlation)})
			return
		}
		p.add(Warning{Kind: WarnCorrelated, Column: p.Pearson.Columns[c.j], Other: p.Pearson.Columns[c.i],
			Text: fmt.Sprintf("goes with %.40q (%s %s); one of the two may be enough", p.Pearson.Columns[c.i], c.by, short(math.Round(1000*c.r)/1000))})
	}
}

func (p *TableProfile) equalColumns(a, b string) bool {
	return slices.ContainsFunc(p.Warnings, func(w Warning) bool {
		return w.Kind == WarnDuplicateColumn && (w.Column == a && w.Other == b || w.Column == b && w.Other == a)
	})
}
