package frame

import (
	"bytes"
	"unsafe"
)

// A jsonWorker turns blocks of lines into cells. It has its own memory; several work at a
// time.
type jsonWorker struct {
	f     *jsonForm
	scan  jsonScanner
	known map[string]*jsonColumn
	order []*jsonColumn // as the keys of the last line
	block *jsonBlock    // that is filled
	cells int64         // of the block
	most  int           // rows that are still wanted; 0 if all are
}

// A jsonColumn is what a worker knows of a column: what is declared, and texts that it has
// seen.
type jsonColumn struct {
	csvColumn
	kept  bool
	texts interner
	now   *jsonCells // of the block; nil if it has none yet
}

// A jsonBlock is the cells of one block of lines.
type jsonBlock struct {
	index   int
	row     int64 // rows before it
	line    int64 // lines before it
	rows    int
	lines   int64
	at      int64 // bytes before it
	columns []*jsonCells
	fault   *fault
	faultAt int64 // lines of the block before the fault
}

// jsonCells are the cells of a column in a block: those of its kind, up to the last row in
// which the key occurs.
type jsonCells struct {
	name string
	kind Kind // Auto while all are missing
	columnCells
	floats []Cell[float64]
	n      int      // rows so far
	begin  place    // where the key first occurs
	first  [5]place // where values of each class first occur; rows and lines of the block
}

func newJSONWorker(f *jsonForm) *jsonWorker {
	return &jsonWorker{f: f, known: map[string]*jsonColumn{}, scan: jsonScanner{replace: f.Replace}}
}

// parse reads the lines of b.
func (w *jsonWorker) parse(b *block) *jsonBlock {
	w.block, w.cells = &jsonBlock{index: b.index, at: b.at}, 0
	for _, c := range w.known {
		c.now = nil
	}
	n := b.n
	badAt, badErr := w.f.badText(b.buf[:n])
	if badErr != nil { // the lines before count
		n = bytes.LastIndexByte(b.buf[:badAt], '\n') + 1
	}
	for pos := 0; pos < n; {
		end := pos + bytes.IndexByte(b.buf[pos:n], '\n')
		w.line(b, pos, end)
		if w.block.fault != nil {
			return w.block
		}
		pos = end + 1
		w.block.lines++
		if w.block.rows == w.most && w.most > 0 {
			return w.block
		}
	}
	if badErr != nil {
		w.fail(&fault{pos: badAt, err: badErr})
	}
	return w.block
}

func (w *jsonWorker) fail(bad *fault) {
	bad.row = w.block.rows
	w.block.fault, w.block.faultAt = bad, w.block.lines
}

// line reads the object of a line; an empty line has none.
func (w *jsonWorker) line(b *block, from, to int) {
	s := &w.scan
	s.buf, s.pos, s.n = b.buf, from, to
	if s.blanks(); s.pos == to {
		return
	}
	var bad *fault
	switch {
	case to-from > w.f.MaxLine:
		bad = w.f.longLine(from)
	case !s.next('{'):
		bad = s.wrong("the line is no object; each line is one row, {\"column\": value, …}")
	default:
		bad = w.object()
	}
	if bad != nil {
		w.fail(bad)
		return
	}
	w.block.rows++
}

func (w *jsonWorker) object() (bad *fault) {
	s := &w.scan
	for i := 0; !(i == 0 && s.next('}')); i++ {
		if s.blanks(); s.pos == s.n || s.buf[s.pos] != '"' {
			return s.wrong("a key in double quotes should stand here")
		}
		at := s.pos
		key, bad := s.string()
		if bad != nil {
			return bad
		}
		c := w.column(key, i)
		if !s.next(':') {
			return s.wrong("a colon should follow the key %.40q", c.name)
		}
		v, bad := s.value()
		if bad != nil {
			bad.column = c.name
			return bad
		}
		if c.kept {
			if bad := w.add(c, v, at); bad != nil {
				return bad
			}
		}
		if s.next('}') {
			break
		}
		if !s.next(',') {
			return s.wrong("a comma or the closing brace should follow the value of %.40q", c.name)
		}
	}
	if s.blanks(); s.pos < s.n {
		return s.wrong("something follows the object; write each object on a line of its own")
	}
	return nil
}

