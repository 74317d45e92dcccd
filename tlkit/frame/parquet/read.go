package parquet

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/go-gota/gota/series"
	"github.com/parquet-go/parquet-go/format"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// Source is a table in a Parquet file, described and not yet read. It is a [frame.Source].
// In JSON it is part of a recipe.
type Source struct {
	Path    string  `json:"path"`
	Options Options `json:"options,omitzero"`
}

// File describes the file at path; nothing is opened.
func File(path string, o Options) *Source { return &Source{path, o} }

// String says which file it is.
func (s *Source) String() string { return fmt.Sprintf("Parquet file %q", s.Path) }

// Read reads the file. Errors are an [*Error], or a [*frame.ColumnError] for a column that
// is not there; one of the file system is passed on within.
func (s *Source) Read(ctx context.Context, rep progress.Reporter) (frame.Table, error) {
	f, err := os.Open(s.Path)
	if err != nil {
		return frame.Table{}, &Error{Path: s.Path, Reason: "the file cannot be opened", Err: err}
	}
	defer f.Close()
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = fmt.Errorf("it is no regular file (%v)", st.Mode().Type())
	}
	if err != nil {
		return frame.Table{}, &Error{Path: s.Path, Reason: "the file cannot be opened", Err: err}
	}
	t, err := decode(ctx, rep, f, st.Size(), s.Options, filepath.Base(s.Path))
	return t, in(err, s.Path, "")
}

// Decode reads a Parquet file of size bytes from r, of which no more than a few pages are in
// memory at a time. Errors are those of [Source.Read].
func Decode(ctx context.Context, rep progress.Reporter, r io.ReaderAt, size int64, o Options) (frame.Table, error) {
	return decode(ctx, rep, r, size, o, "table")
}

func decode(ctx context.Context, rep progress.Reporter, r io.ReaderAt, size int64, o Options, name string) (t frame.Table, err error) {
	defer caught(&err)
	memory := o.budget()
	meta, end, err := readFooter(r, size, memory)
	if err != nil {
		return frame.Table{}, err
	}
	cols, err := plan(meta, o)
	if err != nil {
		return frame.Table{}, err
	}
	starts, err := groups(meta, cols)
	if err != nil {
		return frame.Table{}, err
	}
	rows := starts[len(starts)-1]
	d := &decoding{ctx: ctx, r: r, end: end, meta: meta, starts: starts, memory: memory, tick: ticker(rep, "read "+name, rows*int64(len(cols)))}
	for _, l := range cols {
		if rows > 0 && l.cell() > math.MaxInt64/rows {
			return frame.Table{}, memory.take(math.MaxInt64, fmt.Sprintf("a table of %d rows", rows))
		}
		if err := memory.take(rows*l.cell(), fmt.Sprintf("a table of %d rows and %d columns", rows, len(cols))); err != nil {
			return frame.Table{}, err
		}
	}
	return d.table(cols)
}

// groups leaves out the row groups without rows, of which a file can have very many, and adds
// up the rows before each of the others, and in all. Each of those has all columns.
func groups(meta *format.FileMetaData, cols []*leaf) ([]int64, error) {
	starts := []int64{0} // what writers say of the pages of no rows is all sorts of things
	kept := meta.RowGroups[:0]
	for i, g := range meta.RowGroups {
		before := starts[len(starts)-1]
		if g.NumRows < 0 || g.NumRows > math.MaxInt32*int64(math.MaxInt16)-before {
			return nil, damaged("group %d says that it has %d rows", i+1, g.NumRows)
		}
		if g.NumRows == 0 {
			continue
		}
		for _, l := range cols {
			if l.chunk >= len(g.Columns) {
				return nil, in(damaged("group %d lacks it", i+1), "", l.field.Name)
			}
		}
		starts, kept = append(starts, before+g.NumRows), append(kept, g)
	}
	meta.RowGroups = kept
	return starts, nil
}

// ticker reports how many values are done, one report after the other.
func ticker(rep progress.Reporter, task string, total int64) func(int64) {
	var mu sync.Mutex
	done := int64(0)
	return func(n int64) {
		mu.Lock()
		defer mu.Unlock()
		done += n
		progress.Or(rep).Report(progress.Event{Task: task, Done: done, Total: total, Unit: "values"})
	}
}

// decoding is the reading of one file.
type decoding struct {
	ctx     context.Context
	r       io.ReaderAt
	end     int64
	meta    *format.FileMetaData
	starts  []int64
	memory  *budget
	tick    func(int64)
	scratch sync.Pool
	failed  firstError
}

// column is one that is being read.
type column struct {
	leaf   *leaf
	series func() series.Series
	chunk  func(p *pages, low, high int64) (dict []string, plain bool, err error)
	texts  []frame.Cell[string]
	dicts  [][]string // of each group
	plain  []bool
}

