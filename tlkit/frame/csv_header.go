package frame

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"

	"transferlab/tlkit/internal/wording"
)

// eolWindow is how much of a file's start is looked at to see how its lines end.
const eolWindow = 1 << 16

// begin finds out how lines end, passes over the lines that SkipRows names, and reads the
// header, if there is one. names are those in the file, one for each of its fields; b is the
// first block with records, which begin at b.from. lines counts the lines before b. An
// error is a *fault, or io.EOF where the file has no header.
func (f *csvForm) begin(s *splitter, b *block) (names []string, lines int64, err error) {
	s.carry = s.fill(s.carry, eolWindow)
	if bytes.IndexByte(s.carry, '\r') >= 0 {
		f.eol = lineEnd(s.carry, f.quote)
	}
	for range f.SkipRows {
		if err := s.skipLine(); err != nil {
			return nil, lines, err
		}
		lines++
	}
	for {
		if err := s.next(b); err != nil {
			return nil, lines, err
		}
		pos, found := 0, false
		for pos < b.n && !found {
			next, skipped := f.passOver(b.buf, pos, b.n, f.knownWidth())
			found = !skipped
			pos = next
		}
		if !found {
			if at, err := f.badText(b.buf[:b.n]); err != nil {
				return nil, lines, &fault{pos: at, err: err}
			}
			lines += int64(bytes.Count(b.buf[:b.n], []byte{f.eol}))
			continue
		}
		spans, next, bad := f.record(b.buf, pos, b.n, f.MaxColumns, nil)
		switch {
		case bad != nil:
			return nil, lines, f.orBadText(b.buf, bad)
		case f.NoHeader:
			b.from = pos
			names, err = f.madeNames(len(spans), pos)
		default:
			b.from = next
			names, err = f.headerNames(b.buf, spans, pos, next)
		}
		return names, lines, err
	}
}

// knownWidth is how many columns the file has where its options say so, and else two: of
// which empty lines are none.
func (f *csvForm) knownWidth() int {
	if f.NoHeader && len(f.givenNames()) == 1 {
		return 1
	}
	return 2
}

// givenNames are the names for a file without a header, if they are given.
func (f *csvForm) givenNames() []string {
	if len(f.Names) > 0 || len(f.beside) == 0 {
		return f.Names
	}
	names := make([]string, len(f.beside))
	for i, field := range f.beside {
		names[i] = field.Name
	}
	return names
}

// lineEnd is '\r' if the first line ends with a carriage return alone.
func lineEnd(text []byte, quote byte) byte {
	inside := false
	for i, c := range text {
		switch {
		case c == quote && quote != 0:
			inside = !inside
		case c == '\n' && !inside:
			return '\n'
		case c == '\r' && !inside:
			if i+1 < len(text) && text[i+1] != '\n' {
				return '\r'
			}
			return '\n'
		}
	}
	return '\n'
}

// skipLine drops the text to the next end of a line.
func (s *splitter) skipLine() error {
	for {
		if e := bytes.IndexByte(s.carry, s.form.ending()); e >= 0 {
			s.carry = append(s.carry[:0], s.carry[e+1:]...)
			s.at += int64(e + 1)
			return nil
		}
		s.at += int64(len(s.carry))
		s.carry = s.carry[:0]
		switch s.err {
		case nil:
			var more splitter = *s
			more.carry = nil
			s.carry = more.fill(s.carry, eolWindow)
			s.err = more.err
		case io.EOF:
			return nil
		default:
			return &fault{err: s.err}
		}
	}
}

// madeNames are the names of a file without a header.
func (f *csvForm) madeNames(width, pos int) ([]string, error) {
	names := slices.Clone(f.givenNames())
	if len(names) > 0 {
		if len(names) != width {
			return nil, &fault{pos: pos, err: says(ErrShape, "the first record has %s, and %d names are given; name each column", wording.Count(width, "field"), len(names))}
		}
		return names, nil
	}
	for i := range width {
		names = append(names, "column_"+strconv.Itoa(i+1))
	}
	return names, nil
}

// headerNames are the names that stand in the file.
func (f *csvForm) headerNames(buf []byte, spans []span, pos, next int) ([]string, error) {
	bad := func(kind error, format string, args ...any) ([]string, error) {
		return nil, &fault{pos: pos, err: says(kind, format, args...)}
	}
	if at, err := f.badText(buf[:next]); err != nil {
		return nil, &fault{pos: at, err: err}
	}
	if len(f.Names) > 0 && len(f.Names) != len(spans) {
		return bad(ErrShape, "the header has %s, and Names has %d; name each column", wording.Count(len(spans), "field"), len(f.Names))
	}
	names := make([]string, len(spans))
	place := map[string]int{}
	for i, s := range spans {
		name := string(f.content(buf, s, nil))
		if first, twice := place[name]; twice && !f.NumberNames && len(f.Names) == 0 {
			return bad(ErrShape, "columns %d and %d are both called %.40q; rename one, give all in Names, or set NumberNames", first+1, i+1, name)
		}
		if name == "" && s&inQuotes == 0 && !f.NumberNames && len(f.Names) == 0 {
			return bad(ErrShape, "column %d has no name; give it one, give all in Names, or set NumberNames", i+1)
		}
		if _, known := place[name]; !known {
			place[name] = i
		}
		names[i] = name
	}
	if f.NumberNames {
		numberNames(names)
	}
	return names, nil
}

// numberNames makes each name one of its own: an empty one is called by its place, and one
// that stands before gets the next number that no other has.
func numberNames(names []string) {
	taken := map[string]bool{}
	for _, n := range names {
		taken[n] = true
	}
	seen, next := map[string]bool{"": true}, map[string]int{}
	for i, n := range names {
		if !seen[n] {
			seen[n] = true
			continue
		}
		form, k := n+"_%d", 2
		if n == "" {
			n, form, k = "column", "column_%d", i+1
		}
		for k = max(k, next[n]); taken[fmt.Sprintf(form, k)]; k++ {
		}
		names[i] = fmt.Sprintf(form, k)
		next[n] = k + 1
		taken[names[i]] = true
		seen[names[i]] = true
	}
}

// content is what a field says: its text without quotes. Where quotes are doubled within,
// it is put together in scratch.
func (f *csvForm) content(buf []byte, s span, scratch []byte) []byte {
	text := buf[s.from():s.to()]
	if s&doubling == 0 {
		return text
	}
	scratch = scratch[:0]
	for {
		q := bytes.IndexByte(text, f.quote)
		if q < 0 {
			return append(scratch, text...)
		}
		scratch = append(scratch, text[:q+1]...)
		text = text[q+2:]
	}
}
