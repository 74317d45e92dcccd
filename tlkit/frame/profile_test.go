package frame

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"transferlab/tlkit/progress"
)

// movies is a messy table: whatever people type, and whatever a program leaves.
func movies(n int) Table {
	rng := rand.New(rand.NewPCG(3, 14))
	pick := func(vs ...string) string { return vs[rng.IntN(len(vs))] }
	gross := fill(n, func(int) Cell[float64] {
		return Cell[float64]{math.Round(math.Exp(16 + 1.5*rng.NormFloat64())), rng.IntN(7) == 0}
	})
	score := fill(n, func(int) Cell[float64] {
		return Cell[float64]{math.Round(10*(6.5+rng.NormFloat64())) / 10, rng.IntN(12) == 0}
	})
	hit := fill(n, func(i int) Cell[bool] { return Cell[bool]{Value: gross[i].Value > 1e7} })
	profit := fill(n, func(i int) Cell[float64] { return Cell[float64]{gross[i].Value*0.4 - 1e5, gross[i].Null} })
	with := func(cells []Cell[float64], i int, v float64) []Cell[float64] {
		if n > i {
			cells[i] = Cell[float64]{Value: v}
		}
		return cells
	}
	return mustTable(Schema{{Name: "released", Kind: Date}, {Name: "rating", Kind: Category, Levels: []string{"G", "PG", "PG-13", "R"}, Ordered: true}},
		Series("id", fill(n, func(i int) Cell[int] { return Cell[int]{Value: 1000 + i} })),
		Series("title", fill(n, func(i int) Cell[string] {
			return Cell[string]{Value: fmt.Sprintf("%s %s %d", pick("The", "A", "My"), pick("Night", "Day <b>", "Château", "日本"), rng.IntN(3*n+1))}
		})),
		Series("genre", fill(n, func(int) Cell[string] {
			return Cell[string]{pick("Drama", "Drama", "Drama", "drama", "Comedy", "Comedy ", "Horror", "Sci-Fi", "N/A", ""), rng.IntN(20) == 0}
		})),
		Series("year", fill(n, func(int) Cell[string] {
			if rng.IntN(50) == 0 {
				return Cell[string]{Value: pick("N/A", "?", "unknown")}
			}
			return Cell[string]{Value: fmt.Sprint(1950 + rng.IntN(70))}
		})),
		Series("released", fill(n, func(int) Cell[string] {
			if rng.IntN(90) == 0 {
				return Cell[string]{Value: "June 1998"}
			}
			return Cell[string]{fmt.Sprintf("%d-%02d-%02d", 1980+rng.IntN(30), 1+rng.IntN(12), 1+rng.IntN(28)), rng.IntN(9) == 0}
		})),
		Series("rating", fill(n, func(int) Cell[string] {
			return Cell[string]{pick("G", "PG", "PG", "PG-13", "R", "R", "R"), rng.IntN(15) == 0}
		})),
		Series("gross", with(gross, 5, math.Inf(1))),
		Series("profit after the distributor's share of the gross", profit),
		Series("score", with(score, 7, 640)),
		Series("score again", score),
		Series("minutes", fill(n, func(int) Cell[int] { return Cell[int]{60 + rng.IntN(60) + rng.IntN(60), rng.IntN(30) == 0} })),
		Series("hit", hit),
		Series("hit code", fill(n, func(i int) Cell[string] {
			return Cell[string]{Value: map[bool]string{true: "h", false: "f"}[hit[i].Value]}
		})),
		Series("country", fill(n, func(i int) Cell[string] {
			return Cell[string]{Value: map[bool]string{true: "USA", false: "UK"}[rng.IntN(400) > 0]}
		})),
		Series("currency", fill(n, func(int) Cell[string] { return Cell[string]{Value: "US$"} })),
		Series("budget", fill(n, func(int) Cell[float64] { return Cell[float64]{1e6 * float64(rng.IntN(100)), rng.IntN(3) > 0} })),
		Series("notes", fill(n, func(int) Cell[string] { return Cell[string]{strings.Repeat("word ", rng.IntN(60)), rng.IntN(2) == 0} })),
		Series("nothing", fill(n, func(int) Cell[float64] { return Cell[float64]{Null: true} })),
	)
}

