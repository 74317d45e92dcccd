package frame

import (
	"bytes"
	"encoding/binary"
	"math"
	"unsafe"
)

// A csvWorker turns blocks into cells. It has its own memory; several work at a time.
type csvWorker struct {
	f       *csvForm
	cols    []*csvColumn
	width   int // fields of a record
	texts   []interner
	scratch []byte
	wide    []widening // of this block's columns
}

func newCSVWorker(f *csvForm, cols []*csvColumn, width int) *csvWorker {
	return &csvWorker{f: f, cols: cols, width: width, texts: interners(len(cols)), wide: make([]widening, len(cols))}
}

// missingFloat is a float cell without a value, for those that look at the flag and for
// those that look at the number.
var missingFloat = Cell[float64]{math.NaN(), true}

// parse fills the block's rows of the segment, from row at on. Its fault is the first of
// the block, in the order of the rows and then of the columns.
func (w *csvWorker) parse(b *block, seg *segment, at int) {
	clear(w.wide)
	for i, c := range w.cols {
		cells := &seg.cells[i]
		var bad *fault
		switch c.kind {
		case Int:
			bad = w.ints(c, b, cells.numbers[at:at+b.rows], &w.wide[i])
		case Float:
			bad = w.floats(c, b, asFloats(cells.numbers[at:at+b.rows]), 0, nil)
		case Bool:
			bad = w.bools(c, b, cells.bools[at:at+b.rows])
		case Date:
			bad = w.others(c, b, cells.texts[at:at+b.rows], &w.texts[i], w.date(c, &w.texts[i]))
		case Category:
			if c.levels != nil {
				bad = w.others(c, b, cells.texts[at:at+b.rows], &w.texts[i], func(text []byte) (string, bool) {
					level, ok := c.levels[string(text)]
					return level, ok
				})
				break
			}
			fallthrough
		default:
			w.plain(c, b, cells.texts[at:at+b.rows], &w.texts[i])
		}
		if bad != nil && (b.fault == nil || bad.row < b.fault.row) {
			b.fault = bad
		}
	}
}

// field is a field's text, with pad bytes after it, and whether it has no value.
func (w *csvWorker) field(b *block, s span) (buf []byte, from, to int, missing bool) {
	buf, from, to = b.buf, s.from(), s.to()
	if s&doubling != 0 {
		w.scratch = w.f.content(b.buf, s, w.scratch)
		to, from = len(w.scratch), 0
		w.scratch = append(w.scratch, padding[:]...)
		buf = w.scratch
	}
	if s&inQuotes == 0 || w.f.QuotedMissing {
		missing = from == to || w.f.missing.has(buf[from:to])
	}
	return buf, from, to, missing
}

// misfit is the fault of a value of another kind.
func (w *csvWorker) misfit(c *csvColumn, b *block, row int) *fault {
	s := b.spans[row*w.width+c.at]
	buf, from, to, _ := w.field(b, s)
	value := shortened(string(buf[from:to]))
	err := c.misfit(w.f)
	if from == to {
		err = says(err, "empty text in quotes %v; if it is to be missing, set QuotedMissing", err)
	}
	return &fault{pos: s.from(), row: row, column: c.name, value: value, err: err}
}

func (w *csvWorker) place(b *block, c *csvColumn, row int) place {
	s := b.spans[row*w.width+c.at]
	buf, from, to, _ := w.field(b, s)
	return place{b.row + int64(row) + 1, w.f.lineOf(b, s.from()), shortened(string(buf[from:to]))}
}

// ints fills a column of whole numbers. Where an inferred one has another number, it goes
// on as floats, and wide says so.
func (w *csvWorker) ints(c *csvColumn, b *block, out []Cell[int], wide *widening) *fault {
	simple := w.f.missing == nil
	for r := range out {
		s := b.spans[r*w.width+c.at]
		from := s.from()
		n := int(s>>32) - from // a flag makes it large
		if uint(n-1) < 8 && simple {
			word := load(b.buf, from)
			x := digitsOf(word, n)
			if areDigits(x) && (byte(word) != '0' || n == 1) {
				out[r].Value = int(eightDigits(x))
				continue
			}
		} else if n == 0 {
			out[r].Null = true
			continue
		}
		buf, from, to, missing := w.field(b, s)
		if missing {
			out[r].Null = true
			continue
		}
		v, ok := parseInt(buf, from, to)
		if c.inferred {
			v, ok = strictInt(buf, from, to)
		}
		switch {
		case ok:
			out[r].Value = v
			if c.inferred && classOf(buf, from, to, w.f.point)&inexact != 0 {
				wide.inexact.first(w.place(b, c, r))
			}
		case c.inferred && !c.settled && classOf(buf, from, to, w.f.point) == isFloat:
			wide.float.first(w.place(b, c, r))
			widen(out[:r])
			return w.floats(c, b, asFloats(out), r, wide)
		default:
			return w.misfit(c, b, r)
		}
	}
	return nil
}

