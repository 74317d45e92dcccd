package frame

import (
	"bytes"
	"io"
	"slices"
	"unicode/utf8"
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

func tooLong(what, advice string) *fault {
	return &fault{err: says(ErrLimit, "%s begins here that is longer than %d MiB%s", what, mostRecord>>20, advice)}
}

// badText looks for U+FFFD if it marks what is no text, and for what is no UTF-8 else.
func badText(text []byte, marks bool, encoding string) (pos int, err error) {
	if marks {
		if pos = bytes.Index(text, []byte("\ufffd")); pos >= 0 {
			return pos, says(nil, "what stands here is no text in the encoding %s; set Encoding to the file's, or Replace to read it as U+FFFD", encoding)
		}
		return 0, nil
	}
	if utf8.Valid(text) {
		return 0, nil
	}
	pos = invalidAt(text)
	return pos, says(nil, "the byte 0x%02X is no UTF-8; set Encoding to the file's (windows-1252, iso-8859-1, shift_jis, …), or Replace to read it as U+FFFD", text[pos])
}

// invalidAt is where the first byte stands that is no UTF-8.
func invalidAt(text []byte) int {
	pos := 0
	for pos < len(text) {
		r, n := utf8.DecodeRune(text[pos:])
		if r == utf8.RuneError && n == 1 {
			return pos
		}
		pos += n
	}
	return -1
}
