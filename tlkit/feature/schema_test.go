package feature

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/frame"
)

func TestSchemaSaysHowAFileIsRead(t *testing.T) {
	table, err := people(t).WithFields(frame.Field{Name: "born", Kind: frame.Date, Format: "%d.%m.%Y"})
	if err != nil {
		t.Fatal(err)
	}
	f := mustFit(t, allOfThem, table)
	want := frame.Schema{{Name: "age", Kind: frame.Float}, {Name: "height", Kind: frame.Float}, {Name: "member", Kind: frame.Bool},
		{Name: "town", Kind: frame.Text}, {Name: "born", Kind: frame.Date, Format: "%d.%m.%Y"}, {Name: "plan", Kind: frame.Category}}
	if got := f.Schema(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	if got := mustFit(t, Pipeline{Steps: []Step{Keep{Columns: []string{"age"}}}}, table).Schema(); len(got) != 1 || got[0].Name != "age" {
		t.Errorf("columns that are not needed: %+v", got)
	}
	if got := (&Fitted{}).Schema(); len(got) != 0 {
		t.Error(got)
	}
}

// everyKind has a column of each kind, with gaps, and texts that a file must quote.
func everyKind(t testing.TB, n int) frame.Table {
	ints := frame.MakeCells[int](n)
	num, late, flags := make([]float64, n), make([]float64, n), frame.MakeCells[bool](n)
	text, born, plan := make([]string, n), make([]string, n), make([]string, n)
	for i := range n {
		ints[i] = frame.Cell[int]{Value: i*7919%1000 - 500, Null: i%13 == 5}
		num[i] = math.Sin(float64(i)) * 1e3
		if late[i] = math.NaN(); i > n/2 {
			late[i] = float64(i) / 8
		}
		flags[i] = frame.Cell[bool]{Value: i%3 == 0, Null: i%17 == 3}
		text[i] = []string{"a", "b,\"c\"", "two\nlines", "007", "", none, "é"}[i%7]
		born[i], plan[i] = fmt.Sprintf("19%02d-0%d-1%d", i%100, 1+i%9, i%10), []string{"small", "big", none}[i%3]
	}
	return tableOf(t, frame.Schema{{Name: "born", Kind: frame.Date, Format: "%d.%m.%Y"}, {Name: "plan", Kind: frame.Category, Levels: []string{"small", "big"}}},
		frame.Series("age", ints), numberColumn("num", num...), numberColumn("late", late...), frame.Series("flag", flags),
		textColumn("text", text...), textColumn("born", born...), textColumn("plan", plan...))
}

// A table that was written as CSV, read in pieces and streamed has the bits of the whole.
func TestAFileInPiecesIsTheMatrix(t *testing.T) {
	table := everyKind(t, 3000)
	f := mustFit(t, Pipeline{Steps: []Step{StandardScaler{}, OneHotEncoder{Columns: []string{"text"}}, OrdinalEncoder{}, DateParts{}}}, table)
	want := mustMatrix(t, f, table)
	_, p := want.Dims()
	for _, name := range []string{"a.csv", "a.tsv.gz", "a.csv.zst"} {
		path := filepath.Join(t.TempDir(), name)
		if err := frame.WriteCSV(path, table, frame.CSVOptions{NoSchemaFile: true}); err != nil {
			t.Fatal(err)
		}
		file := frame.CSV(path, frame.CSVOptions{Types: f.Schema()})
		for _, rows := range []int{0, 1, 64, 999, 3000} {
			if rows == 1 && name != "a.csv" {
				continue
			}
			row, sparse := 0, &Sparse{}
			for x, err := range f.Stream(t.Context(), file.Pieces(t.Context(), nil, rows)) {
				if err != nil {
					t.Fatal(err)
				}
				n, _ := x.Dims()
				if !sameBits(want.Slice(row, row+n, 0, p), x) {
					t.Fatalf("%s in pieces of %d: other bits from row %d on", name, rows, row)
				}
				row += n
			}
			if row != table.Nrow() {
				t.Errorf("%s in pieces of %d: %d rows", name, rows, row)
			}
			for piece, err := range file.Pieces(t.Context(), nil, rows) {
				if err != nil {
					t.Fatal(err)
				}
				s, err := f.Sparse(t.Context(), nil, piece)
				if err = errors.Join(err, sparse.Append(s)); err != nil {
					t.Fatal(err)
				}
			}
			if whole, err := f.Sparse(t.Context(), nil, table); err != nil || !sameSparse(whole, sparse) {
				t.Errorf("%s in pieces of %d: another sparse matrix, %v", name, rows, err)
			}
		}
	}
}

func sameSparse(a, b *Sparse) bool {
	bits := func(v []float64) []uint64 {
		out := make([]uint64, len(v))
		for i, x := range v {
			out[i] = math.Float64bits(x)
		}
		return out
	}
	return a.Rows == b.Rows && a.Cols == b.Cols && slices.Equal(a.Start, b.Start) && slices.Equal(a.Index, b.Index) && slices.Equal(bits(a.Value), bits(b.Value))
}

// What a file has that the training rows do not is for the encoder to judge.
func TestAFileWithOtherValues(t *testing.T) {
	table := everyKind(t, 100)
	f := mustFit(t, Pipeline{Steps: []Step{Keep{Columns: []string{"age", "plan"}}, OneHotEncoder{Unknown: Ignore}}}, table)
	files := fstest.MapFS{"a.csv": {Data: []byte("plan,age\nsmall,1\nhuge,1.5\n,\n")}}
	file := &frame.CSVFile{Path: "a.csv", FS: files, Options: frame.CSVOptions{Types: f.Schema()}}
	var got []string
	for x, err := range f.Stream(t.Context(), file.Pieces(t.Context(), nil, 1)) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(x.RawRowView(0)))
	}
	if s := strings.Join(got, " "); f.Names()[1] != "plan=small" || s != "[1 1 0 0] [1.5 0 0 0] [NaN 0 0 1]" {
		t.Error(f.Names(), s)
	}
}

