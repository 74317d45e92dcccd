package frame

import (
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/internal/wording"
	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// A csvReader reads one table. Blocks of text are cut off one after the other; several
// workers find their fields, learn in the blocks' order which rows they are, and parse them
// into their places. What comes out does not depend on who did what: of several errors the
// first in the file counts.
type csvReader struct {
	ctx   context.Context
	rep   progress.Reporter
	f     *csvForm
	in    *input
	cols  []*csvColumn
	width int // fields of a record

	cutting  sync.Mutex // for what belongs to cutting
	split    *splitter
	held     []*block // cut and tokenized to infer kinds, not yet parsed
	cut      int      // blocks, the held ones too
	ended    error    // why no more are cut: io.EOF, or a *fault in last
	last     *block
	reported int64
	stop     atomic.Bool // no more blocks are needed

	placing     sync.Mutex // for what belongs to placing
	placed      *sync.Cond // another block has been
	next        int        // the block whose turn it is
	rows, lines int64
	segments    []*segment
	parts       []part
	broken      bool

	failing sync.Mutex
	failed  *ParseError // the first in the file
	failedB int         // its block
}

// A part is where the rows of a block are.
type part struct {
	seg      *segment
	at, rows int
	wide     []bool // the columns that are floats already though they were taken for Int
}

// reader makes a reader of which nothing is read.
func (f *csvForm) reader(ctx context.Context, rep progress.Reporter, in *input) *csvReader {
	f.marks = in.marks
	r := &csvReader{ctx: ctx, rep: progress.Or(rep), f: f, in: in, split: &splitter{form: f, in: in.text}, next: 1, cut: 1, failedB: -1}
	r.placed = sync.NewCond(&r.placing)
	return r
}

// begin finds out what the columns are. first becomes the first block with records, if
// there is one: else the reader has ended.
func (r *csvReader) begin(first *block) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	f := r.f
	names, lines, err := f.begin(r.split, first)
	r.lines = lines
	var bad *fault
	switch {
	case err == io.EOF && f.NoHeader && len(f.givenNames()) > 0:
		names, r.ended = f.givenNames(), io.EOF
	case err == io.EOF:
		return &ParseError{Source: r.in.source, Err: says(nil, "is empty: there is no header, and no row; if it should have one, write it again")}
	case errors.As(err, &bad):
		first.line = lines
		e := r.located(first, bad)
		if !f.NoHeader {
			e.Row = 0
		}
		return e
	case err != nil:
		return err
	}
	r.width = len(names)
	r.cols, err = f.columns(names)
	return err
}

// read reads the table.
func (f *csvForm) read(ctx context.Context, rep progress.Reporter, in *input) (Table, error) {
	r := f.reader(ctx, rep, in)
	first := new(block)
	if err := r.begin(first); err != nil {
		return Table{}, err
	}
	if r.ended == nil {
		r.sample(first)
	}
	r.run()
	if err := ctx.Err(); err != nil {
		return Table{}, err
	}
	if err := r.err(); err != nil {
		return Table{}, err
	}
	r.rep.Report(progress.Event{Task: r.task(), Done: r.in.raw.n.Load(), Total: r.in.raw.n.Load(), Unit: "bytes"})
	return r.table()
}

func (r *csvReader) task() string {
	if r.in.source == "" {
		return "read CSV"
	}
	return "read " + r.in.source
}

// sample cuts blocks until there are rows enough to infer kinds from, and infers them.
func (r *csvReader) sample(b *block) {
	infers := false
	for _, c := range r.cols {
		infers = infers || c.inferred
	}
	for {
		r.f.tokenize(b, r.width)
		r.number(b)
		r.held = append(r.held, b)
		if b.fault != nil || r.stop.Load() || !infers || r.rows >= int64(r.f.InferRows) || r.ctx.Err() != nil {
			break
		}
		b = &block{index: r.cut}
		if r.ended = r.split.next(b); r.ended != nil {
			r.last = b
			break
		}
		r.cut++
	}
	r.next = r.cut
	r.infer()
	at := b.at + int64(b.n) // of the last of them, or of what follows
	if r.ended != nil {
		at = r.split.at
	}
	for _, b := range r.held {
		r.assign(b, at, r.ended != nil || r.stop.Load())
	}
}

// infer finds the kinds of the columns that are not declared.
func (r *csvReader) infer() {
	w := &csvWorker{f: r.f, width: r.width}
	for _, c := range r.cols {
		if !c.inferred {
			continue
		}
		var seen class
		for _, b := range r.held {
			rows := int(min(int64(b.rows), int64(r.f.InferRows)-b.row))
			for i := 0; i < rows && seen&isText == 0; i++ {
				if buf, from, to, missing := w.field(b, b.spans[i*r.width+c.at]); !missing {
					seen |= classOf(buf, from, to, r.f.point)
				}
			}
		}
		if c.kind = seen.kind(); c.kind == Auto {
			c.kind, c.empty = Text, true
		}
	}
}