func profileOf(t testing.TB, table Table, o ProfileOptions) *TableProfile {
	t.Helper()
	return must(Profile(t.Context(), nil, table, o))(t)
}

func TestCorrelationsAgreeWithPandasAndSciPy(t *testing.T) {
	for _, g := range golden().Correlations {
		if g.Table == "" {
			table := mustTable(nil, Series("x", values(g.X...)), Series("y", values(g.Y...)),
				Series("above", fill(len(g.X), func(i int) Cell[string] { return Cell[string]{Value: fmt.Sprint(g.X[i] > 4)} })),
				Series("rest", fill(len(g.X), func(i int) Cell[string] { return Cell[string]{Value: fmt.Sprint(math.Mod(g.Y[i], 3))} })))
			p := profileOf(t, table, ProfileOptions{})
			if r := p.Pearson.Values[0][1]; !close1e9(r, g.ScipyPearson) {
				t.Errorf("Pearson %v, SciPy %v", r, g.ScipyPearson)
			}
			if r := p.Spearman.Values[0][1]; !close1e9(r, g.ScipySpearman) {
				t.Errorf("Spearman %v, SciPy %v", r, g.ScipySpearman)
			}
			if v := p.CramersV.Values[0][1]; !close1e9(v, g.Cramer) {
				t.Errorf("Cramér's V %v, SciPy %v", v, g.Cramer)
			}
			continue
		}
		p := profileOf(t, must(golden().table(g.Table).Pick(g.Columns...))(t), ProfileOptions{})
		for i := range g.Columns {
			for j := range g.Columns {
				if r, want := p.Pearson.Values[i][j], goldenNumber(g.Pearson[i][j]); !close1e9(r, want) {
					t.Errorf("%s, %s and %s: Pearson %v, pandas %v", g.Table, g.Columns[i], g.Columns[j], r, want)
				}
				if r, want := p.Spearman.Values[i][j], goldenNumber(g.Spearman[i][j]); !close1e9(r, want) {
					t.Errorf("%s, %s and %s: Spearman %v, pandas %v", g.Table, g.Columns[i], g.Columns[j], r, want)
				}
			}
		}
	}
}

// What a profile counts is what plain loops count.
func TestProfileCounts(t *testing.T) {
	for seed := range uint64(24) {
		table := ugly(seed, []int{0, 1, 2, 30, 500, 3000}[seed%6])
		p := profileOf(t, table, ProfileOptions{Top: 3})
		rows, kinds := naiveIds(plainRows(t, table))
		if p.Rows != table.Nrow() || p.DuplicateRows != len(rows)-kinds || len(p.Columns) != table.Ncol() {
			t.Errorf("seed %d: %d rows, %d of them duplicates, %d columns", seed, p.Rows, p.DuplicateRows, len(p.Columns))
		}
		missing := 0
		for i, c := range must(table.Columns())(t) {
			got := p.Columns[i]
			counts := map[string]int{}
			for k, text := range plainRows(t, table, c.Name) {
				if !c.Missing(k) {
					counts[text]++
				}
			}
			missing += c.CountMissing()
			if got.Missing != c.CountMissing() || got.Distinct != len(counts) || got.Kind != c.Kind || got.Name != c.Name {
				t.Errorf("seed %d, %s: %d missing and %d distinct, want %d and %d", seed, c.Name, got.Missing, got.Distinct, c.CountMissing(), len(counts))
			}
			var most []int
			for _, n := range counts {
				most = append(most, n)
			}
			slices.SortFunc(most, func(a, b int) int { return b - a })
			for k, v := range got.Top {
				if v.Count != most[k] {
					t.Errorf("seed %d, %s: place %d of the most frequent has %d rows, want %d", seed, c.Name, k, v.Count, most[k])
				}
			}
			if len(got.Top) != min(3, len(most)) {
				t.Errorf("seed %d, %s: %d most frequent", seed, c.Name, len(got.Top))
			}
			if n := got.Numbers; n != nil {
				checkNumbers(t, c, n)
			}
		}
		if p.Missing != missing {
			t.Errorf("seed %d: %d missing, want %d", seed, p.Missing, missing)
		}
	}
}

