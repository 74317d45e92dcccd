package frame

import (
	"bytes"
	"io"
	"slices"
)

// A splitter cuts text into blocks of whole records, from one to the next. What it looks
// at is quotes and ends of lines, and no more than it must, for it is the part of the work
// that only one can do at a time.
type splitter struct {
	form  cutter
	in    io.Reader
	carry []byte // read before, and not yet given out
	at    int64  // bytes given out
	err   error  // of the reader; io.EOF at its end
}

// A cutter knows where records end.
type cutter interface {
	// lastEnd is where the last whole record of the text ends, which begins where a record
	// begins; 0 if none does. open is where something begins whose end is not seen, or -1.
	// atEnd says that nothing follows the text.
	lastEnd(text []byte, atEnd bool) (cut, open int)
	// checkPartial says what is wrong with the first n bytes of buf, which are no whole
	// record yet, or never will be if atEnd. It is then asked for the place of its error.
	checkPartial(buf []byte, n int, atEnd bool) error
	ending() byte // what ends a line
	pieces() int  // bytes of a block
}

// A block is a piece of text, which ends where a record ends.
type block struct {
	index int
	buf   []byte // the text, and at least pad bytes more
	n     int    // bytes of text
	from  int    // where its records begin: after a header, or at 0
	at    int64  // bytes of text before it

	// Of its records:
	spans []span // of their fields, row by row
	rows  int
	lines int64  // ends of lines, those within quotes too
	fault *fault // where it cannot be read, after rows whole rows

	row, line int64 // rows and lines before it
}

// A fault is what is wrong at a place of a block.
type fault struct {
	pos    int // in the block's buf
	row    int // of the block, from 0
	column string
	value  string
	err    error
}

func (f *fault) Error() string { return f.err.Error() }

// next fills b with the next whole records. After the last it gives io.EOF; a *fault is an
// error in the text.
func (s *splitter) next(b *block) error {
	b.from, b.at, b.n = 0, s.at, 0
	b.buf = b.buf[:0]
	for want := max(s.form.pieces(), 1); ; want *= 2 {
		b.buf = s.fill(b.buf, want)
		n, end := len(b.buf), s.err == io.EOF && len(s.carry) == 0
		cut, open := s.form.lastEnd(b.buf, end)
		if end && cut < n && open < 0 { // the last line lacks its end
			b.buf = append(b.buf, s.form.ending())
			n++
			cut = n
		}
		if cut > 0 {
			s.carry = slices.Insert(s.carry, 0, b.buf[cut:]...) // it is empty, but for a file's first lines
			s.at += int64(cut)
			b.n = cut
			b.buf = slices.Grow(b.buf, pad)[:n+pad]
			return nil
		}
		if end && n == 0 {
			return io.EOF
		}
		if err := s.form.checkPartial(slices.Grow(b.buf, pad)[:n+pad], n, end); err != nil {
			return err
		}
		if s.err != nil && len(s.carry) == 0 {
			return &fault{pos: n, err: s.err}
		}
	}
}

// fill reads until buf holds want bytes or there are no more.
func (s *splitter) fill(buf []byte, want int) []byte {
	buf = slices.Grow(buf, max(want-len(buf), 0)+pad)
	if n := min(len(s.carry), want-len(buf)); n > 0 {
		buf = append(buf, s.carry[:n]...)
		s.carry = append(s.carry[:0], s.carry[n:]...)
	}
	for len(buf) < want && s.err == nil {
		n, err := s.in.Read(buf[len(buf):want])
		buf, s.err = buf[:len(buf)+n], err
	}
	return buf
}

func (f *csvForm) ending() byte { return f.eol }
func (f *csvForm) pieces() int  { return f.blockSize }

// lastEnd goes from quote to quote. At the end of the file a quote that is the last byte
// closes its field; before, the next byte may double it.
func (f *csvForm) lastEnd(text []byte, atEnd bool) (cut, open int) {
	if f.quote == 0 {
		return bytes.LastIndexByte(text, f.eol) + 1, -1
	}
	pos := 0
	for {
		q := bytes.IndexByte(text[pos:], f.quote)
		if q < 0 {
			if e := bytes.LastIndexByte(text[pos:], f.eol); e >= 0 {
				cut = pos + e + 1
			}
			return cut, -1
		}
		if e := bytes.LastIndexByte(text[pos:pos+q], f.eol); e >= 0 {
			cut = pos + e + 1
		}
		if q += pos; !f.opens(text, q, cut) {
			pos = q + 1
			continue
		}
		pos = f.closing(text, q+1)
		if pos < 0 || pos == len(text)-1 && !atEnd {
			return cut, q
		}
		pos++
	}
}

// opens reports whether the quote at q, outside a field in quotes, begins one: it stands at
// a field's start, in a line, beginning at line, that is no comment.
func (f *csvForm) opens(text []byte, q, line int) bool {
	p := q
	for f.Trim && p > 0 && f.blank(text[p-1]) {
		p--
	}
	if p > 0 && text[p-1] != f.comma && text[p-1] != f.eol {
		return false
	}
	return f.comment == 0 || text[line] != f.comment
}

// closing is where the field in quotes that begins at pos is closed: at the first quote
// that is not doubled. -1 if there is none.
func (f *csvForm) closing(text []byte, pos int) int {
	for {
		q := bytes.IndexByte(text[pos:], f.quote)
		if q < 0 {
			return -1
		}
		if pos += q; pos+1 == len(text) || text[pos+1] != f.quote {
			return pos
		}
		pos += 2
	}
}

// checkPartial looks at a record of which not all is read yet, so that one without an end
// is noticed before it fills the memory.
func (f *csvForm) checkPartial(buf []byte, n int, atEnd bool) error {
	if n > mostRecord {
		return tooLong("a record", "; is a quote not closed, or are lines ended otherwise?")
	}
	if n < 1<<16 && n < f.MaxField && !atEnd {
		return nil
	}
	if _, comment := f.passOver(buf, 0, n, 1); comment {
		return nil
	}
	_, _, bad := f.record(buf, 0, n, 0, nil)
	switch {
	case bad == nil || bad.err == errPartial && !atEnd:
		return nil
	case bad.err == errPartial:
		_, open := f.lastEnd(buf[:n], true)
		bad = &fault{pos: max(open, 0), err: says(nil, "a quote begins here and is never closed; close it, or set NoQuote if quotes are plain characters here")}
	}
	return f.orBadText(buf, bad)
}

func tooLong(what, advice string) *fault {
	return &fault{err: says(ErrLimit, "%s begins here that is longer than %d MiB%s", what, mostRecord>>20, advice)}
}
