package frame

import (
	"context"
	"iter"
	"math"
	"runtime"
	"sync"

	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// Pieces reads the file piece by piece, for files that are larger than memory: each table
// has so many rows, the last one fewer. If rows is 0, a piece is some 8 MiB of text, however
// many rows that is. In no case has it more cells than MaxCells, which count for each piece
// here. MaxBytes has no default: without one a file of any length is read.
//
// Together the pieces are the table that [CSVFile.Read] gives with the same Types. Kinds
// that neither Types nor the schema beside the file give are inferred from all rows of the
// first piece, and a column without a value in it is Text; InferRows does not count. A value
// of a later piece that is of another kind is an error, also a fraction among whole numbers:
// declare such columns in Types.
//
// What is wrong with the file is a [*ParseError] with the line and the row of the file, in
// place of the piece that it stands in; the pieces before have been given, and there are
// none after. A file without rows is one piece without rows. The file is opened anew each
// time the sequence is gone through, and closed when that ends, however it ends. Memory is
// what a piece takes, its text, and some blocks of text for each core; pieces are the
// caller's to keep.
func (f *CSVFile) Pieces(ctx context.Context, rep progress.Reporter, rows int) iter.Seq2[Table, error] {
	return func(yield func(Table, error) bool) {
		if err := f.eachPiece(ctx, rep, rows, yield); err != nil {
			yield(Table{}, err)
		}
	}
}

// eachPiece passes the pieces on. It gives no error once no more are wanted.
func (f *CSVFile) eachPiece(ctx context.Context, rep progress.Reporter, rows int, yield func(Table, error) bool) error {
	if err := checkAmounts([]amount{{"the number of rows of a piece", int64(rows)}}); err != nil {
		return err
	}
	o := f.Options
	o.MaxBytes = or(o.MaxBytes, math.MaxInt64/2)
	form, in, err := f.open(o)
	if err != nil {
		return err
	}
	defer in.close()
	return form.eachPiece(ctx, rep, in, rows, yield)
}

// pieceBytes is how much text is a piece if nobody says how many rows are: enough that a
// model has work, and some ten times as much in cells.
const pieceBytes = 8 << 20

// A pieceReader reads a table piece by piece. It cuts blocks as a csvReader does, a few at a
// time, finds their fields, and keeps them until there are rows enough.
type pieceReader struct {
	*csvReader
	most  int // rows of a piece
	bytes int // of text after which a piece ends; 0 if only rows count

	queue   []*block // each of which has rows left
	given   int      // rows of the first of them that were
	waiting int      // rows in the queue
	text    int      // bytes
	taken   []*block // of which no rows are left, since the last piece
	spare   []*block // memory for others

	workers *sync.Pool
	worked  int // bytes of text that they have seen
}

func (f *csvForm) eachPiece(ctx context.Context, rep progress.Reporter, in *input, rows int, yield func(Table, error) bool) error {
	p := &pieceReader{csvReader: f.reader(ctx, rep, in)}
	first := new(block)
	if err := p.begin(first); err != nil {
		return err
	}
	p.most = int(max(f.MaxCells/int64(max(len(p.cols), 1)), 1))
	if p.bytes = pieceBytes; rows > 0 {
		p.most, p.bytes = min(rows, p.most), 0
	}
	f.MaxCells, f.InferRows = math.MaxInt64, math.MaxInt
	if p.ended == nil {
		p.add([]*block{first})
	}
	for n := 0; ; n++ {
		p.fill()
		if err := p.ctx.Err(); err != nil {
			return err
		}
		if len(p.queue) == 0 && n > 0 {
			return p.finish()
		}
		whole := p.enough()
		t, err := p.parse(p.take())
		if err == nil && !whole { // what ended it comes next in the file
			err = p.err()
		}
		if err != nil || !yield(t, nil) {
			return err
		}
	}
}

// finish says how the reading ended, where it did not end with a piece's error.
func (p *pieceReader) finish() error {
	if err := p.err(); err != nil {
		return err
	}
	p.rep.Report(progress.Event{Task: p.task(), Done: p.in.raw.n.Load(), Total: p.in.raw.n.Load(), Unit: "bytes"})
	return nil
}

// over reports whether no more blocks are to be cut.
func (p *pieceReader) over() bool { return p.ended != nil || p.stop.Load() || p.failed != nil }

// enough reports whether the queue has a whole piece.
func (p *pieceReader) enough() bool {
	return p.waiting >= p.most || p.bytes > 0 && p.text >= p.bytes
}

// fill cuts blocks until there are rows enough for a piece, or no more.
func (p *pieceReader) fill() {
	for !p.enough() && !p.over() && p.ctx.Err() == nil {
		var batch []*block
		for range runtime.GOMAXPROCS(0) {
			b := p.block()
			if p.ended = p.split.next(b); p.ended != nil {
				p.last = b
				break
			}
			batch = append(batch, b)
		}
		p.add(batch)
		if p.split.at-p.reported >= 4<<20 {
			p.reported = p.split.at
			p.rep.Report(progress.Event{Task: p.task(), Done: p.in.raw.n.Load(), Total: p.in.size, Unit: "bytes"})
		}
	}
}

// block is an empty block.
func (p *pieceReader) block() *block {
	n := len(p.spare)
	if n == 0 {
		return new(block)
	}
	b := p.spare[n-1]
	p.spare = p.spare[:n-1]
	return b
}

// add finds the fields of the blocks that were cut and puts them into the queue, up to the
// first whose text is at fault.
func (p *pieceReader) add(batch []*block) {
	if parallel.Each(p.ctx, len(batch), func(i int) { p.f.tokenize(batch[i], p.width) }) != nil {
		return
	}
	for _, b := range batch {
		p.number(b)
		if b.fault != nil { // it stands after the block's rows
			p.failed = p.located(b, b.fault)
		}
		if b.rows > 0 {
			p.queue = append(p.queue, b)
			p.waiting += b.rows
			p.text += b.n
		}
		if p.failed != nil || p.stop.Load() {
			return
		}
	}
}

// take takes a piece's rows out of the queue, as parts of its blocks.
func (p *pieceReader) take() []*block {
	p.spare, p.taken = append(p.spare, p.taken...), p.taken[:0]
	var views []*block
	rows, text := 0, 0
	for len(p.queue) > 0 && rows < p.most && (p.bytes == 0 || text < p.bytes) {
		b := p.queue[0]
		n := min(b.rows-p.given, p.most-rows)
		views = append(views, b.part(p.given, p.given+n, p.width))
		rows += n
		text += b.n
		if p.given += n; p.given == b.rows {
			p.given, p.queue = 0, p.queue[1:]
			p.taken = append(p.taken, b)
			p.text -= b.n
			p.worked += b.n
		}
	}
	p.waiting -= rows
	return views
}

// part is the block with its rows [low, high) alone, and what is wrong after them left out.
func (b *block) part(low, high, width int) *block {
	return &block{buf: b.buf, n: b.n, from: b.from, at: b.at, spans: b.spans[low*width : high*width : high*width], rows: high - low,
		row: b.row + int64(low), line: b.line}
}

// parse makes a table of a piece's rows.
func (p *pieceReader) parse(views []*block) (Table, error) {
	if p.workers == nil {
		p.settle(views)
	}
	rows, starts := 0, make([]int, len(views))
	for i, b := range views {
		starts[i] = rows
		rows += b.rows
	}
	seg := newSegment(p.cols, rows)
	seg.used = rows
	err := parallel.Each(p.ctx, len(views), func(i int) {
		w := p.workers.Get().(*csvWorker)
		defer p.workers.Put(w)
		w.parse(views[i], seg, starts[i])
	})
	if err != nil {
		return Table{}, err
	}
	for _, b := range views {
		if b.fault != nil {
			return Table{}, p.located(b, b.fault)
		}
	}
	p.segments = []*segment{seg}
	if p.worked > pieceBytes { // the texts that they remember hold on to pieces long gone
		p.renew()
	}
	return p.table()
}

// settle infers the kinds that are not declared from the first piece.
func (p *pieceReader) settle(views []*block) {
	p.held = views
	p.infer()
	p.held = nil
	rows := 0
	for _, b := range views {
		rows += b.rows
	}
	p.f.InferRows = rows // for errors, to say what kinds go by
	for _, c := range p.cols {
		c.settled, c.empty = true, false
	}
	p.renew()
}

func (p *pieceReader) renew() {
	p.worked = 0
	p.workers = &sync.Pool{New: func() any { return newCSVWorker(p.f, p.cols, p.width) }}
}