func checkNumbers(t *testing.T, c Column, n *NumbersProfile) {
	t.Helper()
	var zeros, negative, infinite, outside, finite int
	for _, v := range must(c.Numbers())(t) {
		switch {
		case v == 0:
			zeros++
		case v < 0:
			negative++
		}
		if math.IsInf(v, 0) {
			infinite++
		} else if v == v {
			finite++
		}
		if v < n.LowFence || v > n.HighFence {
			outside++
		}
	}
	if math.IsNaN(n.LowFence) || math.IsNaN(n.HighFence) {
		outside = 0
	}
	if n.Zeros != zeros || n.Negative != negative || n.Infinite != infinite || n.Outliers != outside {
		t.Errorf("%s: %d zeros, %d negative, %d infinite, %d outliers; want %d, %d, %d, %d", c.Name, n.Zeros, n.Negative, n.Infinite, n.Outliers, zeros, negative, infinite, outside)
	}
	in := n.Histogram.Below + n.Histogram.Above
	for _, k := range n.Histogram.Counts {
		in += k
	}
	if in != finite {
		t.Errorf("%s: the histogram has %d values, want %d", c.Name, in, finite)
	}
}

func TestHistograms(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 3))
	for _, c := range []struct {
		name         string
		n            int
		f            func(i int) float64
		least, most  int // bars
		below, above int
	}{
		{"normal", 5000, func(int) float64 { return rng.NormFloat64() }, 20, 40, 0, 0},
		{"one value", 50, func(int) float64 { return 3.5 }, 1, 1, 0, 0},
		{"two values", 50, func(i int) float64 { return float64(i % 2) }, 1, 40, 0, 0},
		{"two far away", 1000, func(i int) float64 {
			return rng.NormFloat64() + 1e9*float64(1-min(i, 1)) - 1e9*float64(max(i, 998)-998)
		}, 10, 40, 1, 1},
		{"all sizes", 1000, func(int) float64 { return math.Exp(200 * rng.NormFloat64()) }, 1, 40, 0, 500},
		{"as far as floats go", 400, func(i int) float64 { return math.MaxFloat64 * (rng.Float64() - 0.5) * 2 }, 1, 40, 0, 0},
		{"one", 1, func(int) float64 { return 1 }, 1, 1, 0, 0},
		{"mostly one value", 500, func(i int) float64 { return float64(max(i, 490) - 490) }, 1, 40, 0, 0},
	} {
		table := mustTable(nil, Series("v", fill(c.n, func(i int) Cell[float64] { return Cell[float64]{Value: c.f(i)} })))
		n := profileOf(t, table, ProfileOptions{}).Columns[0].Numbers
		checkNumbers(t, must(table.Column("v"))(t), n)
		h := n.Histogram
		if len(h.Counts) < c.least || len(h.Counts) > c.most || len(h.Edges) != len(h.Counts)+1 || !slices.IsSorted(h.Edges) {
			t.Errorf("%s: %d bars, edges %v", c.name, len(h.Counts), h.Edges)
		}
		if h.Below != c.below || h.Above > c.above || c.above == 1 && h.Above != 1 {
			t.Errorf("%s: %d below and %d above", c.name, h.Below, h.Above)
		}
	}
	// Whole numbers have bars of whole numbers.
	dice := mustTable(nil, Series("d", fill(6000, func(int) Cell[int] { return Cell[int]{Value: 1 + rng.IntN(6)} })))
	if h := profileOf(t, dice, ProfileOptions{}).Columns[0].Numbers.Histogram; !slices.Equal(h.Edges, []float64{0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5}) {
		t.Errorf("dice: edges %v", h.Edges)
	}
	for _, extent := range []float64{1, 3, 39, 40, 41, 1000, 1e6, 1e15} {
		if e := edges(0, extent-1, 0.3, 40, true); len(e) > 41 || e[0] != -0.5 || e[len(e)-1] < extent-0.5 {
			t.Errorf("%v whole numbers: %v", extent, e)
		}
	}
}

