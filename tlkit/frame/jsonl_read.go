package frame

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// A jsonReader reads one table. Several workers turn blocks of lines into cells; the blocks
// are counted and put together in their order.
type jsonReader struct {
	ctx context.Context
	rep progress.Reporter
	f   *jsonForm
	in  *input

	cutting  sync.Mutex // for what belongs to cutting
	split    *splitter
	cut      int   // blocks
	ended    error // why no more are cut: io.EOF, or a *fault in last
	last     *block
	reported int64
	stop     atomic.Bool // no more blocks are needed

	counting sync.Mutex         // for what belongs to counting
	waiting  map[int]*jsonBlock // parsed before one that precedes them
	blocks   []*jsonBlock
	rows     int64
	lines    int64
	names    []string // of the columns, as they first occur
	seen     map[string]bool
	finished bool // what follows does not count
	failed   *ParseError
}

// read reads the table.
func (f *jsonForm) read(ctx context.Context, rep progress.Reporter, in *input) (Table, error) {
	f.marks = in.marks
	r := &jsonReader{ctx: ctx, rep: progress.Or(rep), f: f, in: in, split: &splitter{form: f, in: &arrayLines{r: in.text}},
		waiting: map[int]*jsonBlock{}, seen: map[string]bool{}}
	workers := runtime.GOMAXPROCS(0)
	if f.MaxRows > 0 {
		workers = 1 // which knows how many rows are left
	}
	if left := in.left(1); in.size > 0 {
		workers = min(workers, int(left/int64(f.blockSize))+1)
	}
	_ = parallel.Each(context.Background(), workers, func(int) { r.work() }) // the context is asked for each block
	if err := ctx.Err(); err != nil {
		return Table{}, err
	}
	if bad, ok := r.ended.(*fault); ok && !r.finished {
		r.failed = &ParseError{Source: in.source, Line: r.lines + 1, Row: r.rows + 1, Offset: r.last.at + int64(bad.pos), Err: bad.err}
	}
	r.rep.Report(progress.Event{Task: r.task(), Done: in.raw.n.Load(), Total: in.raw.n.Load(), Unit: "bytes"})
	return r.table()
}

func (r *jsonReader) task() string {
	if r.in.source == "" {
		return "read JSON lines"
	}
	return "read " + r.in.source
}

// work parses blocks until there are none.
func (r *jsonReader) work() {
	w := newJSONWorker(r.f)
	own := new(block)
	for r.take(own) {
		if r.f.MaxRows > 0 {
			w.most = r.f.MaxRows - int(r.rows) // it works alone
		}
		r.count(w.parse(own))
	}
}

// take cuts the next block into own.
func (r *jsonReader) take(own *block) bool {
	r.cutting.Lock()
	defer r.cutting.Unlock()
	if r.ctx.Err() != nil || r.ended != nil || r.stop.Load() {
		return false
	}
	if r.ended = r.split.next(own); r.ended != nil {
		r.last = own
		return false
	}
	own.index = r.cut
	r.cut++
	if r.split.at-r.reported >= 4<<20 {
		r.reported = r.split.at
		r.rep.Report(progress.Event{Task: r.task(), Done: r.in.raw.n.Load(), Total: r.in.size, Unit: "bytes"})
	}
	return true
}

// count takes a parsed block, and counts it and those that waited for it, in their order.
func (r *jsonReader) count(b *jsonBlock) {
	r.counting.Lock()
	defer r.counting.Unlock()
	if b.fault != nil {
		r.stop.Store(true) // the blocks before it are cut, those after it are not needed
	}
	r.waiting[b.index] = b
	for {
		b, ok := r.waiting[len(r.blocks)]
		if !ok || r.finished {
			return
		}
		delete(r.waiting, len(r.blocks))
		r.blocks = append(r.blocks, b)
		b.row, b.line = r.rows, r.lines
		r.rows += int64(b.rows)
		r.lines += b.lines
		r.finished = r.f.MaxRows > 0 && r.rows == int64(r.f.MaxRows)
		if b.fault != nil {
			r.failed = &ParseError{Source: r.in.source, Line: b.line + b.faultAt + 1, Row: b.row + int64(b.fault.row) + 1, Column: b.fault.column,
				Offset: b.at + int64(b.fault.pos), Value: b.fault.value, Err: b.fault.err}
			r.finished = true
		}
		r.meet(b)
		if r.finished {
			r.stop.Store(true)
		}
	}
}

// meet notes the columns that occur first in this block.
func (r *jsonReader) meet(b *jsonBlock) {
	limit := func(line, row int64, err error) {
		if e := (&ParseError{Source: r.in.source, Line: b.line + line, Row: b.row + row, Err: err}); r.failed == nil || e.Row < r.failed.Row {
			r.failed, r.finished = e, true
		}
	}
	for _, c := range b.columns {
		if r.seen[c.name] {
			continue
		}
		r.seen[c.name] = true
		if r.names = append(r.names, c.name); len(r.names) > r.f.MaxColumns {
			limit(c.begin.line, c.begin.row, r.f.tooManyKeys())
			return
		}
	}
	if r.rows*int64(len(r.names)) > r.f.MaxCells {
		limit(1, 1, r.f.tooManyCells())
	}
}

