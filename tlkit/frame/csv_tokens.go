package frame

import (
	"bytes"
	"errors"
	"math/bits"
	"slices"
	"sort"

	"transferlab/tlkit/internal/wording"
)

// A span is where a field lies in its block: the first byte in the low 32 bits, the byte
// after the last in the 30 bits above, without the quotes; and two flags.
type span uint64

const (
	inQuotes span = 1 << 63 // it stands in quotes
	doubling span = 1 << 62 // and has doubled quotes within
)

func spanOf(from, to int) span { return span(from) | span(to)<<32 }

func (s span) from() int { return int(uint32(s)) }
func (s span) to() int   { return int(s >> 32 & (1<<30 - 1)) }

// tokenize finds the fields of the block's records, of which each must have so many.
func (f *csvForm) tokenize(b *block, width int) {
	text := b.buf[:b.n]
	b.lines = int64(bytes.Count(text, []byte{f.eol}))
	b.spans, b.rows, b.fault = b.spans[:0], 0, nil
	ascii, ok := false, false
	if f.regular(b) {
		ascii, ok = f.fast(b, width)
	}
	if !ok {
		b.spans, b.rows = b.spans[:0], 0
		f.slow(b, width)
	}
	if !ascii {
		f.checkText(b, width)
	}
}

// regular reports whether the block may be as simple as most: a field is what lies between
// commas and ends of lines.
func (f *csvForm) regular(b *block) bool {
	text := b.buf[b.from:b.n]
	other := byte('\r')
	if f.eol == '\r' {
		other = '\n'
	}
	return !f.Trim && b.n <= min(f.MaxField, f.MaxRecord) &&
		(f.quote == 0 || bytes.IndexByte(text, f.quote) < 0) &&
		(f.comment == 0 || bytes.IndexByte(text, f.comment) < 0) &&
		bytes.IndexByte(text, 0) < 0 &&
		(bytes.IndexByte(text, other) < 0 || f.eol == '\n' && bytes.Count(text, []byte{'\r'}) == bytes.Count(text, []byte{'\n'}))
}

// fast finds fields of a regular block, eight bytes at a time. ok is false if a record has
// another number of fields, or a carriage return stands within a line. ascii is true if no
// byte is beyond.
func (f *csvForm) fast(b *block, width int) (ascii, ok bool) {
	commas, ends := uint64(f.comma)*ones, uint64(f.eol)*ones
	buf, spans := b.buf, b.spans
	at, from, n, all := 0, b.from, b.n, uint64(0)
	for i := b.from; i < n; i += 64 {
		if len(spans)-at < 64 {
			spans = slices.Grow(spans[:at], max(64, at))
			spans = spans[:cap(spans)]
		}
		mask, seen := separators((*[64]byte)(buf[i:i+64]), commas, ends)
		if n-i < 64 {
			mask &= 1<<(n-i) - 1
			seen = 0 // the bytes beyond are not the text's
			for _, c := range buf[i:n] {
				seen |= uint64(c)
			}
		}
		all |= seen
		out := spans[at : at+64]
		k := 0
		for ; mask != 0; mask &= mask - 1 {
			to := i + bits.TrailingZeros64(mask)
			out[k&63] = spanOf(from, to)
			k++
			from = to + 1
		}
		at += k
	}
	b.spans, b.rows = spans[:at], at/width
	if at%width != 0 {
		return false, false
	}
	return all&highs == 0, f.evenRows(b, width)
}

// separators has a bit for each byte that separates, and the union of the bytes.
func separators(p *[64]byte, commas, ends uint64) (mask, seen uint64) {
	for i := 0; i < 64; i += 8 {
		w := load(p[:], i)
		x, y := w^commas, w^ends
		x = (x&lows + lows) | x
		y = (y&lows + lows) | y
		hit := ^(x & y) & highs >> 7
		mask |= hit * 0x0102040810204080 >> 56 << i
		seen |= w
	}
	return mask, seen
}

// evenRows reports whether the lines end after each width fields, and only there, and
// takes carriage returns off their ends.
func (f *csvForm) evenRows(b *block, width int) bool {
	ends, returns := int(b.lines), false
	if b.from > 0 {
		ends = bytes.Count(b.buf[b.from:b.n], []byte{f.eol})
	}
	if ends != b.rows {
		return false
	}
	if f.eol == '\n' {
		returns = bytes.IndexByte(b.buf[b.from:b.n], '\r') >= 0
	}
	for last := width - 1; last < len(b.spans); last += width {
		s := b.spans[last]
		to := s.to()
		if b.buf[to] != f.eol {
			return false
		}
		if returns {
			if to == s.from() || b.buf[to-1] != '\r' {
				return false
			}
			b.spans[last] = spanOf(s.from(), to-1)
		}
	}
	return true
}