// number gives a block its first row and line, and keeps to MaxRows and MaxCells. Blocks
// come here in their order.
func (r *csvReader) number(b *block) {
	b.row, b.line = r.rows, r.lines
	most := r.f.MaxCells / int64(max(len(r.cols), 1))
	if r.f.MaxRows > 0 && int64(r.f.MaxRows) <= most {
		if left := int64(r.f.MaxRows) - r.rows; int64(b.rows) >= left {
			b.rows, b.fault = int(left), nil
			r.stop.Store(true)
		}
	} else if left := most - r.rows; int64(b.rows) > left {
		b.rows = int(left)
		b.fault = &fault{pos: b.spans[b.rows*r.width].from(), row: b.rows,
			err: says(ErrLimit, "the table has more than %d rows of %s, which is more than %d cells; keep fewer Columns, read it with the package sql, or raise MaxCells", most, wording.Count(len(r.cols), "column"), r.f.MaxCells)}
	}
	b.spans = b.spans[:b.rows*r.width]
	r.rows += int64(b.rows)
	r.lines += b.lines
}

// assign gives a block room in a segment. What is known of the text reaches to byte at; if
// whole, no more follows.
func (r *csvReader) assign(b *block, at int64, whole bool) {
	var seg *segment
	if n := len(r.segments); n > 0 {
		seg = r.segments[n-1]
	}
	if seg == nil || seg.used+b.rows > seg.rows {
		rows := r.rows - b.row
		if !whole {
			rows += r.guess(at)
		}
		seg = newSegment(r.cols, int(rows))
		r.segments = append(r.segments, seg)
	}
	r.parts = append(r.parts, part{seg: seg, at: seg.used, rows: b.rows})
	seg.used += b.rows
}

// guess is for how many more rows there should be room: as many as the text after byte at
// has if its rows are as long as those before, and not more than it can have.
func (r *csvReader) guess(at int64) int64 {
	left := r.in.left(at)
	more := int64(float64(left)*float64(r.rows)/float64(max(at, 1))*1.02) + 1000
	more = min(more, left/int64(r.width)+1, r.f.MaxCells/int64(max(len(r.cols), 1))-r.rows)
	if r.f.MaxRows > 0 {
		more = min(more, int64(r.f.MaxRows)-r.rows)
	}
	return max(more, 0)
}

// run parses the held blocks and all that follow.
func (r *csvReader) run() {
	at := r.split.at
	workers := min(runtime.GOMAXPROCS(0), len(r.held)+int(r.in.left(at)/int64(r.f.blockSize))+1)
	_ = parallel.Each(context.Background(), workers, func(int) { r.work() }) // the context is asked for each block
}

// work parses blocks until there are none.
func (r *csvReader) work() {
	defer func() {
		if p := recover(); p != nil { // nobody waits for this block any more
			r.placing.Lock()
			r.broken = true
			r.placed.Broadcast()
			r.placing.Unlock()
			panic(p)
		}
	}()
	w := newCSVWorker(r.f, r.cols, r.width)
	own := new(block)
	for {
		b, held := r.take(own)
		if b == nil {
			return
		}
		if !held {
			r.f.tokenize(b, r.width)
			if !r.place(b) {
				return
			}
		}
		r.placing.Lock()
		p := r.parts[b.index]
		r.placing.Unlock()
		w.parse(b, p.seg, p.at)
		r.parsed(b, w)
	}
}

// take gives the next block: one of those held, or one that is cut into own.
func (r *csvReader) take(own *block) (b *block, held bool) {
	r.cutting.Lock()
	defer r.cutting.Unlock()
	if r.ctx.Err() != nil {
		return nil, false
	}
	if len(r.held) > 0 {
		b, r.held = r.held[0], r.held[1:]
		return b, true
	}
	if r.ended != nil || r.stop.Load() {
		return nil, false
	}
	if r.ended = r.split.next(own); r.ended != nil {
		r.last = own
		return nil, false
	}
	own.index = r.cut
	r.cut++
	if r.split.at-r.reported >= 4<<20 {
		r.reported = r.split.at
		r.rep.Report(progress.Event{Task: r.task(), Done: r.in.raw.n.Load(), Total: r.in.size, Unit: "bytes"})
	}
	return own, false
}

// place waits until the blocks before b have their places, and gives b its own.
func (r *csvReader) place(b *block) bool {
	r.placing.Lock()
	defer r.placing.Unlock()
	for r.next != b.index && !r.broken {
		r.placed.Wait()
	}
	if r.broken {
		return false
	}
	r.number(b)
	r.assign(b, b.at+int64(b.n), false)
	r.next++
	r.placed.Broadcast()
	return true
}