func TestProfileWarnings(t *testing.T) {
	p := profileOf(t, movies(3000), ProfileOptions{Target: "hit"})
	for _, w := range []struct {
		kind         WarningKind
		column, says string
	}{
		{WarnLeak, "hit code", `the target "hit"`},
		{WarnMixed, "year", `98.0 %`},
		{WarnMixed, "year", `"N/A"`},
		{WarnBadDates, "released", `"June 1998"`},
		{WarnMissingMarkers, "genre", `"N/A"`},
		{WarnVariants, "genre", `"Drama", "drama"`},
		{WarnBlanks, "genre", `"Comedy "`},
		{WarnInfinite, "gross", "1 row"},
		{WarnEmpty, "nothing", "drop it"},
		{WarnConstant, "currency", `"US$"`},
		{WarnNearConstant, "country", `"USA"`},
		{WarnDuplicateColumn, "score again", `"score"`},
		{WarnMissing, "budget", "67 %"},
		{WarnIdentifier, "id", "every row"},
		{WarnIdentifier, "title", "nearly"},
		{WarnOutliers, "score", "640"},
		{WarnCorrelated, "profit after the distributor's share of the gross", `"gross"`},
	} {
		if !slices.ContainsFunc(p.Warnings, func(x Warning) bool {
			return x.Kind == w.kind && x.Column == w.column && strings.Contains(x.Text, w.says)
		}) {
			t.Errorf("no warning of %s in %s that says %s", w.kind, w.column, w.says)
		}
		if !slices.Contains(warningKinds, w.kind) {
			t.Errorf("%s has no place in the order", w.kind)
		}
	}
	for _, none := range []string{"minutes", "rating", "hit"} {
		for _, w := range p.Warnings {
			if w.Column == none {
				t.Errorf("a warning without reason: %s", w)
			}
		}
	}
	for i := 1; i < len(p.Warnings); i++ {
		if p.Warnings[i].Serious && !p.Warnings[i-1].Serious {
			t.Errorf("warning %d is more serious than the one before it", i)
		}
	}
	clean := mustTable(nil, Series("n", fill(300, func(i int) Cell[int] { return Cell[int]{Value: i * 7919 % 100} })),
		Series("c", fill(300, func(i int) Cell[string] { return Cell[string]{Value: string(rune('a' + i*31%7))} })))
	if p := profileOf(t, clean, ProfileOptions{}); len(p.Warnings) > 0 || !strings.Contains(p.HTML(), "Nothing suspicious") {
		t.Errorf("a clean table: %v", p.Warnings)
	}
	twice := must(Concat(clean, must(clean.Take([]int{0, 1}))(t)))(t)
	if p := profileOf(t, twice, ProfileOptions{}); len(p.Warnings) != 1 || p.Warnings[0].Kind != WarnDuplicateRows || p.Warnings[0].Count != 2 {
		t.Errorf("two rows twice: %v", p.Warnings)
	}
}