// slow finds the fields of any block, one record after another.
func (f *csvForm) slow(b *block, width int) {
	for pos := b.from; pos < b.n; {
		if next, skipped := f.passOver(b.buf, pos, b.n, width); skipped {
			pos = next
			continue
		}
		before := len(b.spans)
		spans, next, bad := f.record(b.buf, pos, b.n, width, b.spans)
		if bad == nil && len(spans)-before != width {
			bad = f.ragged(b, pos, width, len(spans)-before)
		}
		if bad != nil {
			bad.row = b.rows
			b.spans, b.fault = spans[:before], bad
			return
		}
		b.spans, pos = spans, next
		b.rows++
	}
}

// ragged is the fault of the record at pos, of which got fields were seen.
func (f *csvForm) ragged(b *block, pos, width, got int) *fault {
	if got > width { // they were not counted to the end
		spans, _, bad := f.record(b.buf, pos, b.n, f.MaxColumns, nil)
		if bad != nil {
			return bad
		}
		got = len(spans)
	}
	return &fault{pos: pos, err: says(ErrShape, "the record has %s where %d are expected; is a separator not quoted, or a quote missing? See that Comma and Quote are the file's", wording.Count(got, "field"), width)}
}

// passOver skips a line that is no record: a comment, or an empty one, which in a table of
// one column is a record whose value is missing.
func (f *csvForm) passOver(buf []byte, pos, n, width int) (next int, skipped bool) {
	if f.comment != 0 && buf[pos] == f.comment {
		if e := bytes.IndexByte(buf[pos:n], f.eol); e >= 0 {
			return pos + e + 1, true
		}
		return n, true
	}
	if width == 1 {
		return pos, false
	}
	p := pos
	for f.Trim && p < n && f.blank(buf[p]) {
		p++
	}
	if p < n && buf[p] == '\r' && f.eol == '\n' {
		p++
	}
	if p < n && buf[p] == f.eol {
		return p + 1, true
	}
	return pos, false
}

// errPartial says that a record goes on after the text.
var errPartial = errors.New("")

// record finds the fields of the record at pos: it adds their places to spans, at most one
// more than most of them, and gives where the record ends.
func (f *csvForm) record(buf []byte, pos, n, most int, spans []span) (out []span, next int, bad *fault) {
	start, all := pos, n
	n = min(n, start+f.MaxRecord+2) // with the end of its line; what follows then makes no difference
	long := func() *fault {
		return &fault{pos: start, err: says(ErrLimit, "a record begins here that is longer than %d bytes; is a quote not closed? If it is meant, raise MaxRecord", f.MaxRecord)}
	}
	for fields := 0; ; fields++ {
		s, end, bad := f.field(buf, pos, n)
		if bad != nil && bad.err != errPartial {
			return spans, n, bad
		}
		if s.to()-s.from() > f.MaxField {
			return spans, n, &fault{pos: pos, err: says(ErrLimit, "a field begins here that is longer than %d bytes; is a quote not closed? If it is meant, raise MaxField", f.MaxField)}
		}
		if fields == f.MaxColumns {
			return spans, n, &fault{pos: start, err: says(ErrLimit, "the record has more than %d fields; see that Comma is the file's, or raise MaxColumns", f.MaxColumns)}
		}
		if fields <= most {
			spans = append(spans, s)
		}
		if bad != nil && n < all {
			bad = long()
		}
		if bad != nil {
			return spans, n, bad
		}
		switch c := buf[end]; {
		case c == f.comma:
			pos = end + 1
		case end-start > f.MaxRecord:
			return spans, n, long()
		case c == f.eol:
			return spans, end + 1, nil
		default: // the carriage return before an end
			return spans, end + 2, nil
		}
	}
}