// floats fills a column of numbers from row first on. wide is given for one that was taken
// for whole numbers.
func (w *csvWorker) floats(c *csvColumn, b *block, out []Cell[float64], first int, wide *widening) *fault {
	simple, point := w.f.missing == nil, w.f.point
	for r := first; r < len(out); r++ {
		s := b.spans[r*w.width+c.at]
		from := s.from()
		n := int(s>>32) - from // a flag makes it large
		if n == 0 {
			out[r] = missingFloat
			continue
		}
		if simple && n <= 9 {
			word, sign := load(b.buf, from), 1.0
			if byte(word) == '-' {
				sign = -1
				n--
				word = load(b.buf, from+1)
			}
			if uint(n-1) < 8 && (byte(word) != '0' || byte(word>>8)-'0' > 9) {
				if v, ok := shortFloat(word, n, point); ok {
					out[r].Value = sign * v
					continue
				}
			}
		}
		buf, from, to, missing := w.field(b, s)
		if missing {
			out[r] = missingFloat
			continue
		}
		v, ok := 0.0, false
		if c.inferred {
			v, ok = strictFloat(buf, from, to, point)
		} else {
			v, ok = parseFloat(buf, from, to, point)
		}
		if i, whole := 0, false; !ok && wide != nil {
			if i, whole = strictInt(buf, from, to); whole {
				v, ok = float64(i), true
				wide.inexact.first(w.place(b, c, r))
			}
		}
		if !ok {
			return w.misfit(c, b, r)
		}
		out[r] = Cell[float64]{Value: v}
	}
	return nil
}

func (w *csvWorker) bools(c *csvColumn, b *block, out []Cell[bool]) *fault {
	simple := w.f.missing == nil
	for r := range out {
		s := b.spans[r*w.width+c.at]
		from := s.from()
		switch n := int(s>>32) - from; {
		case n == 0:
			out[r].Null = true
			continue
		case n == 4 && simple && binary.LittleEndian.Uint32(b.buf[from:]) == 'e'<<24|'u'<<16|'r'<<8|'t':
			out[r].Value = true
			continue
		case n == 5 && simple && load(b.buf, from)<<24>>24 == 'e'<<32|'s'<<24|'l'<<16|'a'<<8|'f':
			continue
		}
		buf, from, to, missing := w.field(b, s)
		if missing {
			out[r].Null = true
			continue
		}
		v, ok := parseBool(buf[from:to], !c.inferred)
		if !ok {
			return w.misfit(c, b, r)
		}
		out[r].Value = v
	}
	return nil
}

// plain fills a column of any text.
func (w *csvWorker) plain(c *csvColumn, b *block, out []Cell[string], texts *interner) {
	simple := w.f.missing == nil
	for r := range out {
		s := b.spans[r*w.width+c.at]
		from := s.from()
		n := int(s>>32) - from
		if n == 0 {
			out[r].Null = true
			continue
		}
		if simple && n <= mostIntern {
			out[r].Value = texts.text(b.buf, from, n)
			continue
		}
		buf, from, to, missing := w.field(b, s)
		switch {
		case missing:
			out[r].Null = true
		case from < to:
			out[r].Value = texts.text(buf, from, to-from)
		}
	}
	texts.settle()
}

// others fills a column of text of which each value stands for another.
func (w *csvWorker) others(c *csvColumn, b *block, out []Cell[string], texts *interner, find func([]byte) (string, bool)) *fault {
	defer texts.settle()
	for r := range out {
		buf, from, to, missing := w.field(b, b.spans[r*w.width+c.at])
		if missing {
			out[r].Null = true
			continue
		}
		ok := false
		if from < to {
			out[r].Value, ok = texts.other(buf, from, to-from, find)
		} else {
			out[r].Value, ok = find(nil)
		}
		if !ok {
			return w.misfit(c, b, r)
		}
	}
	return nil
}

// date turns what stands in the file into ISO 8601.
func (w *csvWorker) date(c *csvColumn, texts *interner) func([]byte) (string, bool) {
	var room [40]byte
	return func(text []byte) (string, bool) {
		m, ok := c.form.parse(unsafe.String(unsafe.SliceData(text), len(text))) // looked at, not kept
		if !ok {
			return "", false
		}
		iso, ok := m.appendISO(room[:0])
		return texts.keep(iso), ok
	}
}

// lineOf is the line of a place in the block.
func (f *csvForm) lineOf(b *block, pos int) int64 {
	return b.line + 1 + int64(bytes.Count(b.buf[:pos], []byte{f.eol}))
}