func TestTextsAsNumbersAndDates(t *testing.T) {
	texts := func(vs ...string) Table {
		all := slices.Repeat(vs, 10)
		return mustTable(nil, Series("t", values(all...)))
	}
	for _, c := range []struct {
		name  string
		table Table
		kind  WarningKind
	}{
		{"numbers", texts("1", "-2.5", ".5", "1e-9", " 7 "), WarnNumbersAsText},
		{"dates", texts("2024-01-01", "2024-02-29", "2024-01-01T10:00:00Z"), WarnDatesAsText},
		{"mostly dates", texts("2024-01-01", "2024-01-02", "2024-02-30"), WarnMixed},
		{"mostly numbers", texts("1", "2", "3 kg"), WarnMixed},
	} {
		p := profileOf(t, c.table, ProfileOptions{})
		if !slices.ContainsFunc(p.Warnings, func(w Warning) bool { return w.Kind == c.kind }) {
			t.Errorf("%s: %v", c.name, p.Warnings)
		}
	}
	for s, want := range map[string]bool{"": false, "-": false, ".": false, "1.": true, "1e": false, "1e+5": true, "+3": true, "0x10": false, "1_000": false, "1,5": false, "NaN": false, "inf": false, "١": false} {
		if numericText(s) != want {
			t.Errorf("%q is a number: %t", s, !want)
		}
	}
	for s, want := range map[string]bool{"": true, "?": true, "--": true, "N/A": true, "null": true, "NaN": true, "no": false, "x": false, "0": false, "日本": false, "-1": false} {
		if missingMarker(s) != want {
			t.Errorf("%q stands for missing: %t", s, !want)
		}
	}
}

// The target is guessed by columns that know it, and by no others.
func TestTelling(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	n := 2000
	y := fill(n, func(int) Cell[float64] { return Cell[float64]{rng.NormFloat64(), rng.IntN(20) == 0} })
	class := fill(n, func(i int) Cell[string] { return Cell[string]{Value: fmt.Sprint(y[i].Value > 0.3)} })
	table := mustTable(nil, Series("y", y), Series("class", class),
		Series("id", fill(n, func(i int) Cell[int] { return Cell[int]{Value: i} })),
		Series("name", fill(n, func(i int) Cell[string] { return Cell[string]{Value: fmt.Sprint("n", i)} })),
		Series("exp y", fill(n, func(i int) Cell[float64] { return Cell[float64]{math.Exp(y[i].Value), y[i].Null} })),
		Series("y squared", fill(n, func(i int) Cell[float64] { return Cell[float64]{y[i].Value * y[i].Value, y[i].Null} })),
		Series("code", fill(n, func(i int) Cell[string] { return Cell[string]{Value: fmt.Sprintf("k%d", int(50+8*y[i].Value))} })),
		Series("noise", fill(n, func(int) Cell[float64] { return Cell[float64]{Value: rng.NormFloat64()} })),
		Series("missing if small", fill(n, func(i int) Cell[float64] { return Cell[float64]{rng.Float64(), y[i].Value <= 0.3} })))
	scores := func(target string) map[string]float64 {
		out := map[string]float64{}
		for _, c := range profileOf(t, table, ProfileOptions{Target: target}).Columns {
			if c.Tells != nil {
				out[c.Name] = c.Tells.Score
			}
		}
		return out
	}
	for _, c := range []struct {
		target, column string
		low, high      float64
	}{
		{"y", "exp y", 0.999, 1}, {"y", "code", 0.95, 1}, {"y", "y squared", 0, 0.3}, {"y", "noise", 0, 0.05}, {"y", "id", 0, 0.05}, {"y", "name", 0, 0},
		{"y", "class", 0.5, 0.8},
		{"class", "exp y", 0.9, 1}, {"class", "missing if small", 1, 1}, {"class", "noise", 0, 0.05}, {"class", "id", 0, 0.05}, {"class", "name", 0, 0}, {"class", "code", 0.9, 1},
	} {
		if s := scores(c.target)[c.column]; s < c.low || s > c.high {
			t.Errorf("%s tells %v of %s, want %v to %v", c.column, s, c.target, c.low, c.high)
		}
	}
	if s, ok := scores("y")["y"]; ok {
		t.Errorf("the target tells %v of itself", s)
	}
	// Pairs that a table of all combinations would be too large for.
	many := codes{of: make([]int32, n), kinds: 1 << 22}
	same := codes{of: make([]int32, n), kinds: 40}
	for i := range n {
		same.of[i] = int32(i % 40)
		many.of[i] = same.of[i] * 1000
	}
	if g := guessing(many, same); g != 1 {
		t.Errorf("classes guessed by values that name them: %v", g)
	}
}

