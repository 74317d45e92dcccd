package feature

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/frame"
)

// mixed has numbers, among them zeros and missing ones, texts, and more rows than a block.
func mixed(t testing.TB, n int) frame.Table {
	num, text, other, flag := make([]float64, n), make([]string, n), make([]string, n), make([]bool, n)
	for i := range n {
		num[i] = float64(i%5) - 2
		if i%11 == 0 {
			num[i] = math.NaN()
		}
		text[i] = fmt.Sprint("t", i*i%23)
		if other[i] = fmt.Sprint("o", i%3); i%7 == 0 {
			other[i] = none
		}
		flag[i] = i%4 == 1
	}
	return tableOf(t, nil, numberColumn("num", num...), textColumn("text", text...), boolColumn("flag", flag...), textColumn("other", other...))
}

func TestSparseIsTheMatrix(t *testing.T) {
	table := mixed(t, 3*blockRows+100)
	for name, steps := range map[string][]Step{
		"one-hot":            {OneHotEncoder{}},
		"skipped":            {OneHotEncoder{SkipMissing: true, DropValue: DropFirst}},
		"some values kept":   {OneHotEncoder{}, Drop{[]string{"text=t1", "text=t12", "other=o1"}}},
		"ends dropped":       {OneHotEncoder{}, Drop{[]string{"text=t0", "text=t9"}}},
		"one value scaled":   {OneHotEncoder{}, StandardScaler{Columns: []string{"text=t1", "num"}}},
		"hashed":             {HashingEncoder{Bits: 5}},
		"hashed into two":    {HashingEncoder{Bits: 1}},
		"hashed, some kept":  {HashingEncoder{Bits: 4}, Drop{[]string{"hash#3", "hash#7", "hash#0"}}},
		"hashed, one scaled": {HashingEncoder{Bits: 4}, StandardScaler{Columns: []string{"hash#3", "hash#15"}}},
		"hashed, not scaled": {HashingEncoder{Bits: 4}, StandardScaler{}},
		"twice":              {HashingEncoder{Columns: []string{"text"}, Bits: 3, Name: "h"}, OneHotEncoder{}},
		"numbers":            {OrdinalEncoder{}},
	} {
		t.Run(name, func(t *testing.T) {
			f := mustFit(t, Pipeline{Steps: steps}, table)
			checkWays(t, f, table)
			s, err := f.Sparse(t.Context(), nil, table)
			if err != nil {
				t.Fatal(err)
			}
			for i := range s.Rows {
				index, value := s.Row(i)
				for k := range index {
					if value[k] == 0 || k > 0 && index[k] <= index[k-1] {
						t.Fatalf("row %d: %v %v", i, index, value)
					}
				}
			}
			made, err := f.Table(t.Context(), nil, table)
			if err != nil {
				t.Fatal(err)
			}
			x := mustMatrix(t, f, table)
			for j, n := range f.Names() {
				c, err := made.Column(n)
				if err != nil {
					t.Fatal(err)
				}
				v, err := c.Numbers()
				if err != nil {
					t.Fatal(err)
				}
				for i := range v {
					if w := x.At(i, j); v[i] != w && (v[i] == v[i] || w == w) {
						t.Fatalf("the table's %s is %v in row %d, want %v", n, v[i], i, w)
					}
				}
			}
		})
	}
}

// A million features of a million rows are as many entries as rows.
func TestSparseOfManyFeatures(t *testing.T) {
	const n = 100_000
	v := make([]string, n)
	for i := range v {
		v[i] = fmt.Sprint(i)
	}
	table := tableOf(t, nil, textColumn("v", v...))
	f := mustFit(t, Pipeline{Steps: []Step{OneHotEncoder{}}}, table)
	s, err := f.Sparse(t.Context(), nil, table)
	if err != nil {
		t.Fatal(err)
	}
	if s.Rows != n || s.Cols != n || len(s.Index) != n {
		t.Errorf("%d×%d with %d entries", s.Rows, s.Cols, len(s.Index))
	}
	if _, err := f.Matrix(t.Context(), nil, table); !errors.Is(err, ErrLimit) {
		t.Error(err)
	}
	if _, err := f.Table(t.Context(), nil, table); !errors.Is(err, ErrLimit) {
		t.Error(err)
	}
}

func TestSparseAsAMatrix(t *testing.T) {
	s := &Sparse{Rows: 2, Cols: 3, Start: []int{0, 2, 3}, Index: []int32{0, 2, 1}, Value: []float64{5, math.NaN(), -1}}
	if r, c := s.T().Dims(); r != 3 || c != 2 {
		t.Error(r, c)
	}
	if s.At(0, 0) != 5 || s.At(0, 1) != 0 || !math.IsNaN(s.At(0, 2)) || s.At(1, 1) != -1 || s.T().At(1, 1) != -1 {
		t.Error(mat.Formatted(s))
	}
	for _, at := range [][2]int{{2, 0}, {-1, 0}, {0, 3}, {0, -1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%v is in the matrix", at)
				}
			}()
			s.At(at[0], at[1])
		}()
	}
}

func TestSparseErrors(t *testing.T) {
	table := mixed(t, 20)
	f := mustFit(t, Pipeline{}, table)
	if _, err := f.Sparse(t.Context(), nil, table); !errors.Is(err, frame.ErrKind) {
		t.Error(err)
	}
	f = mustFit(t, Pipeline{Steps: []Step{OneHotEncoder{}}}, table)
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := f.Sparse(ended, nil, table); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := f.Sparse(t.Context(), nil, frame.Table{}); !errors.Is(err, frame.ErrColumn) {
		t.Error(err)
	}
}