// column is that of a key, which in most files is the i-th in each line.
func (w *jsonWorker) column(key jsonValue, i int) *jsonColumn {
	name := w.scan.buf[key.from:key.to]
	if key.escaped {
		name = w.scan.text[key.from:key.to]
	}
	if i < len(w.order) && string(name) == w.order[i].name {
		return w.order[i]
	}
	c := w.known[string(name)]
	if c == nil {
		c = &jsonColumn{kept: w.f.keeps(string(name))}
		c.name, c.texts.bits = string(name), leastBits
		if len(w.known) < 256 {
			c.texts.bits = 8
		}
		c.field, _ = w.f.Types.Lookup(c.name)
		_ = c.declare() // which was checked before
		if !c.kept && len(w.known) > 2*w.f.MaxColumns {
			return c // keys without end are not kept in mind
		}
		w.known[c.name] = c
	}
	if i < len(w.order) {
		w.order[i] = c
	} else if i == len(w.order) {
		w.order = append(w.order, c)
	}
	return c
}

// add puts a value into the row that is read.
func (w *jsonWorker) add(c *jsonColumn, v jsonValue, at int) *fault {
	here := place{row: int64(w.block.rows) + 1, line: w.block.lines + 1}
	cells := c.now
	if cells == nil {
		cells = &jsonCells{name: c.name, kind: c.kind, begin: here}
		c.now = cells
		if w.block.columns = append(w.block.columns, cells); len(w.block.columns) > w.f.MaxColumns {
			return &fault{pos: at, err: w.f.tooManyKeys()}
		}
	}
	if cells.n > w.block.rows {
		return &fault{pos: at, column: c.name, err: says(ErrShape, "the key stands twice in the line; rename one")}
	}
	if w.cells += int64(w.block.rows + 1 - cells.n); w.cells > w.f.MaxCells {
		return &fault{pos: at, err: w.f.tooManyCells()}
	}
	cells.fill(w.block.rows)
	cells.n++
	buf, from, to := w.scan.buf, v.from, v.to
	if v.escaped {
		buf = w.scan.text
	}
	if v.kind == '0' || v.kind == 's' && from < to && w.f.missing.has(buf[from:to]) {
		return cells.missing()
	}
	bad := func(err error) *fault {
		return &fault{pos: v.from, column: c.name, value: shortened(string(buf[from:to])), err: err}
	}
	if nested := v.kind == '{' || v.kind == '['; nested && !w.f.KeepNested {
		return bad(says(ErrKind, "is nested, and a cell holds one value; set KeepNested to keep it as text, or leave the column out"))
	}
	if !c.inferred {
		return w.addDeclared(c, cells, v, buf, bad)
	}
	met := func(class int) {
		if cells.first[class].row == 0 {
			here.value = shortened(string(buf[from:to]))
			cells.first[class] = here
		}
	}
	switch v.kind {
	case 't', 'f':
		met(3)
		if cells.is(Bool) {
			cells.bools = append(cells.bools, Cell[bool]{Value: v.kind == 't'})
			return nil
		}
	case 'n':
		if i, ok := parseInt(buf, from, to); ok && !(i == 0 && buf[from] == '-') {
			met(0)
			if classOf(buf, from, to, '.')&inexact != 0 {
				met(1)
			}
			switch {
			case cells.kind == Float:
				cells.floats = append(cells.floats, Cell[float64]{Value: float64(i)})
				return nil
			case cells.is(Int):
				cells.numbers = append(cells.numbers, Cell[int]{Value: i})
				return nil
			}
			break
		}
		x, ok := parseFloat(buf, from, to, '.')
		switch whole := digitsOnly(buf[from:to]); {
		case whole && buf[from] != '-' || whole && x != 0:
			return bad(says(ErrKind, "is a whole number that no int holds; declare the column as text to keep its digits, or as a number to round it"))
		case !ok:
			return bad(says(ErrKind, "is a number that no float64 holds; declare the column as text"))
		}
		met(2)
		if cells.kind == Int {
			widen(cells.numbers)
			cells.floats, cells.numbers, cells.kind = asFloats(cells.numbers), nil, Float
		}
		if cells.is(Float) {
			cells.floats = append(cells.floats, Cell[float64]{Value: x})
			return nil
		}
	default:
		met(4)
		if cells.is(Text) {
			cells.texts = append(cells.texts, Cell[string]{Value: w.text(c, buf, from, to)})
			return nil
		}
	}
	return cells.missing() // of two kinds: an error in any case, but perhaps not the first
}