func TestAColumnOfAnotherKindWithoutValues(t *testing.T) {
	table := everyKind(t, 100)
	f := mustFit(t, Pipeline{Steps: []Step{StandardScaler{}, OneHotEncoder{Columns: []string{"text"}}, OrdinalEncoder{}, DateParts{}}}, table)
	for _, field := range f.Inputs() {
		var kinds []frame.Table
		var right frame.Table
		for _, kind := range []frame.Kind{frame.Text, frame.Int, frame.Float, frame.Bool, frame.Date, frame.Category} {
			have := frame.Column{Field: frame.Field{Kind: frame.Bool}, Bools: missing[bool](table.Nrow())}
			if kind == frame.Bool {
				have = frame.Column{Field: frame.Field{Kind: frame.Text}, Texts: missing[string](table.Nrow())}
			}
			empty, err := standing(frame.Field{Name: field.Name, Kind: kind}, have)
			if err != nil {
				t.Fatal(err)
			}
			other, err := table.With(empty.Series(field.Name))
			if err == nil {
				other, err = other.WithFields(frame.Field{Name: field.Name, Kind: kind})
			}
			if err != nil {
				t.Fatal(err)
			}
			if kinds = append(kinds, other); kind == field.Kind {
				right = other
			}
		}
		want := mustMatrix(t, f, right)
		for _, other := range kinds {
			if x, err := f.Matrix(t.Context(), nil, other); err != nil || !sameBits(x, want) {
				t.Errorf("%s, missing as %v: %v", field.Name, other.Schema, err)
			}
			checkWays(t, f, right)
		}
	}
	one := tableOf(t, nil, numberColumn("x", 1, 2, 3))
	g := mustFit(t, Pipeline{}, one)
	if _, err := g.Matrix(t.Context(), nil, tableOf(t, nil, textColumn("x", none, "", none))); !errors.Is(err, frame.ErrKind) {
		t.Errorf("empty text is a value: %v", err)
	}
}

func TestAppendedRows(t *testing.T) {
	table := mixed(t, 500)
	f := mustFit(t, Pipeline{Steps: []Step{OneHotEncoder{}}}, table)
	whole, err := f.Sparse(t.Context(), nil, table)
	if err != nil {
		t.Fatal(err)
	}
	none, err := f.Sparse(t.Context(), nil, mustTake(t, table))
	if err != nil {
		t.Fatal(err)
	}
	twice := &Sparse{}
	for _, o := range []*Sparse{none, whole, none} {
		if err := twice.Append(o); err != nil {
			t.Fatal(err)
		}
	}
	if !sameSparse(twice, whole) {
		t.Error("rows below none are others")
	}
	if err := twice.Append(twice); err != nil || twice.Rows != 1000 {
		t.Fatal(twice.Rows, err)
	}
	for i := range twice.Rows {
		a, v := twice.Row(i)
		b, w := whole.Row(i % 500)
		if !slices.Equal(a, b) || !slices.EqualFunc(v, w, func(x, y float64) bool { return x == y || x != x && y != y }) {
			t.Fatalf("row %d differs", i)
		}
	}
	if whole.Rows != 500 || len(whole.Start) != 501 {
		t.Error("what was appended has changed")
	}
	// The rows of a part of a matrix.
	part := &Sparse{Rows: 2, Cols: 3, Start: []int{1, 1, 3}, Index: []int32{0, 1, 2}, Value: []float64{9, 5, 6}}
	m := &Sparse{}
	if err := errors.Join(m.Append(part), m.Append(part)); err != nil || !mat.Equal(m, mat.NewDense(4, 3, []float64{0, 0, 0, 0, 5, 6, 0, 0, 0, 0, 5, 6})) {
		t.Errorf("%+v %v", m, err)
	}
	before := *m
	var width *WidthError
	if err := m.Append(&Sparse{Rows: 0, Cols: 2, Start: []int{0}}); !errors.As(err, &width) || width.Cols != 3 || width.Other != 2 || !errors.Is(err, frame.ErrShape) {
		t.Error(err)
	}
	for _, o := range []*Sparse{nil, {Cols: 3}, {Cols: 3, Rows: -1, Start: []int{0}}, {Cols: 3, Rows: 1, Start: []int{0, 2}, Index: []int32{1, 2}},
		{Cols: 3, Rows: 1, Start: []int{1, 0}}, {Cols: 3, Rows: 1, Start: []int{-1, 0}}} {
		if err := m.Append(o); !errors.Is(err, ErrInput) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if !reflect.DeepEqual(*m, before) {
		t.Error("a matrix that was refused has changed it")
	}
	if err := (&Sparse{Rows: 1, Cols: 3}).Append(part); !errors.Is(err, ErrInput) {
		t.Error(err)
	}
}
