package frame

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/go-gota/gota/series"
)

// opsGolden is testdata/ops/golden.json: what pandas, numpy and SciPy say; see golden.py
// beside it.
type opsGolden struct {
	Tables, Sides map[string]map[string]goldenColumn
	Groups        []struct {
		Table        string
		Keys         []string
		Sort, Dropna bool
		Want         map[string][]any
	}
	Describe []struct {
		Table string
		Want  map[string]map[string]any
	}
	Sort []struct {
		Table     string
		By        []string
		Ascending []bool
		Rows      []int
	}
	Duplicates []struct {
		Table   string
		Columns []string
		Keep    string
		Rows    []int
	}
	Correlations []struct {
		Table             string
		Columns           []string
		Pearson, Spearman [][]any
		X, Y              []float64
		ScipySpearman     float64 `json:"scipy_spearman"`
		ScipyPearson      float64 `json:"scipy_pearson"`
		Cramer            float64
	}
	Quantiles []struct {
		Table string
		Q     float64
		Want  map[string]any
	}
	Joins []struct {
		Left, Right string
		LeftOn      []string `json:"left_on"`
		RightOn     []string `json:"right_on"`
		How         How
		Want        map[string][]any
	}
}

type goldenColumn struct {
	Kind   string
	Values []any
}

func (c *goldenColumn) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	return d.Decode(&[]any{&c.Kind, &c.Values})
}

var golden = sync.OnceValue(func() *opsGolden {
	f, err := os.Open("testdata/ops/golden.json")
	if err != nil {
		panic(err)
	}
	defer f.Close()
	g := &opsGolden{}
	d := json.NewDecoder(f)
	d.UseNumber()
	if err := d.Decode(g); err != nil {
		panic(err)
	}
	return g
})

// table makes a frame of a golden table; its columns are in the order of their names.
func (g *opsGolden) table(name string) Table {
	columns, ok := g.Tables[name]
	if !ok {
		columns, ok = g.Sides[name]
	}
	if !ok {
		panic("no golden table " + name)
	}
	var cols []series.Series
	for _, c := range slices.Sorted(mapKeys(columns)) {
		vs := columns[c].Values
		switch columns[c].Kind {
		case "integer":
			cols = append(cols, Series(c, fill(len(vs), func(i int) Cell[int] {
				if vs[i] == nil {
					return Cell[int]{Null: true}
				}
				v, err := strconv.Atoi(string(vs[i].(json.Number)))
				if err != nil {
					panic(err)
				}
				return Cell[int]{Value: v}
			})))
		case "number":
			cols = append(cols, Series(c, fill(len(vs), func(i int) Cell[float64] { return floatCell(goldenNumber(vs[i])) })))
		case "boolean":
			cols = append(cols, Series(c, fill(len(vs), func(i int) Cell[bool] {
				v, ok := vs[i].(bool)
				return Cell[bool]{v, !ok}
			})))
		default:
			cols = append(cols, Series(c, fill(len(vs), func(i int) Cell[string] {
				v, ok := vs[i].(string)
				return Cell[string]{v, !ok}
			})))
		}
	}
	return mustTable(nil, cols...)
}

func mapKeys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// goldenNumber reads a number as golden.py writes it.
func goldenNumber(v any) float64 {
	switch v := v.(type) {
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			panic(err)
		}
		return f
	case string:
		f, err := strconv.ParseFloat(v, 64)
		if err != nil {
			panic(err)
		}
		return f
	case bool:
		if v {
			return 1
		}
		return 0
	}
	return math.NaN()
}

// close1e9 compares numbers to a thousand millionth of their size.
func close1e9(a, b float64) bool {
	if math.IsNaN(a) || math.IsNaN(b) {
		return math.IsNaN(a) && math.IsNaN(b)
	}
	if math.IsInf(a, 0) || math.IsInf(b, 0) {
		return a == b
	}
	return math.Abs(a-b) <= 1e-9*max(math.Abs(a), math.Abs(b))+1e-15
}

// agrees compares a column with golden values.
func agrees(c Column, want []any) error {
	if c.Len() != len(want) {
		return fmt.Errorf("%d rows, want %d", c.Len(), len(want))
	}
	for i, w := range want {
		ok := false
		switch {
		case w == nil || c.Missing(i):
			ok = w == nil && c.Missing(i)
		case c.Kind == Float:
			ok = close1e9(c.Floats[i].Value, goldenNumber(w))
		case c.Kind == Int:
			n, isNumber := w.(json.Number)
			ok = isNumber && (string(n) == strconv.Itoa(c.Ints[i].Value) || !strings.ContainsAny(string(n), "123456789") && c.Ints[i].Value == 0 || close1e9(float64(c.Ints[i].Value), goldenNumber(w)) && strings.Contains(string(n), "."))
		case c.Kind == Bool:
			ok = w == c.Bools[i].Value
		default:
			ok = w == c.Texts[i].Value
		}
		if !ok {
			return fmt.Errorf("row %d is %q (missing: %t), want %v", i, c.Format(i), c.Missing(i), w)
		}
	}
	return nil
}