func TestProfileOfPartOfTheRows(t *testing.T) {
	table := sales(6000)
	all := profileOf(t, table, ProfileOptions{})
	part := profileOf(t, table, ProfileOptions{RelationRows: 4000, Seed: 3})
	if all.RelationRows != 6000 || part.RelationRows != 4000 || !strings.Contains(part.HTML(), "4000 rows chosen") {
		t.Errorf("relations from %d and %d rows", all.RelationRows, part.RelationRows)
	}
	if !reflect.DeepEqual(all.Columns, part.Columns) {
		t.Error("the columns differ where relations come from a part of the rows")
	}
	for i, row := range all.Spearman.Values {
		for j, r := range row {
			if math.Abs(r-part.Spearman.Values[i][j]) > 0.08 || math.Abs(all.Pearson.Values[i][j]-part.Pearson.Values[i][j]) > 0.08 {
				t.Errorf("%s and %s: %v, from a part of the rows %v", all.Spearman.Columns[i], all.Spearman.Columns[j], r, part.Spearman.Values[i][j])
			}
		}
	}
	if rows := someRows(1000, 250, 1); len(rows) != 250 || !slices.IsSorted(rows) || slices.Equal(rows, someRows(1000, 250, 2)) {
		t.Errorf("%d rows", len(rows))
	}
	wide := profileOf(t, must(ugly(1, 10).Pick())(t), ProfileOptions{RelationRows: -1})
	if wide.RelationRows != 10 {
		t.Errorf("all rows are %d", wide.RelationRows)
	}
}

func TestProfileIsTheSameOnAnyNumberOfCores(t *testing.T) {
	table := sales(40_000)
	for _, o := range []ProfileOptions{{Target: "price"}, {Target: "member", RelationRows: 9000, Seed: 5}} {
		onCores(t, func(t *testing.T) string { return string(must(json.Marshal(profileOf(t, table, o)))(t)) })
	}
}

// JSON has no NaN, and HTML must neither break nor run what stands in cells.
func TestProfileShowsItself(t *testing.T) {
	evil := `</td><script>alert(1)</script>&"'`
	tables := map[string]Table{
		"movies":     movies(400),
		"ugly":       ugly(3, 200),
		"no rows":    ugly(3, 0),
		"no columns": {},
		"one row":    ugly(4, 1),
		"evil": mustTable(nil, Series(evil, values(evil, evil, "x")), Series(evil+"2", values(1., math.Inf(1), math.NaN())),
			Series("", values(1, 2, 3)), Series("long", values(strings.Repeat("é", 5000), "\x00\x1b[31m", "\xff\xfe"))),
		"all infinite": mustTable(nil, Series("v", values(math.Inf(1), math.Inf(1), math.Inf(-1))), Series("w", values(1., 2, 3))),
	}
	for name, table := range tables {
		target := ""
		if names := table.Names(); len(names) > 0 {
			target = names[len(names)-1]
		}
		p := profileOf(t, table, ProfileOptions{Target: target})
		b, err := json.Marshal(p)
		if err != nil || !json.Valid(b) {
			t.Errorf("%s as JSON: %v", name, err)
		}
		if again, _ := json.Marshal(profileOf(t, table, ProfileOptions{Target: target})); !bytes.Equal(b, again) {
			t.Errorf("%s: the JSON of the same table differs", name)
		}
		page := p.HTML()
		if strings.Contains(page, "<script") || strings.Contains(page, "http") || strings.Contains(page, `: NaN"`) {
			t.Errorf("%s: the page runs or fetches something", name)
		}
		if err := wellFormed(page); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if text := p.String(); !strings.Contains(text, fmt.Sprintf("%d columns", table.Ncol())) {
			t.Errorf("%s as text: %s", name, text)
		}
	}
}