// parsed takes down what parsing a block has shown.
func (r *csvReader) parsed(b *block, w *csvWorker) {
	var wide []bool
	for i := range w.wide {
		if w.wide[i].float.row > 0 {
			if wide == nil {
				wide = make([]bool, len(w.cols))
			}
			wide[i] = true
		}
	}
	r.failing.Lock()
	defer r.failing.Unlock()
	for i := range w.wide {
		r.cols[i].wide.float.first(w.wide[i].float)
		r.cols[i].wide.inexact.first(w.wide[i].inexact)
	}
	if wide != nil {
		r.placing.Lock()
		r.parts[b.index].wide = wide
		r.placing.Unlock()
	}
	if b.fault != nil {
		r.stop.Store(true)
		if r.failed == nil || b.index < r.failedB {
			r.failed, r.failedB = r.located(b, b.fault), b.index
		}
	}
}

// located says where in the file a fault is.
func (r *csvReader) located(b *block, bad *fault) *ParseError {
	return &ParseError{Source: r.in.source, Line: r.f.lineOf(b, bad.pos), Row: b.row + int64(bad.row) + 1, Column: bad.column,
		Offset: b.at + int64(bad.pos), Value: bad.value, Err: bad.err}
}

// err is the first error in the file.
func (r *csvReader) err() error {
	first := r.failed
	enough := r.f.MaxRows > 0 && r.rows >= int64(r.f.MaxRows)
	if bad, ok := r.ended.(*fault); ok && first == nil && !enough {
		r.last.row, r.last.line = r.rows, r.lines
		first = r.located(r.last, bad)
	}
	failing := func(c *csvColumn) bool { return first != nil && c.name == first.Column }
	before := slices.IndexFunc(r.cols, failing) // in one row the columns count in their order
	for i, c := range r.cols {
		float, whole := c.wide.float, c.wide.inexact
		if float.row == 0 || whole.row == 0 {
			continue
		}
		at := float
		if whole.row > at.row {
			at = whole
		}
		if first == nil || at.row < first.Row || at.row == first.Row && i < before {
			before = i
			first = &ParseError{Source: r.in.source, Line: at.line, Row: at.row, Column: c.name, Value: at.value,
				Err: says(ErrKind, "does not go with the values before: %.40q in row %d is a whole number that a float cannot hold exactly, and %.40q in row %d is not whole; declare the column as text, or as a number if rounding is right", whole.value, whole.row, float.value, float.row)}
		}
	}
	if first == nil {
		return nil
	}
	return first
}

// table puts the columns together.
func (r *csvReader) table() (Table, error) {
	columns := make([]Column, len(r.cols))
	_ = parallel.Each(context.Background(), len(r.cols), func(i int) { columns[i] = r.column(i) })
	all := make([]series.Series, len(columns))
	var schema Schema
	for i, c := range columns {
		all[i] = c.Series(c.Name)
		if c.Kind == Date || c.Kind == Category {
			schema = append(schema, c.Field)
		}
	}
	return New(schema, all...)
}

// column puts the cells of a column together, which in most cases are one piece already.
func (r *csvReader) column(i int) Column {
	c := r.cols[i]
	out := Column{Field: c.field}
	out.Name, out.Kind = c.name, c.kind
	if c.kind == Int && c.wide.float.row > 0 {
		out.Kind = Float
		for _, p := range r.parts {
			if p.wide == nil || !p.wide[i] {
				widen(p.seg.cells[i].numbers[p.at : p.at+p.rows])
			}
		}
	}
	switch out.Kind {
	case Int:
		out.Ints = onePiece(r.segments, func(s *segment) *[]Cell[int] { return &s.cells[i].numbers })
	case Float:
		out.Floats = asFloats(onePiece(r.segments, func(s *segment) *[]Cell[int] { return &s.cells[i].numbers }))
	case Bool:
		out.Bools = onePiece(r.segments, func(s *segment) *[]Cell[bool] { return &s.cells[i].bools })
	default:
		out.Texts = onePiece(r.segments, func(s *segment) *[]Cell[string] { return &s.cells[i].texts })
		if c.empty {
			field := out.Field
			out = r.f.decide(out.Texts)
			field.Kind = out.Kind
			out.Field = field
		}
	}
	return out
}

// onePiece is the rows of all segments as one slice, which takes the place of theirs.
func onePiece[T Value](segments []*segment, of func(*segment) *[]Cell[T]) []Cell[T] {
	total := 0
	for _, s := range segments {
		total += s.used
	}
	if len(segments) == 1 {
		all := *of(segments[0])
		if total >= len(all)/4*3 { // little is wasted
			return all[:total:total]
		}
	}
	out := MakeCells[T](total)[:0]
	for _, s := range segments {
		out = append(out, (*of(s))[:s.used]...)
		*of(s) = nil
	}
	return out
}
