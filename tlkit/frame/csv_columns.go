package frame

import (
	"slices"
	"unsafe"
)

// A csvColumn is one column that is kept.
type csvColumn struct {
	name     string
	at       int   // its place among the fields of a record
	field    Field // what is declared of it
	kind     Kind  // as which its cells are parsed
	inferred bool
	settled  bool // inferred, and an Int cannot become a Float any more
	empty    bool // no value was seen while kinds were inferred: parsed as text, and decided in the end
	form     *DateFormat
	levels   map[string]string
	wide     widening
}

// A widening is what becomes of an inferred Int column in which numbers occur that are not
// whole: a Float, if float64 holds its whole numbers too.
type widening struct {
	float, inexact place
}

// A place is where a value stands in the file. The zero value is nowhere.
type place struct {
	row   int64 // from 1
	line  int64
	value string
}

// first keeps the earlier of two places.
func (p *place) first(q place) {
	if q.row > 0 && (p.row == 0 || q.row < p.row) {
		*p = q
	}
}

// columns pairs the fields of the file with what is declared of them, and chooses those
// that are kept. names are those in the file.
func (f *csvForm) columns(names []string) ([]*csvColumn, error) {
	final := names
	if len(f.Names) > 0 {
		final = f.Names
	}
	all := make([]*csvColumn, len(names))
	for i := range all {
		all[i] = &csvColumn{name: final[i], at: i, field: Field{Name: final[i]}}
	}
	for _, d := range f.Types {
		at := slices.Index(final, d.Name)
		if at < 0 {
			return nil, noColumn(d.Name, final)
		}
		all[at].field = d
	}
	if len(f.Types) == 0 {
		if err := f.besideFields(names, all); err != nil {
			return nil, err
		}
	}
	kept := all
	if len(f.Columns) > 0 {
		kept = make([]*csvColumn, len(f.Columns))
		for i, n := range f.Columns {
			at := slices.Index(final, n)
			if at < 0 {
				return nil, noColumn(n, final)
			}
			kept[i] = all[at]
		}
	}
	for _, c := range kept {
		if err := c.declare(); err != nil {
			return nil, err
		}
	}
	return kept, nil
}

// besideFields takes the fields of the schema beside the file, by the names in the file.
func (f *csvForm) besideFields(names []string, all []*csvColumn) error {
	for i, d := range f.beside {
		at := slices.Index(names, d.Name)
		if f.NoHeader {
			at = i
		}
		if at < 0 || at >= len(all) {
			return says(noColumn(d.Name, names), "the schema beside the file names a column %.40q, which the file lacks; mend or delete %s, or set NoSchemaFile", d.Name, schemaFile(f.path))
		}
		d.Name = all[at].name
		all[at].field = d
	}
	return nil
}

// declare makes the column ready for the kind that is declared, if one is.
func (c *csvColumn) declare() (err error) {
	c.kind = c.field.Kind
	switch c.kind {
	case Auto:
		c.inferred = true
	case Date:
		if c.field.Format != "" {
			c.form, err = ParseDateFormat(c.field.Format)
		}
	case Category:
		if len(c.field.Levels) > 0 {
			c.levels = make(map[string]string, len(c.field.Levels))
			for _, l := range c.field.Levels {
				c.levels[l] = l
			}
		}
	}
	return err
}

// Cells of numbers are kept as one kind of memory, whether they are whole or not, so that a
// column can become Float where it stands.
func asFloats(c []Cell[int]) []Cell[float64] {
	return unsafe.Slice((*Cell[float64])(unsafe.Pointer(unsafe.SliceData(c))), len(c))
}

// widen turns whole numbers into floats where they stand.
func widen(cells []Cell[int]) {
	floats := asFloats(cells)
	for i, c := range cells {
		floats[i].Value = float64(c.Value)
		if c.Null {
			floats[i] = missingFloat
		}
	}
}

// A segment is room for rows of all columns.
type segment struct {
	rows, used int
	cells      []columnCells
}

// columnCells are the cells of one column: one of the slices, by its kind.
type columnCells struct {
	numbers []Cell[int] // of Int and of Float
	bools   []Cell[bool]
	texts   []Cell[string]
}

func newSegment(cols []*csvColumn, rows int) *segment {
	s := &segment{rows: rows, cells: make([]columnCells, len(cols))}
	for i, c := range cols {
		switch c.kind {
		case Int, Float:
			s.cells[i].numbers = MakeCells[int](rows)
		case Bool:
			s.cells[i].bools = MakeCells[bool](rows)
		default:
			s.cells[i].texts = MakeCells[string](rows)
		}
	}
	return s
}

// decide gives a column of text, of which nothing is known, the kind of all its values.
func (f *csvForm) decide(texts []Cell[string]) Column {
	var seen class
	buf := make([]byte, 0, 64+pad)
	text := func(s string) (int, []byte) {
		buf = append(buf[:0], s...)
		buf = append(buf, padding[:]...)
		return len(s), buf
	}
	for _, c := range texts {
		if !c.Null && seen&isText == 0 {
			n, b := text(c.Value)
			seen |= classOf(b, 0, n, f.point)
		}
	}
	out := Column{Field: Field{Kind: seen.kind()}}
	switch out.Kind {
	case Int:
		out.Ints = make([]Cell[int], len(texts))
	case Float:
		out.Floats = make([]Cell[float64], len(texts))
	case Bool:
		out.Bools = make([]Cell[bool], len(texts))
	default:
		out.Kind, out.Texts = Text, texts
		return out
	}
	for i, c := range texts {
		n, b := text(c.Value)
		switch out.Kind {
		case Int:
			out.Ints[i].Value, _ = parseInt(b, 0, n)
			out.Ints[i].Null = c.Null
		case Float:
			out.Floats[i].Value, _ = parseFloat(b, 0, n, f.point)
			if c.Null {
				out.Floats[i] = missingFloat
			}
		case Bool:
			out.Bools[i].Value, _ = parseBool(b[:n], false)
			out.Bools[i].Null = c.Null
		}
	}
	return out
}

var padding [pad]byte
