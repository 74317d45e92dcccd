package frame

import "io"

// arrayLines gives a JSON array of objects as JSON lines: byte for byte the same text, but
// for the array's brackets, its commas, which become the ends of lines, and the ends of
// lines within, which become blanks. What is no array passes as it is. So a line is an
// element, and offsets are those of the file.
type arrayLines struct {
	r     io.Reader
	state arrayState
	depth int  // of objects and arrays within an element
	text  bool // within a string
	slash bool // after a backslash in one
}

type arrayState uint8

const (
	arrayUnknown arrayState = iota // only white space so far
	arrayNone                      // no array
	arrayOpen
	arrayClosed
)

// Read reads text.
func (a *arrayLines) Read(p []byte) (int, error) {
	n, err := a.r.Read(p)
	if a.state != arrayNone {
		for i, c := range p[:n] {
			p[i] = a.turn(c)
		}
	}
	if err == io.EOF && a.state == arrayOpen {
		err = says(io.ErrUnexpectedEOF, "the array is never closed; the file was cut short: get it again")
	}
	return n, err
}

// turn gives the byte that stands in the place of c.
func (a *arrayLines) turn(c byte) byte {
	switch {
	case a.state == arrayUnknown:
		switch c {
		case ' ', '\t', '\r', '\n', 0xEF, 0xBB, 0xBF: // white space, or the mark at the start
		case '[':
			a.state = arrayOpen
			return ' '
		default:
			a.state = arrayNone
		}
	case a.state != arrayOpen:
	case a.text:
		switch {
		case a.slash:
			a.slash = false
		case c == '\\':
			a.slash = true
		case c == '"':
			a.text = false
		}
	default:
		switch c {
		case '"':
			a.text = true
		case '{', '[':
			a.depth++
		case '}':
			a.depth--
		case ']':
			if a.depth--; a.depth < 0 {
				a.state = arrayClosed
				return '\n'
			}
		case ',':
			if a.depth == 0 {
				return '\n'
			}
		case '\n':
			return ' '
		}
	}
	return c
}
