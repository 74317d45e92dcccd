package feature

import (
	"encoding/json"
	"iter"
	"math"
	"testing"

	"github.com/go-gota/gota/series"
	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// This file is what the tests have in common.

// numberColumn makes a column; NaN is missing.
func numberColumn(name string, v ...float64) series.Series {
	cells := frame.MakeCells[float64](len(v))
	for i, x := range v {
		cells[i] = frame.Cell[float64]{Value: x, Null: x != x}
	}
	return frame.Series(name, cells)
}

// none is a missing text.
const none = "\x00none"

func textColumn(name string, v ...string) series.Series {
	cells := frame.MakeCells[string](len(v))
	for i, s := range v {
		cells[i] = frame.Cell[string]{Value: s}
		if s == none {
			cells[i] = frame.Cell[string]{Null: true}
		}
	}
	return frame.Series(name, cells)
}

func boolColumn(name string, v ...bool) series.Series {
	cells := frame.MakeCells[bool](len(v))
	for i, b := range v {
		cells[i].Value = b
	}
	return frame.Series(name, cells)
}

func tableOf(t testing.TB, schema frame.Schema, cols ...series.Series) frame.Table {
	t.Helper()
	table, err := frame.New(schema, cols...)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func mustFit(t testing.TB, p Pipeline, table frame.Table) *Fitted {
	t.Helper()
	f, err := p.Fit(t.Context(), nil, split.WholeAsTrain(table))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func mustMatrix(t testing.TB, f *Fitted, table frame.Table) *mat.Dense {
	t.Helper()
	x, err := f.Matrix(t.Context(), nil, table)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// sameBits reports whether two matrices are of one size and have the same bits.
func sameBits(a, b mat.Matrix) bool {
	n, p := a.Dims()
	if r, c := b.Dims(); r != n || c != p {
		return false
	}
	for i := range n {
		for j := range p {
			if math.Float64bits(a.At(i, j)) != math.Float64bits(b.At(i, j)) {
				return false
			}
		}
	}
	return true
}

// pieces cuts a table into pieces of so many rows.
func pieces(t testing.TB, table frame.Table, size int) iter.Seq2[frame.Table, error] {
	return func(yield func(frame.Table, error) bool) {
		for low := 0; low < table.Nrow(); low += size {
			var rows []int
			for i := low; i < min(low+size, table.Nrow()); i++ {
				rows = append(rows, i)
			}
			piece, err := table.Take(rows)
			if !yield(piece, err) {
				return
			}
		}
	}
}

// setRow sets a Row's inputs to row i of a table.
func setRow(t testing.TB, r *Row, f *Fitted, table frame.Table, i int) {
	t.Helper()
	for k, field := range f.Inputs() {
		c, err := table.Column(field.Name)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case c.Missing(i):
			r.SetMissing(k)
		case c.Texts != nil:
			err = r.SetText(k, c.Texts[i].Value)
		default:
			var v []float64
			if v, err = c.Numbers(); err == nil {
				err = r.SetNumber(k, v[i])
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// checkWays applies a pipeline to a table in every way that there is, also after it was
// saved and loaded, and expects the same bits.
func checkWays(t *testing.T, f *Fitted, table frame.Table) {
	t.Helper()
	want := mustMatrix(t, f, table)
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	loaded := &Fitted{}
	if err := loaded.UnmarshalJSON(b); err != nil {
		t.Fatalf("loading what was saved: %v\n%.2000s", err, b)
	}
	if again, err := json.Marshal(loaded); err != nil || string(again) != string(b) {
		t.Errorf("saved anew it differs: %v", err)
	}
	if !sameBits(want, mustMatrix(t, loaded, table)) {
		t.Error("loaded, it gives other bits")
	}
	_, p := want.Dims()
	row := 0
	for x, err := range f.Stream(t.Context(), pieces(t, table, 7)) {
		if err != nil {
			t.Fatal(err)
		}
		n, _ := x.Dims()
		if p > 0 && !sameBits(want.Slice(row, row+n, 0, p), x) {
			t.Errorf("the piece from row %d has other bits", row)
		}
		row += n
	}
	r, err := f.Row()
	if err != nil {
		t.Fatal(err)
	}
	for i := range min(table.Nrow(), 100) {
		if p == 0 {
			break
		}
		setRow(t, r, f, table, i)
		x, err := r.Features()
		if err != nil {
			t.Fatal(err)
		}
		if !sameBits(want.Slice(i, i+1, 0, p), mat.NewDense(1, p, x)) {
			t.Errorf("row %d by itself has other bits: %v, want %v", i, x, want.RawRowView(i))
			break
		}
	}
	if n := testing.AllocsPerRun(10, func() { _, _ = r.Features() }); n > 0 {
		t.Errorf("a row takes memory %v times", n)
	}
	s, err := f.Sparse(t.Context(), nil, table)
	if err != nil {
		t.Fatal(err)
	}
	if p > 0 && table.Nrow() > 0 && !mat.Equal(zeroed(want), zeroed(mat.DenseCopyOf(s))) {
		t.Error("the sparse matrix has other numbers")
	}
}

// zeroed makes NaN a number that equals itself.
func zeroed(m *mat.Dense) *mat.Dense {
	var out mat.Dense
	out.Apply(func(_, _ int, v float64) float64 {
		if v != v {
			return -12345
		}
		return v
	}, m)
	return &out
}