// table reads all columns: each of each group by itself, several at a time.
func (d *decoding) table(leaves []*leaf) (frame.Table, error) {
	rows := d.starts[len(d.starts)-1]
	cols := make([]*column, len(leaves))
	for i, l := range leaves {
		cols[i] = d.column(l, rows)
	}
	n := len(d.meta.RowGroups)
	d.scratch.New = func() any { return &scratch{memory: d.memory} }
	err := parallel.Each(d.ctx, n*len(cols), func(i int) {
		g, c := i/len(cols), cols[i%len(cols)]
		if d.failed.before(i) {
			return
		}
		if err := d.read(g, c); err != nil {
			d.failed.set(i, in(err, "", c.leaf.field.Name))
		}
	})
	if err == nil {
		err = d.failed.err
	}
	if err != nil {
		return frame.Table{}, err
	}
	all := make([]series.Series, len(cols))
	var schema frame.Schema
	for i, c := range cols {
		all[i] = c.series()
		if f := c.field(); f.Kind == frame.Date || f.Kind == frame.Category || c.leaf.own {
			schema = append(schema, f)
		}
	}
	return newTable(schema, all, int(rows))
}

// newTable is frame.New, also for a table that has rows and no columns.
func newTable(schema frame.Schema, cols []series.Series, rows int) (frame.Table, error) {
	if len(cols) > 0 {
		return frame.New(schema, cols...)
	}
	t, err := frame.New(nil, frame.Series("", make([]frame.Cell[bool], rows)))
	if err != nil {
		return frame.Table{}, err
	}
	return t.Pick()
}

// column takes the memory for a column.
func (d *decoding) column(l *leaf, rows int64) *column {
	c := &column{leaf: l, dicts: make([][]string, len(d.meta.RowGroups)), plain: make([]bool, len(d.meta.RowGroups))}
	name := l.field.Name
	switch l.kind {
	case frame.Int:
		cells := make([]frame.Cell[int], rows)
		c.series = func() series.Series { return frame.Series(name, cells) }
		c.chunk = func(p *pages, low, high int64) ([]string, bool, error) {
			_, _, err := readChunk(d.ctx, p, cells[low:high], 0, l.intValues)
			return nil, false, err
		}
	case frame.Float:
		cells := make([]frame.Cell[float64], rows)
		c.series = func() series.Series { return frame.Series(name, cells) }
		c.chunk = func(p *pages, low, high int64) ([]string, bool, error) {
			p.s.nan = false
			_, _, err := readChunk(d.ctx, p, cells[low:high], math.NaN(), l.floatValues)
			if p.s.nan {
				nanIsMissing(cells[low:high])
			}
			return nil, false, err
		}
	case frame.Bool:
		cells := make([]frame.Cell[bool], rows)
		c.series = func() series.Series { return frame.Series(name, cells) }
		c.chunk = func(p *pages, low, high int64) ([]string, bool, error) {
			_, _, err := readChunk(d.ctx, p, cells[low:high], false, l.boolValues)
			return nil, false, err
		}
	default:
		c.texts = make([]frame.Cell[string], rows)
		c.series = func() series.Series { return frame.Series(name, c.texts) }
		c.chunk = func(p *pages, low, high int64) ([]string, bool, error) {
			if l.form == asNothing {
				for i := range c.texts[low:high] {
					c.texts[low+int64(i)].Null = true
				}
				return nil, false, nil
			}
			return readChunk(d.ctx, p, c.texts[low:high], "", l.textValues)
		}
	}
	return c
}

// read reads a column in one row group.
func (d *decoding) read(g int, c *column) (err error) {
	defer caught(&err)
	group, low, high := &d.meta.RowGroups[g], d.starts[g], d.starts[g+1]
	chunk := &group.Columns[c.leaf.chunk]
	if chunk.MetaData.NumValues != high-low {
		return damaged("it has %d values in group %d, which has %d rows", chunk.MetaData.NumValues, g+1, high-low)
	}
	s := d.scratch.Get().(*scratch)
	defer d.scratch.Put(s)
	p, err := c.leaf.open(d.r, chunk, d.end, s)
	if err != nil {
		return err
	}
	c.dicts[g], c.plain[g], err = c.chunk(p, low, high)
	d.tick(high - low)
	if e, ok := err.(*Error); ok && e.Row > 0 {
		e.Row += int(low)
	}
	return err
}

// field is what the schema says of the column once its values are known.
func (c *column) field() frame.Field {
	f := c.leaf.field
	if c.leaf.naive && f.Format == "" {
		f.Format = "%Y-%m-%dT%H:%M:%S"
		for i := range c.texts {
			if strings.Contains(c.texts[i].Value, ".") {
				f.Format += ".%f"
				break
			}
		}
	}
	if c.leaf.levels {
		f.Levels = c.found()
	}
	return f
}

// found are a category's levels: the entries of the dictionaries, group by group, and then
// what stands outside of them, in the order in which it occurs.
func (c *column) found() []string {
	levels, seen := []string{}, map[string]bool{}
	add := func(v string) {
		if !seen[v] {
			seen[v] = true
			levels = append(levels, v)
		}
	}
	outside := false
	for g, d := range c.dicts {
		for _, v := range d {
			add(v)
		}
		outside = outside || c.plain[g]
	}
	if outside {
		for i := range c.texts {
			if !c.texts[i].Null {
				add(c.texts[i].Value)
			}
		}
	}
	return levels
}

// firstError keeps the error of the piece that comes first, so that the same file always
// gives the same one.
type firstError struct {
	mu  sync.Mutex
	at  int
	err error
}

func (f *firstError) set(at int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil || at < f.at {
		f.at, f.err = at, err
	}
}

// before reports whether a piece before this one failed, so that this one is not needed.
func (f *firstError) before(at int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err != nil && f.at < at
}
