package frame

import (
	"fmt"
	"reflect"
	"sync"
	"unsafe"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

// This file is the door to gota's memory. gota hands out one element at a time, behind an
// interface and with a copy of the whole column at every turn, and it cannot hold the text
// "NaN". Its columns are slices of a value beside a flag; here they are seen as what they
// are, [Cell] slices, and made from such slices, without a copy. The layout is compared
// with the gota that was linked before it is first used.

// Value is what a column can hold.
type Value interface {
	int | float64 | string | bool
}

// Cell is one value of a column, laid out as gota keeps it. A cell whose Null is set has
// no value; so has a float cell whose Value is NaN.
type Cell[T Value] struct {
	Value T
	Null  bool
}

// Missing reports whether the cell has no value.
func (c Cell[T]) Missing() bool {
	v := c.Value
	return c.Null || c.Value != v // NaN differs from itself, and nothing else does
}

// seriesForm, elementsForm and frameForm mirror gota v0.12.0's series.Series, the
// interface value within it, and dataframe.DataFrame.
type seriesForm struct {
	name     string
	elements elementsForm
	kind     series.Type
	err      error
}

type elementsForm struct {
	table unsafe.Pointer
	slice unsafe.Pointer // *[]Cell[T]
}

type frameForm struct {
	columns      []series.Series
	ncols, nrows int
	err          error
}

// layout is nil if gota's types are as this file takes them to be.
var layout = sync.OnceValue(func() error {
	if err := sameForm(reflect.TypeFor[series.Series](), reflect.TypeFor[seriesForm](), "Name", "elements", "t", "Err"); err != nil {
		return err
	}
	if err := sameForm(reflect.TypeFor[dataframe.DataFrame](), reflect.TypeFor[frameForm](), "columns", "ncols", "nrows", "Err"); err != nil {
		return err
	}
	for kind, cell := range map[series.Type]reflect.Type{
		series.Int: reflect.TypeFor[Cell[int]](), series.Float: reflect.TypeFor[Cell[float64]](),
		series.String: reflect.TypeFor[Cell[string]](), series.Bool: reflect.TypeFor[Cell[bool]](),
	} {
		elements := reflect.ValueOf(series.New([]int{}, kind, "")).FieldByName("elements").Elem().Type()
		if elements.Kind() != reflect.Slice {
			return fmt.Errorf("frame: gota keeps %s columns as %s, not as a slice; build with gota v0.12.0", kind, elements)
		}
		if err := sameForm(elements.Elem(), cell, "e", "nan"); err != nil {
			return err
		}
		if got, want := elements.Elem().Field(0).Type, cell.Field(0).Type; got != want {
			return fmt.Errorf("frame: gota keeps %s cells as %s, not as %s; build with gota v0.12.0", kind, got, want)
		}
	}
	return nil
})

func sameForm(theirs, ours reflect.Type, names ...string) error {
	bad := func() error {
		return fmt.Errorf("frame: gota's %s is laid out in another way than in v0.12.0; build with that version", theirs)
	}
	if theirs.Kind() != reflect.Struct || theirs.Size() != ours.Size() || theirs.NumField() != len(names) {
		return bad()
	}
	for i, name := range names {
		a, b := theirs.Field(i), ours.Field(i)
		if a.Name != name || a.Offset != b.Offset || a.Type.Size() != b.Type.Size() {
			return bad()
		}
	}
	return nil
}

// kindOf is gota's name for T.
func kindOf[T Value]() series.Type {
	var zero T
	switch any(zero).(type) {
	case int:
		return series.Int
	case float64:
		return series.Float
	case string:
		return series.String
	default:
		return series.Bool
	}
}

// Series makes a gota series of the cells, which it keeps: the caller gives them away.
func Series[T Value](name string, cells []Cell[T]) series.Series {
	s := series.New([]int{}, kindOf[T](), name)
	if err := layout(); err != nil {
		s.Err = err
		return s
	}
	slice := new([]Cell[T])
	*slice = cells
	(*seriesForm)(unsafe.Pointer(&s)).elements.slice = unsafe.Pointer(slice)
	return s
}

// cells are the series' own cells, not a copy. The series is of type T.
func cells[T Value](s *series.Series) []Cell[T] {
	e := (*seriesForm)(unsafe.Pointer(s)).elements
	if e.table == nil { // a zero Series
		return nil
	}
	return *(*[]Cell[T])(e.slice)
}

// columns are the dataframe's own columns, not a copy.
func columns(df *dataframe.DataFrame) []series.Series {
	return (*frameForm)(unsafe.Pointer(df)).columns
}

// assemble makes a dataframe of columns of one length, without copying them.
func assemble(cols []series.Series, rows int) dataframe.DataFrame {
	var df dataframe.DataFrame
	*(*frameForm)(unsafe.Pointer(&df)) = frameForm{columns: cols, ncols: len(cols), nrows: rows}
	return df
}