// is reports whether the cells are of the kind, which they become if they are of none.
func (c *jsonCells) is(kind Kind) bool {
	if c.kind == Auto {
		c.kind = kind
		c.grow(c.n - 1)
	}
	return c.kind == kind
}

// grow puts missing cells before row n.
func (c *jsonCells) grow(n int) {
	switch c.kind {
	case Auto:
	case Int:
		c.numbers = withMissing(c.numbers, n)
	case Float:
		for len(c.floats) < n {
			c.floats = append(c.floats, missingFloat)
		}
	case Bool:
		c.bools = withMissing(c.bools, n)
	default:
		c.texts = withMissing(c.texts, n)
	}
}

func withMissing[T Value](cells []Cell[T], n int) []Cell[T] {
	for len(cells) < n {
		cells = append(cells, Cell[T]{Null: true})
	}
	return cells
}

// fill makes all rows before n missing that have no cell.
func (c *jsonCells) fill(n int) {
	c.grow(n)
	c.n = n
}

// missing gives the last row no value.
func (c *jsonCells) missing() *fault {
	c.grow(c.n)
	return nil
}

func (w *jsonWorker) text(c *jsonColumn, buf []byte, from, to int) string {
	if from == to {
		return ""
	}
	return c.texts.text(buf, from, to-from)
}

// addDeclared puts a value into a column whose kind is declared.
func (w *jsonWorker) addDeclared(c *jsonColumn, cells *jsonCells, v jsonValue, buf []byte, bad func(error) *fault) *fault {
	from, to, ok := v.from, v.to, true
	switch text := unsafe.String(unsafe.SliceData(buf[from:to]), to-from); c.kind { // looked at, not kept
	case Int:
		var i int
		i, ok = parseInt(buf, from, to)
		cells.numbers = append(cells.numbers, Cell[int]{Value: i})
	case Float:
		var x float64
		x, ok = parseFloat(buf, from, to, '.')
		cells.floats = append(cells.floats, Cell[float64]{Value: x})
	case Bool:
		var t bool
		t, ok = parseBool(buf[from:to], true)
		cells.bools = append(cells.bools, Cell[bool]{Value: t})
	case Date:
		var m moment
		m, ok = c.form.parse(text)
		var iso []byte
		if ok = ok && v.kind == 's'; ok {
			iso, ok = m.appendISO(nil)
		}
		cells.texts = append(cells.texts, Cell[string]{Value: c.texts.keep(iso)})
	case Category:
		level := ""
		if level, ok = c.levels[text]; c.levels == nil {
			level, ok = w.text(c, buf, from, to), true
		}
		cells.texts = append(cells.texts, Cell[string]{Value: level})
	default:
		cells.texts = append(cells.texts, Cell[string]{Value: w.text(c, buf, from, to)})
	}
	if !ok {
		return bad(c.misfit(&csvForm{}))
	}
	return nil
}

// badText is where the first byte stands that is no text, and why not.
func (f *jsonForm) badText(text []byte) (pos int, err error) {
	return badText(text, f.marks, f.Encoding)
}

func (f *jsonForm) tooManyKeys() error {
	return says(ErrLimit, "there are more than %d different keys; are they values? If they are meant, raise MaxColumns", f.MaxColumns)
}

func (f *jsonForm) tooManyCells() error {
	return says(ErrLimit, "the table has more than %d cells; keep fewer Columns, or raise MaxCells", f.MaxCells)
}