// field finds the field at pos and the separator after it: a comma, an end of line, or a
// carriage return before one.
func (f *csvForm) field(buf []byte, pos, n int) (s span, end int, bad *fault) {
	for f.Trim && pos < n && f.blank(buf[pos]) {
		pos++
	}
	if pos < n && buf[pos] == f.quote && f.quote != 0 {
		return f.quotedField(buf, pos, n)
	}
	end = pos
	for ; ; end++ {
		if end += f.plainBytes(buf[end:]); end >= n {
			return f.spanWithin(buf, pos, n), n, &fault{pos: pos, err: errPartial}
		}
		c := buf[end]
		if c == f.comma || c == f.eol {
			break
		}
		if c == '\r' && end+1 < n && buf[end+1] == f.eol {
			break
		}
		switch c {
		case '\r':
			if end+1 == n {
				return f.spanWithin(buf, pos, end), n, &fault{pos: pos, err: errPartial}
			}
			return s, n, &fault{pos: end, err: says(nil, "a carriage return stands alone in a field without quotes, and lines end otherwise in this file; put the field in quotes, or give all lines the same end")}
		case '\n':
			return s, n, &fault{pos: end, err: says(nil, "a line ends with a line feed, and others with a carriage return alone; give all lines the same end")}
		case 0:
			return s, n, &fault{pos: end, err: says(nil, "a NUL byte stands outside quotes; the file is no text, or is UTF-16: then set Encoding to \"utf-16le\" or \"utf-16be\"")}
		}
	}
	return f.spanWithin(buf, pos, end), end, nil
}

// spanWithin is the span without the blanks after it, if they do not count.
func (f *csvForm) spanWithin(buf []byte, from, to int) span {
	for f.Trim && to > from && f.blank(buf[to-1]) {
		to--
	}
	return spanOf(from, to)
}

// plainBytes is how many bytes of the start of p, which are always fewer than its length
// by pad, are none that a field without quotes may end with.
func (f *csvForm) plainBytes(p []byte) int {
	commas := uint64(f.comma) * ones
	for i := 0; i+8 <= len(p); i += 8 {
		w := load(p, i)
		hit := zeroBytes(w^commas) | zeroBytes(w^'\n'*ones) | zeroBytes(w^'\r'*ones) | zeroBytes(w)
		if hit != 0 {
			return i + bits.TrailingZeros64(hit)/8
		}
	}
	return len(p)
}

// quotedField is field for one that begins with a quote.
func (f *csvForm) quotedField(buf []byte, pos, n int) (s span, end int, bad *fault) {
	from := pos + 1
	to := f.closing(buf[:n], from)
	if to < 0 {
		return spanOf(from, n) | inQuotes, n, &fault{pos: pos, err: errPartial}
	}
	s = spanOf(from, to) | inQuotes
	if bytes.IndexByte(buf[from:to], f.quote) >= 0 {
		s |= doubling
	}
	end = to + 1
	for f.Trim && end < n && f.blank(buf[end]) {
		end++
	}
	switch {
	case end == n:
		return s, n, &fault{pos: pos, err: errPartial}
	case buf[end] == f.comma || buf[end] == f.eol:
		return s, end, nil
	case buf[end] == '\r' && end+1 == n:
		return s, n, &fault{pos: pos, err: errPartial}
	case buf[end] == '\r' && buf[end+1] == f.eol:
		return s, end, nil
	}
	return s, n, &fault{pos: pos, value: shortened(string(buf[pos:min(end+20, n)])), err: says(nil, "goes on after its closing quote; double the quotes within it, or set NoQuote if quotes are plain characters here")}
}

// checkText makes text that is not what the encoding allows the block's fault, if it comes
// before the one that is known.
func (f *csvForm) checkText(b *block, width int) {
	pos, err := f.badText(b.buf[:b.n])
	if err == nil {
		return
	}
	row := sort.Search(b.rows, func(r int) bool { return b.spans[(r+1)*width-1].to() > pos })
	if b.fault != nil && row == b.rows && b.fault.pos < pos {
		return
	}
	b.spans, b.rows = b.spans[:row*width], row
	b.fault = &fault{pos: pos, row: row, err: err}
}

// orBadText is the fault, or bytes before it that are no text.
func (f *csvForm) orBadText(buf []byte, bad *fault) *fault {
	if at, err := f.badText(buf[:bad.pos]); err != nil {
		return &fault{pos: at, err: err}
	}
	return bad
}

// badText is where the first byte stands that is no text, and why not.
func (f *csvForm) badText(text []byte) (pos int, err error) {
	return badText(text, f.marks, f.Encoding)
}
