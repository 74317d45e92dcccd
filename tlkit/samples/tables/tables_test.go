package tables

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/golden"
)

// reference is what scikit-learn says of its tables; see testdata/golden.py.
type reference struct {
	Tables []struct {
		Name                   string
		Features, Levels, Last []string
		First, Sums, Squares   []float64
	}
	Noise struct {
		X, Sums []float64
		Y       string
	}
	Line struct{ X, Y []float64 }
}

func readGolden(t *testing.T) reference {
	t.Helper()
	return golden.Read[reference](t, "testdata/golden.json")
}

func table(t *testing.T, s Sample) frame.Table {
	t.Helper()
	got, err := s.Read(context.Background(), nil)
	if err != nil {
		t.Fatal(s, err)
	}
	return got
}

// last is the column that is told, as text.
func last(t *testing.T, of frame.Table) (frame.Column, []string) {
	t.Helper()
	cols, err := of.Columns()
	if err != nil {
		t.Fatal(err)
	}
	c := cols[len(cols)-1]
	out := make([]string, c.Len())
	for i := range out {
		out[i] = c.Format(i)
	}
	return c, out
}

func near(a, b, by float64) bool { return math.Abs(a-b) <= by }

func TestTablesAreScikitLearns(t *testing.T) {
	for _, g := range readGolden(t).Tables {
		got := table(t, Sample{g.Name})
		names := got.Names()
		if n := len(names) - 1; !slices.Equal(names[:n], g.Features) || got.Nrow() != len(g.Last) {
			t.Errorf("%s: %d rows of %v", g.Name, got.Nrow(), names)
			continue
		}
		numbers, err := got.Numbers(g.Features...)
		if err != nil {
			t.Fatal(err)
		}
		for j, col := range numbers {
			sum, square := 0.0, 0.0
			for _, v := range col {
				sum += v
				square += v * v
			}
			if col[0] != g.First[j] || !near(sum, g.Sums[j], 1e-10*square) || !near(square, g.Squares[j], 1e-12*square) {
				t.Errorf("%s: %s begins with %v and adds up to %v, squared %v; there %v, %v, %v", g.Name, g.Features[j], col[0], sum, square, g.First[j], g.Sums[j], g.Squares[j])
			}
		}
		c, told := last(t, got)
		if !slices.Equal(told, g.Last) || !slices.Equal(c.Levels, g.Levels) {
			t.Errorf("%s: %v of %v, there %v", g.Name, told, c.Levels, g.Levels)
		}
	}
}

func TestNoiseIsScikitLearns(t *testing.T) {
	g := readGolden(t).Noise
	noise := table(t, Noise())
	if r, c := noise.Nrow(), noise.Ncol(); r != 200 || c != 10_001 {
		t.Fatalf("%d rows of %d columns", r, c)
	}
	x, err := noise.Numbers()
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range []float64{x[0][0], x[9999][0], x[0][1], x[9999][199]} {
		if !near(v, g.X[k], 1e-15*math.Abs(v)) {
			t.Errorf("%v, there %v", v, g.X[k])
		}
	}
	for j, want := range g.Sums {
		sum := 0.0
		for _, v := range x[j] {
			sum += v
		}
		if !near(sum, want, 1e-12) {
			t.Errorf("column %d adds up to %v, there to %v", j, sum, want)
		}
	}
	if _, told := last(t, noise); strings.Join(told, "") != g.Y {
		t.Errorf("classes %v", told)
	}
}

func TestLineIsScikitLearns(t *testing.T) {
	g := readGolden(t).Line
	got, err := table(t, Line()).Numbers("x", "y")
	if err != nil {
		t.Fatal(err)
	}
	for i := range g.X {
		if !near(got[0][i], g.X[i], 1e-15*math.Abs(g.X[i])) || !near(got[1][i], g.Y[i], 1e-14*math.Abs(g.Y[i])) {
			t.Errorf("row %d is %v, %v; there %v, %v", i, got[0][i], got[1][i], g.X[i], g.Y[i])
		}
	}
}

func TestSamples(t *testing.T) {
	for _, s := range All() {
		got := table(t, s)
		for _, name := range got.Names() {
			if c, err := got.Column(name); err != nil || c.CountMissing() != 0 {
				t.Errorf("%v: %s: %v, or something is missing", s, name, err)
			}
		}
		stopped, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := s.Read(stopped, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("%v goes on: %v", s, err)
		}
	}
	if _, err := (Sample{"wines"}).Read(context.Background(), nil); !errors.Is(err, ErrName) {
		t.Errorf("an unknown sample: %v", err)
	}
}

// What a program that imports this package carries.
func TestSize(t *testing.T) {
	entries, err := files.ReadDir("data")
	if err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for _, e := range entries {
		st, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		total += st.Size()
	}
	if len(entries) != 5 || total > 150_000 {
		t.Errorf("%d files of %d bytes", len(entries), total)
	}
}
