package frame

import (
	"math"
	"reflect"
	"testing"
	"unsafe"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

func TestGotaIsLaidOutAsIsTakenForGranted(t *testing.T) {
	if err := layout(); err != nil {
		t.Fatal(err)
	}
}

// What is laid out otherwise is noticed.
func TestAnotherLayoutIsNoticed(t *testing.T) {
	for _, theirs := range []reflect.Type{
		reflect.TypeFor[int](),
		reflect.TypeFor[struct{ e string }](),
		reflect.TypeFor[struct {
			nan bool
			e   string
		}](),
		reflect.TypeFor[struct {
			value string
			nan   bool
		}](),
		reflect.TypeFor[struct {
			e   int32
			nan bool
		}](),
		reflect.TypeFor[struct {
			e    string
			nan  bool
			more bool
		}](),
	} {
		if err := sameForm(theirs, reflect.TypeFor[Cell[string]](), "e", "nan"); err == nil {
			t.Errorf("%v passed for a cell", theirs)
		}
	}
}

// gota sees what was put in, and what gota made is seen, without a copy.
func TestCellsAreGotasOwn(t *testing.T) {
	texts := []Cell[string]{{Value: "NaN"}, {Value: ""}, {Null: true}, {Value: "x"}}
	floats := []Cell[float64]{{Value: 1.5}, missingFloat, {Value: math.Inf(1)}, {Null: true}}
	table := mustTable(nil, Series("s", texts), Series("f", floats), Series("i", values(1, 2, 3, 4)), Series("b", values(true, false, true, false)))
	s := table.Col("s")
	if got := s.Records(); !reflect.DeepEqual(got, []string{"NaN", "", "NaN", "x"}) || !reflect.DeepEqual(s.IsNaN(), []bool{false, false, true, false}) {
		t.Errorf("%q %v", got, s.IsNaN())
	}
	if got := table.Col("f").Float(); got[0] != 1.5 || !math.IsNaN(got[1]) || !math.IsInf(got[2], 1) || !math.IsNaN(got[3]) {
		t.Errorf("%v", got)
	}
	if !reflect.DeepEqual(table.Types(), []series.Type{series.String, series.Float, series.Int, series.Bool}) {
		t.Errorf("%v", table.Types())
	}
	c, err := table.Column("s")
	if err != nil || unsafe.SliceData(c.Texts) != unsafe.SliceData(texts) {
		t.Errorf("the cells were copied; %v", err)
	}

	df := dataframe.New(series.New([]any{"a", nil, "NaN"}, series.String, "s"), series.New([]float64{1, math.NaN(), 3}, series.Float, "f"),
		series.New([]int{1, 2, 3}, series.Int, "i"), series.New([]bool{true, false, true}, series.Bool, "b"))
	theirs := Table{DataFrame: df}
	if got, want := written(t, theirs), "s:string=a|∅|∅  f:number=1.0|∅|3.0  i:integer=1|2|3  b:boolean=true|false|true"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	one := dataframe.New(series.New([]float64{1, 2}, series.Float, "f"))
	f, _ := Table{DataFrame: one}.Column("f")
	if changed := one.Set(series.Ints([]int{0}), dataframe.New(series.New([]float64{7}, series.Float, "f"))); changed.Err != nil || f.Floats[0].Value != 7 { // gota writes in place
		t.Errorf("the cells seen are not gota's: %v, %v", f.Floats, changed.Err)
	}
}

func TestZeroSeriesHaveNoCells(t *testing.T) {
	var s series.Series
	if got := cells[string](&s); got != nil {
		t.Errorf("%v", got)
	}
	if c := Series[int]("a", nil); c.Len() != 0 || c.Err != nil || c.Type() != series.Int {
		t.Errorf("%v", c)
	}
}

func TestMissing(t *testing.T) {
	for _, c := range []struct {
		got, want bool
	}{
		{Cell[float64]{}.Missing(), false}, {Cell[float64]{Value: math.NaN()}.Missing(), true}, {Cell[float64]{Value: 1, Null: true}.Missing(), true},
		{Cell[float64]{Value: math.Inf(-1)}.Missing(), false}, {Cell[string]{}.Missing(), false}, {Cell[string]{Value: "NaN"}.Missing(), false},
		{Cell[int]{Null: true}.Missing(), true}, {Cell[bool]{}.Missing(), false},
	} {
		if c.got != c.want {
			t.Errorf("%+v", c)
		}
	}
}
