package frame

import "bytes"

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
	if n < 1<<16 && n < f.MaxField && n < f.MaxRecord && !atEnd {
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
