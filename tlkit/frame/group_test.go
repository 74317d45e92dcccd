package frame

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

var everyStat = func() (aggs []Agg) {
	for _, s := range stats {
		for _, c := range []string{"text", "float", "int", "bool", "day", "size"} {
			if !s.wantsNumbers() || c == "float" || c == "int" || c == "bool" {
				aggs = append(aggs, Agg{Column: c, Stat: s, Q: 0.3})
			}
		}
	}
	return aggs
}()

func TestGroupSizesAddUp(t *testing.T) {
	for seed := range uint64(20) {
		table := ugly(seed, []int{0, 1, 40, 700}[seed%4])
		for _, keys := range [][]string{nil, {"text"}, {"size", "bool"}, {"float", "day", "int"}} {
			for _, o := range []GroupOptions{{}, {ByAppearance: true}, {KeepMissing: true}, {true, true}} {
				got := must(GroupBy(table, keys, append([]Agg{{Stat: Size, As: "rows"}}, everyStat...), o))(t)
				missing := 0
				for _, row := range plainRows(t, table, keys...) {
					if len(keys) > 0 && strings.Contains(row+"|", "|-|") {
						missing++
					}
				}
				want := table.Nrow()
				if !o.KeepMissing {
					want -= missing
				}
				sum := 0
				for _, c := range must(got.Column("rows"))(t).Ints {
					sum += c.Value
				}
				if sum != want {
					t.Errorf("seed %d by %v, %+v: groups of %d rows in all, want %d", seed, keys, o, sum, want)
				}
				if rows := plainRows(t, got, keys...); len(keys) > 0 && len(slices.Compact(slices.Sorted(slices.Values(rows)))) != len(rows) {
					t.Errorf("seed %d by %v: a key has two groups", seed, keys)
				}
			}
		}
	}
}

// The order of the groups is Sort's, or that of the first rows.
func TestGroupOrder(t *testing.T) {
	table := ugly(5, 300)
	keys := []string{"size", "day", "text"}
	sorted := must(GroupBy(table, keys, nil, GroupOptions{KeepMissing: true}))(t)
	again := must(Sort(sorted, Asc("size"), Asc("day"), Asc("text")))(t)
	if a, b := listing(t, sorted), listing(t, again); a != b {
		t.Errorf("groups are not sorted: %.300s", a)
	}
	if c := must(sorted.Column("size"))(t); c.Texts[0].Value != "small" || c.Kind != Category {
		t.Errorf("the first size is %q of kind %v", c.Texts[0].Value, c.Kind)
	}
	byRow := must(GroupBy(table, keys, nil, GroupOptions{KeepMissing: true, ByAppearance: true}))(t)
	var want []string
	for _, r := range plainRows(t, table, keys...) {
		if !slices.Contains(want, r) {
			want = append(want, r)
		}
	}
	if got := plainRows(t, byRow, keys...); !slices.Equal(got, want) {
		t.Errorf("order of appearance: %v, want %v", got, want)
	}
}

func TestGroupsAreTheSameOnAnyNumberOfCores(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	n := 120_000 // several pieces
	table := mustTable(nil,
		Series("k", fill(n, func(int) Cell[int] { return Cell[int]{rng.IntN(9), rng.IntN(50) == 0} })),
		Series("v", fill(n, func(int) Cell[float64] {
			return Cell[float64]{rng.NormFloat64() * math.Pow(10, float64(rng.IntN(9))), rng.IntN(9) == 0}
		})))
	aggs := []Agg{}
	for _, s := range stats {
		aggs = append(aggs, Agg{Column: "v", Stat: s, Q: 0.9})
	}
	onCores(t, func(t *testing.T) string {
		return listing(t, must(GroupBy(table, []string{"k"}, aggs, GroupOptions{}))(t))
	})
}