// wellFormed reads HTML as XML: every tag that opens must close.
func wellFormed(page string) error {
	d := xml.NewDecoder(strings.NewReader(strings.ToValidUTF8(page, "?")))
	d.Strict = true
	d.Entity = xml.HTMLEntity
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func TestProfileErrorsAndProgress(t *testing.T) {
	if _, err := Profile(t.Context(), nil, ugly(1, 5), ProfileOptions{Target: "itn"}); !errors.Is(err, ErrColumn) || !strings.Contains(err.Error(), `"int"`) {
		t.Errorf("an unknown target: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Profile(ctx, nil, ugly(1, 5), ProfileOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that has ended: %v", err)
	}
	var events, finished atomic.Int64
	must(Profile(t.Context(), progress.Func(func(e progress.Event) {
		events.Add(1)
		if e.Finished() {
			finished.Add(1)
		}
	}), ugly(1, 5), ProfileOptions{}))(t)
	if events.Load() != 8 || finished.Load() != 1 {
		t.Errorf("%d events, %d of them final", events.Load(), finished.Load())
	}
}

func TestNumbersForPeople(t *testing.T) {
	for v, want := range map[float64]string{0: "0", math.Copysign(0, -1): "0", 12: "12", -3: "−3", 12345: "12\u202f345", 123456.7: "123\u202f500", 0.00012345: "0.0001234", 1e-9: "1e-09", 12.3456: "12.35",
		1e300: "1e300", -98765432.1: "−98\u202f770\u202f000", 1234.4: "1234", 999999.9: "1\u202f000\u202f000"} {
		if want = minus(want); short(v) != want {
			t.Errorf("%v is shown as %q, want %q", v, short(v), want)
		}
	}
	for n, want := range map[int]string{0: "0", 9999: "9999", -9999: "-9999", 10000: "10\u202f000", -123456: "-123\u202f456", 1234567: "1\u202f234\u202f567"} {
		if grouped(n) != want {
			t.Errorf("%d is shown as %q", n, grouped(n))
		}
	}
	for _, c := range []struct {
		n, of int
		want  string
	}{{0, 0, "0 %"}, {0, 9, "0 %"}, {9, 9, "100 %"}, {1, 1e6, "<0.1 %"}, {1e6 - 1, 1e6, ">99.9 %"}, {1, 3, "33 %"}, {1, 40, "2.5 %"}, {98, 100, "98.0 %"}} {
		if got := percent(c.n, c.of); got != c.want {
			t.Errorf("%d of %d is %s, want %s", c.n, c.of, got, c.want)
		}
	}
}

func ExampleProfile() {
	t, _ := New(nil,
		Series("genre", values("Drama", "drama", "Comedy", "Drama")),
		Series("year", values("1999", "2004", "N/A", "2010")),
		Series("currency", values("USD", "USD", "USD", "USD")))
	p, err := Profile(context.Background(), nil, t, ProfileOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Summary())
	for _, w := range p.Warnings {
		fmt.Println(w)
	}
	// Output:
	// 4 rows × 3 columns, 0 % of the cells missing, no duplicate rows
	// year is a number in 75 % of the rows with a value; the others are "N/A" (1): name them in Missing when the file is read, or mend them
	// genre has 2 values that differ from another in case or blanks alone, such as "Drama", "drama"; bring them to one spelling
	// currency has the same value "USD" in every row; it tells nothing, drop it
}
