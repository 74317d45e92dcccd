package frame

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

// kept is a table with everything that is easily lost.
func kept(t testing.TB) Table {
	t.Helper()
	table, err := New(Schema{{Name: "when", Kind: Date}, {Name: "size", Kind: Category, Levels: []string{"S", "M"}, Ordered: true}},
		Series("n", []Cell[int]{{Value: math.MinInt}, {Null: true}, {Value: math.MaxInt}}),
		Series("x", []Cell[float64]{{Value: math.Inf(-1)}, {Null: true}, {Value: math.Copysign(0, -1)}}),
		Series("ok", []Cell[bool]{{Value: true}, {Null: true}, {}}),
		Series("text", []Cell[string]{{Value: "NaN"}, {Null: true}, {Value: ""}}),
		Series("when", []Cell[string]{{Value: "2024-02-29"}, {Null: true}, {Value: "1066-10-14"}}),
		Series("size", []Cell[string]{{Value: "S"}, {Value: "M"}, {Null: true}}))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestATableIsKeptExactly(t *testing.T) {
	empty, err := New(nil, Series("a", []Cell[string]{}))
	if err != nil {
		t.Fatal(err)
	}
	for name, table := range map[string]Table{
		"everything": kept(t), "no rows": empty, "no columns": {},
		"a dataframe": {DataFrame: dataframe.New(series.New([]float64{1, math.NaN()}, series.Float, "v"))},
	} {
		b, err := table.MarshalBinary()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var back Table
		if err := back.UnmarshalBinary(b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		again, err := back.MarshalBinary()
		if err != nil || !reflect.DeepEqual(b, again) {
			t.Errorf("%s: comes back different: %v", name, err)
		}
		if !reflect.DeepEqual(table.Names(), back.Names()) || table.Nrow() != back.Nrow() {
			t.Errorf("%s: %v × %d came back as %v × %d", name, table.Names(), table.Nrow(), back.Names(), back.Nrow())
		}
		for i := range table.Ncol() {
			a, _ := table.Column(table.Names()[i])
			b, _ := back.Column(table.Names()[i])
			for r := range a.Len() {
				if a.Missing(r) != b.Missing(r) || a.Format(r) != b.Format(r) || a.Kind != b.Kind || !reflect.DeepEqual(a.Levels, b.Levels) {
					t.Errorf("%s: column %s, row %d: %q became %q", name, a.Name, r, a.Format(r), b.Format(r))
				}
			}
		}
	}
}

func FuzzUnmarshalBinary(f *testing.F) {
	b, err := kept(f).MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	for i := 0; i < len(b); i += 7 {
		f.Add(b[:i])
	}
	f.Add([]byte(binaryMagic + "\x4a\x00\x00\x00" + `{"rows":4000000000000000000,"columns":[{"name":"a","type":"int","size":0}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var table Table
		if err := table.UnmarshalBinary(b); err != nil {
			if !errors.Is(err, ErrParse) {
				t.Errorf("not a parse error: %v", err)
			}
			return
		}
		again, err := table.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var back Table
		if err := back.UnmarshalBinary(again); err != nil {
			t.Fatal(err)
		}
	})
}
