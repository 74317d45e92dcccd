package dedupe

import (
	"context"
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/golden"
)

// The expected rows come from pandas, jellyfish, rapidfuzz and SciPy: testdata/golden.py.

type expected struct {
	Exact []struct {
		Name    string
		Subset  []string
		Columns []struct {
			Name, Kind string
			Values     []any
		}
		First, Last, False []int
	}
	Near []struct {
		Name      string
		Rows      [][]any
		Rules     []Compare
		Threshold float64
		Evidence  float64
		Pairs     [][3]float64
		Groups    [][]int
		Complete  [][]int
		Prefix    int
	}
}

func reference(t *testing.T) expected {
	t.Helper()
	return golden.Read[expected](t, "testdata/golden.json")
}

func table(t testing.TB, cols ...series.Series) frame.Table {
	t.Helper()
	out, err := frame.New(nil, cols...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// of makes a column; nil is a missing value.
func of[T frame.Value](name string, values ...any) series.Series {
	cells := make([]frame.Cell[T], len(values))
	for i, v := range values {
		if v == nil {
			cells[i].Null = true
		} else {
			cells[i].Value = v.(T)
		}
	}
	return frame.Series(name, cells)
}

// read makes a column of values as the reference file writes them.
func read(t *testing.T, name, kind string, values []any) series.Series {
	t.Helper()
	out := slices.Clone(values)
	for i, v := range out {
		f, number := v.(float64)
		s, word := v.(string)
		switch {
		case kind == "integer" && number:
			out[i] = int(f)
		case kind == "integer" && word: // more than a float64 can hold
			n, err := strconv.Atoi(s)
			if err != nil {
				t.Fatal(err)
			}
			out[i] = n
		case kind == "number" && word:
			f, err := strconv.ParseFloat(s, 64)
			if err != nil {
				t.Fatal(err)
			}
			out[i] = f
		}
	}
	switch kind {
	case "integer":
		return of[int](name, out...)
	case "number":
		return of[float64](name, out...)
	case "boolean":
		return of[bool](name, out...)
	}
	return of[string](name, out...)
}

func TestEqualRowsAsPandas(t *testing.T) {
	for _, c := range reference(t).Exact {
		t.Run(c.Name, func(t *testing.T) {
			var cols []series.Series
			for _, col := range c.Columns {
				cols = append(cols, read(t, col.Name, col.Kind, col.Values))
			}
			in := table(t, cols...)
			for keep, want := range map[Keep][]int{First: c.First, Last: c.Last, None: c.False} {
				o := Options{Columns: c.Subset, Keep: keep}
				flags, err := Duplicated(in, o)
				if err != nil {
					t.Fatal(err)
				}
				var got []int
				for i, d := range flags {
					if d {
						got = append(got, i)
					}
				}
				out, r, err := Drop(in, o)
				if err != nil {
					t.Fatal(err)
				}
				if len(got) != len(want) || len(want) > 0 && !slices.Equal(got, want) {
					t.Errorf("keep %v: duplicated %v, want %v", keep, got, want)
				}
				if !slices.Equal(r.Dropped, got) || r.Rows != in.Nrow() || r.Kept != out.Nrow() || r.Kept+len(got) != r.Rows {
					t.Errorf("keep %v: %d rows of %d are left, report %+v", keep, out.Nrow(), in.Nrow(), r)
				}
			}
			g, err := Find(in, c.Subset...)
			if err != nil {
				t.Fatal(err)
			}
			if g.Rows() != len(c.False) {
				t.Errorf("%d rows in groups, want %d", g.Rows(), len(c.False))
			}
			for i, group := range g.List {
				if group.Number != i || !slices.IsSorted(group.Rows) || len(group.Rows) < 2 || i > 0 && group.Rows[0] < g.List[i-1].Rows[0] {
					t.Errorf("group %d: %+v", i, group)
				}
			}
			dropped, r, err := g.Drop(in, Choices{})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(r.Dropped, c.First) && len(c.First) > 0 || dropped.Nrow() != in.Nrow()-len(c.First) {
				t.Errorf("groups dropped %v, want %v", r.Dropped, c.First)
			}
		})
	}
}

// people makes the table of the near duplicates' rows.
func people(t *testing.T, rows [][]any) frame.Table {
	t.Helper()
	column := func(k int) []any {
		out := make([]any, len(rows))
		for i, r := range rows {
			out[i] = r[k]
		}
		return out
	}
	out := table(t, of[string]("name", column(0)...), of[string]("city", column(1)...), of[string]("phone", column(2)...),
		of[string]("born", column(3)...), of[float64]("paid", column(4)...))
	out, err := out.WithFields(frame.Field{Name: "born", Kind: frame.Date})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// members are the rows of each group, sorted.
func members(g *Groups) [][]int {
	out := make([][]int, len(g.List))
	for i, group := range g.List {
		out[i] = slices.Sorted(slices.Values(group.Rows))
	}
	return out
}

func sameGroups(a, b [][]int) bool { return slices.EqualFunc(a, b, slices.Equal[[]int]) }

func TestNearDuplicatesAsJellyfishAndRapidfuzz(t *testing.T) {
	complete := 0
	for _, c := range reference(t).Near {
		t.Run(c.Name, func(t *testing.T) {
			in := people(t, c.Rows)
			o := NearOptions{Compare: c.Rules, Threshold: c.Threshold, Evidence: c.Evidence}
			if c.Prefix > 0 {
				o.Blocks = []Block{{Keys: []Key{{Column: "name", By: Prefix, Length: c.Prefix}}}}
			}
			g, err := FindNear(context.Background(), nil, in, o)
			if err != nil {
				t.Fatal(err)
			}
			if got := members(g); !sameGroups(got, c.Groups) {
				t.Errorf("groups %v, want %v", got, c.Groups)
			}
			var pairs []Pair
			for _, group := range g.List {
				pairs = append(pairs, group.Pairs...)
			}
			slices.SortFunc(pairs, byRows)
			if len(pairs) != len(c.Pairs) {
				t.Fatalf("%d pairs, want %d", len(pairs), len(c.Pairs))
			}
			for i, p := range pairs {
				want := c.Pairs[i]
				if p.A != int(want[0]) || p.B != int(want[1]) || math.Abs(p.Score-want[2]) > 1e-9 {
					t.Errorf("pair %+v, want %v", p, want)
				}
			}
			if c.Complete == nil {
				return
			}
			complete++
			o.Complete = true
			if g, err = FindNear(context.Background(), nil, in, o); err != nil {
				t.Fatal(err)
			}
			if got := members(g); !sameGroups(got, c.Complete) {
				t.Errorf("complete groups %v, want %v", got, c.Complete)
			}
		})
	}
	if complete < 5 {
		t.Errorf("complete linkage was compared %d times", complete)
	}
}