// A sum keeps small numbers beside large ones, whatever their order.
func TestSumsAreExactWhereTheyCanBe(t *testing.T) {
	n := 100_000
	v := fill(n, func(i int) Cell[float64] { return Cell[float64]{Value: 0.1} })
	v[0].Value, v[n-1].Value = 1e16, -1e16
	table := mustTable(nil, Series("v", v), Series("i", fill(n, func(i int) Cell[int] {
		return Cell[int]{Value: []int{math.MaxInt, -math.MaxInt, 3}[i%3*(1-i/(n-1))]}
	})))
	got := must(GroupBy(table, nil, []Agg{{Column: "v", Stat: Sum}}, GroupOptions{}))(t)
	if sum := must(got.Column("v_sum"))(t).Floats[0].Value; math.Abs(sum-0.1*float64(n-2)) > 1e-9*sum {
		t.Errorf("0.1 × %d between large numbers is %v", n-2, sum)
	}
	// Halfway the sum leaves an int's range; in the end it does not.
	ints := mustTable(nil, Series("i", values(math.MaxInt, math.MaxInt, -math.MaxInt, -math.MaxInt, 7)))
	got = must(GroupBy(ints, nil, []Agg{{Column: "i", Stat: Sum}}, GroupOptions{}))(t)
	if sum := must(got.Column("i_sum"))(t).Ints[0].Value; sum != 7 {
		t.Errorf("the sum is %d, want 7", sum)
	}
	over := mustTable(nil, Series("k", values("a", "b", "b")), Series("i", values(1, math.MinInt, -1)))
	_, err := GroupBy(over, []string{"k"}, []Agg{{Column: "i", Stat: Sum}}, GroupOptions{})
	if !errors.Is(err, ErrOverflow) || !strings.Contains(err.Error(), `k = "b"`) {
		t.Errorf("a sum below all integers: %v", err)
	}
}

func TestGroupKinds(t *testing.T) {
	table := mustTable(Schema{{Name: "at", Kind: Date}, {Name: "size", Kind: Category, Levels: []string{"S", "M", "L"}}},
		Series("at", values("2024-01-01T12:00:00.5Z", "2024-01-01T12:00:00Z", "2023-12-31")),
		Series("size", values("L", "M", "M")), Series("b", values(true, false, true)))
	got := must(GroupBy(table, nil, []Agg{{Column: "at", Stat: Min}, {Column: "at", Stat: Max, As: "latest"}, {Column: "size", Stat: Max},
		{Column: "size", Stat: Mode}, {Column: "b", Stat: Sum}, {Column: "b", Stat: Mean}, {Stat: Size}}, GroupOptions{}))(t)
	want := map[string]string{"at_min": "2023-12-31", "latest": "2024-01-01T12:00:00.5Z", "size_max": "L", "size_mode": "M", "b_sum": "2", "b_mean": "0.6666666666666666", "size": "3"}
	for name, w := range want {
		if c := must(got.Column(name))(t); c.Format(0) != w {
			t.Errorf("%s is %s, want %s", name, c.Format(0), w)
		}
	}
	if c := must(got.Column("latest"))(t); c.Kind != Date {
		t.Errorf("the latest date is of kind %v", c.Kind)
	}
	if c := must(got.Column("size_max"))(t); !slices.Equal(c.Levels, []string{"S", "M", "L"}) {
		t.Errorf("the greatest size has levels %v", c.Levels)
	}
}

func TestGroupErrors(t *testing.T) {
	table := ugly(1, 9)
	for _, c := range []struct {
		name string
		keys []string
		agg  Agg
		is   error
		says string
	}{
		{"unknown key", []string{"txt"}, Agg{Stat: Size}, ErrColumn, `"text"`},
		{"unknown column", []string{"text"}, Agg{Column: "flaot", Stat: Mean}, ErrColumn, `"float"`},
		{"no column", []string{"text"}, Agg{Stat: Mean}, ErrColumn, ""},
		{"the mean of text", []string{"int"}, Agg{Column: "text", Stat: Mean}, ErrKind, "string"},
		{"the sum of dates", []string{"int"}, Agg{Column: "day", Stat: Sum}, ErrKind, "datetime"},
		{"no such statistic", []string{"int"}, Agg{Column: "float", Stat: "avg"}, nil, "mean"},
		{"a quantile beyond 1", []string{"int"}, Agg{Column: "float", Stat: Quantile, Q: 90}, nil, "from 0 to 1"},
		{"no quantile", []string{"int"}, Agg{Column: "float", Stat: Quantile, Q: math.NaN()}, nil, "from 0 to 1"},
		{"a name twice", []string{"int"}, Agg{Column: "float", Stat: Mean, As: "int"}, ErrShape, "As"},
		{"a key twice", []string{"int", "int"}, Agg{Stat: Size}, ErrShape, "twice"},
	} {
		_, err := GroupBy(table, c.keys, []Agg{c.agg}, GroupOptions{})
		if err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func ExampleGroupBy() {
	sales, _ := New(nil, Series("city", values("Rome", "Oslo", "Rome")), Series("price", values(3.0, 5.0, 4.5)))
	byCity, err := GroupBy(sales, []string{"city"}, []Agg{{Column: "price", Stat: Mean}, {Stat: Size}}, GroupOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	cols, _ := byCity.Columns()
	for i := range byCity.Nrow() {
		fmt.Println(cols[0].Format(i), cols[1].Format(i), cols[2].Format(i))
	}
	// Output:
	// Oslo 5.0 1
	// Rome 3.75 2
}