func TestGroupsAgreeWithPandas(t *testing.T) {
	for _, g := range golden().Groups {
		table := golden().table(g.Table)
		aggs := []Agg{}
		for _, name := range slices.Sorted(mapKeys(g.Want)) {
			column, stat, found := strings.Cut(name, "_")
			switch {
			case !found && name == "size":
				aggs = append(aggs, Agg{Stat: Size})
			case !found: // a key
			case stat[0] == 'q':
				q, err := strconv.ParseFloat(stat[1:], 64)
				if err != nil {
					t.Fatal(err)
				}
				aggs = append(aggs, Agg{Column: column, Stat: Quantile, Q: q})
			default:
				aggs = append(aggs, Agg{Column: column, Stat: Stat(stat)})
			}
		}
		got, err := GroupBy(table, g.Keys, aggs, GroupOptions{ByAppearance: !g.Sort, KeepMissing: !g.Dropna})
		if err != nil {
			t.Fatalf("%s by %v: %v", g.Table, g.Keys, err)
		}
		for name, want := range g.Want {
			c := must(got.Column(name))(t)
			if strings.HasSuffix(name, "q0.3") && strings.Contains(g.Table, "infinite") {
				for i := range want { // pandas makes NaN where an infinity is a neighbour
					if want[i] == nil && math.IsInf(c.Floats[i].Value, 0) {
						want[i] = strconv.FormatFloat(c.Floats[i].Value, 'g', -1, 64)
					}
				}
			}
			if err := agrees(c, want); err != nil {
				t.Errorf("%s by %v, sort %t, dropna %t: %s: %v", g.Table, g.Keys, g.Sort, g.Dropna, name, err)
			}
		}
	}
}

func TestJoinsAgreeWithPandas(t *testing.T) {
	for _, j := range golden().Joins {
		l, r := golden().table(j.Left), golden().table(j.Right)
		o := JoinOptions{How: j.How, LeftOn: j.LeftOn, RightOn: j.RightOn}
		if j.How != Semi && j.How != Anti {
			o.Indicator = "from"
		}
		got, err := Join(l, r, o)
		if err != nil {
			t.Fatalf("%+v: %v", o, err)
		}
		if got.Ncol() != len(j.Want) {
			t.Errorf("%s and %s, %+v: columns %v, want %v", j.Left, j.Right, o, got.Names(), slices.Sorted(mapKeys(j.Want)))
			continue
		}
		for name, want := range j.Want {
			if err := agrees(must(got.Column(name))(t), want); err != nil {
				t.Errorf("%s and %s, %+v: %s: %v", j.Left, j.Right, o, name, err)
			}
		}
	}
}

func TestSortAgreesWithPandas(t *testing.T) {
	for _, s := range golden().Sort {
		by := make([]By, len(s.By))
		for i := range by {
			by[i] = By{s.By[i], !s.Ascending[i]}
		}
		if rows := must(SortedRows(golden().table(s.Table), by...))(t); !slices.Equal(rows, s.Rows) {
			t.Errorf("%s by %v: %v, want %v", s.Table, by, rows, s.Rows)
		}
	}
}

func TestDuplicatesAgreeWithPandas(t *testing.T) {
	for _, d := range golden().Duplicates {
		ids, n, err := golden().table(d.Table).Identify(d.Columns...)
		if err != nil {
			t.Fatal(err)
		}
		counts, first, last := make([]int, n), make([]int, n), make([]int, n)
		for i, id := range ids {
			if counts[id] == 0 {
				first[id] = i
			}
			counts[id]++
			last[id] = i
		}
		rows := []int{}
		for i, id := range ids {
			if d.Keep == "first" && first[id] != i || d.Keep == "last" && last[id] != i || d.Keep == "False" && counts[id] > 1 {
				rows = append(rows, i)
			}
		}
		if !slices.Equal(rows, d.Rows) {
			t.Errorf("%s, %v, keeping %s: %v, want %v", d.Table, d.Columns, d.Keep, rows, d.Rows)
		}
	}
}

func TestDescribeAgreesWithPandas(t *testing.T) {
	for _, d := range golden().Describe {
		got := must(Describe(golden().table(d.Table)))(t)
		names := must(got.Column("column"))(t)
		if names.Len() != len(d.Want) {
			t.Errorf("%s: %d columns, want %d", d.Table, names.Len(), len(d.Want))
		}
		for i := range names.Len() {
			for what, want := range d.Want[names.Texts[i].Value] {
				c := must(got.Column(what))(t)
				if want == nil && what != "std" && c.Kind == Float && math.IsInf(c.Floats[i].Value, 0) {
					continue // pandas makes NaN where an infinity is a neighbour
				}
				if c.Kind == Text && want != nil { // the most frequent is text here whatever the kind
					want = strings.ToLower(fmt.Sprint(want))
					if names.Texts[i].Value == "s" {
						want = d.Want["s"]["top"]
					}
				}
				one := must(got.Take([]int{i}))(t)
				if err := agrees(must(one.Column(what))(t), []any{want}); err != nil {
					t.Errorf("%s, %s: %s: %v", d.Table, names.Texts[i].Value, what, err)
				}
			}
		}
	}
}

func TestQuantilesAgreeWithNumpy(t *testing.T) {
	for _, q := range golden().Quantiles {
		table := golden().table(q.Table)
		for name, want := range q.Want {
			c := must(table.Column(name))(t)
			var got float64
			if c.Kind == Int {
				got = quantiles(Int, presentKeys(nil, c.Ints), q.Q)[0]
			} else {
				got = quantiles(Float, presentKeys(nil, c.Floats), q.Q)[0]
			}
			if w := goldenNumber(want); !close1e9(got, w) && !(want == nil && math.IsInf(got, 0)) {
				t.Errorf("%s, %s: quantile %v is %v, want %v", q.Table, name, q.Q, got, w)
			}
		}
	}
}