// columns are the columns of the table, in their order.
func (r *jsonReader) columns() ([]*csvColumn, error) {
	names := slices.Clone(r.names)
	for _, d := range r.f.Types { // a declared one may have no value at all
		if !r.seen[d.Name] && r.f.keeps(d.Name) {
			names = append(names, d.Name)
		}
	}
	if len(r.f.Columns) > 0 {
		for _, n := range r.f.Columns {
			if !slices.Contains(names, n) {
				return nil, noColumn(n, names)
			}
		}
		names = r.f.Columns
	}
	if len(names) == 0 {
		return nil, &ParseError{Source: r.in.source, Err: says(ErrShape, "has no columns: there is no line with a key; declare the columns in Types if it should have none")}
	}
	cols := make([]*csvColumn, len(names))
	for i, n := range names {
		cols[i] = &csvColumn{name: n}
		cols[i].field, _ = r.f.Types.Lookup(n)
		if err := cols[i].declare(); err != nil {
			return nil, err
		}
	}
	return cols, nil
}

// A jsonPart is the cells of a column in one of the blocks.
type jsonPart struct {
	block int
	cells *jsonCells
}

// table puts the blocks together.
func (r *jsonReader) table() (Table, error) {
	parts := map[string][]jsonPart{}
	for k, b := range r.blocks {
		for _, c := range b.columns {
			parts[c.name] = append(parts[c.name], jsonPart{k, c})
		}
	}
	first := r.failed
	kinds := map[string]Kind{}
	for _, name := range r.names {
		kind, bad := r.kind(parts[name])
		if bad != nil && (first == nil || bad.Row < first.Row) {
			first = bad
		}
		kinds[name] = cmp.Or(kind, Text)
	}
	if first != nil {
		return Table{}, first
	}
	cols, err := r.columns()
	if err != nil {
		return Table{}, err
	}
	out := make([]series.Series, len(cols))
	var schema Schema
	for _, c := range cols {
		if c.inferred {
			c.kind = cmp.Or(kinds[c.name], Text)
		}
		if c.kind == Date || c.kind == Category {
			schema = append(schema, c.field)
		}
	}
	_ = parallel.Each(context.Background(), len(cols), func(i int) {
		out[i] = r.column(cols[i].name, cols[i].kind, parts[cols[i].name])
	})
	return New(schema, out...)
}

// jsonClasses are the classes of values that a column tells apart, and how they are called.
var jsonClasses = [...]struct {
	class class
	said  string
}{{isInt, "a whole number"}, {inexact, "a whole number that no float holds"}, {isFloat, "a number"}, {isBool, "a truth value"}, {isText, "text"}}

// kind is the kind of a column's values, or the first that does not go with those before.
func (r *jsonReader) kind(parts []jsonPart) (Kind, *ParseError) {
	var first [len(jsonClasses)]place
	for _, p := range parts {
		b := r.blocks[p.block]
		for i, at := range p.cells.first {
			if at.row > 0 && at.row <= int64(b.rows) {
				at.row, at.line = at.row+b.row, at.line+b.line
				first[i].first(at)
			}
		}
	}
	order := slices.DeleteFunc([]int{0, 1, 2, 3, 4}, func(i int) bool { return first[i].row == 0 })
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(first[i].row, first[j].row) })
	var seen class
	for n, i := range order {
		for _, j := range order[:n] {
			if both := jsonClasses[i].class | jsonClasses[j].class; both.kind() == Text { // no two go together as text
				return Text, &ParseError{Source: r.in.source, Line: first[i].line, Row: first[i].row, Column: parts[0].cells.name, Value: first[i].value,
					Err: says(ErrKind, "is %s, and %.40q in row %d is %s; declare the column in Types (text keeps all values as they are), or name a text in Missing",
						jsonClasses[i].said, first[j].value, first[j].row, jsonClasses[j].said)}
			}
		}
		seen |= jsonClasses[i].class
	}
	return seen.kind(), nil
}

// column puts the cells of a column together.
func (r *jsonReader) column(name string, kind Kind, parts []jsonPart) series.Series {
	switch kind {
	case Int:
		return Series(name, stacked(r, parts, Cell[int]{Null: true}, func(c *jsonCells) []Cell[int] { return c.numbers }))
	case Float:
		return Series(name, stacked(r, parts, missingFloat, func(c *jsonCells) []Cell[float64] {
			if c.kind == Int {
				widen(c.numbers)
				return asFloats(c.numbers)
			}
			return c.floats
		}))
	case Bool:
		return Series(name, stacked(r, parts, Cell[bool]{Null: true}, func(c *jsonCells) []Cell[bool] { return c.bools }))
	}
	return Series(name, stacked(r, parts, Cell[string]{Null: true}, func(c *jsonCells) []Cell[string] { return c.texts }))
}

// stacked puts the cells of the blocks below each other; rows without one are missing.
func stacked[T Value](r *jsonReader, parts []jsonPart, missing Cell[T], of func(*jsonCells) []Cell[T]) []Cell[T] {
	all := MakeCells[T](int(r.rows))[:0]
	fill := func(rows int64) {
		for int64(len(all)) < rows {
			all = append(all, missing)
		}
	}
	for i, p := range parts {
		fill(r.blocks[p.block].row)
		all = append(all, of(p.cells)...)
		parts[i].cells = nil // its memory is free now
	}
	fill(r.rows)
	return all
}
