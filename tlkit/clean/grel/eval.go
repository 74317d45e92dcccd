package grel

import "sync"

// Limits of one evaluation, that is, of one expression for one row. Work is counted in
// bytes of text and elements of arrays that a step reads or makes, and in instructions
// that a regular expression may take for them.
const (
	maxWork = 1 << 28 // one to three seconds
	maxText = 1 << 24 // bytes of one string
	maxItem = 1 << 20 // elements of one array
)

// state is what one evaluation keeps.
type state struct {
	row      Row
	slots    []Value
	stack    []Value // arguments of the calls that are being evaluated
	work     int
	name     string              // of the function that is called
	patterns map[string]*pattern // made of texts
	formats  map[formatKey]*dateFormat
	err      error // the first one; the evaluation then unwinds
}

var states = sync.Pool{New: func() any { return new(state) }}

// Eval evaluates the expression for a row.
//
// What OpenRefine gives as an error value is a Value of kind [KindError], and a cell is
// its value. The error is a [*LimitError], or an [*UnsupportedError] for what shows only
// in a row's values, as a date format in another column that cannot be followed; then
// nothing is known about the value, and the whole step should be given up.
func (e *Expr) Eval(row Row) (Value, error) {
	if e.run == nil {
		return null, &SyntaxError{Line: 1, Msg: "there is no expression", Hint: "make one by Parse"}
	}
	if row == nil {
		row = Bindings{}
	}
	s := states.Get().(*state)
	s.row, s.work, s.err = row, maxWork, nil
	for len(s.slots) < e.slots {
		s.slots = append(s.slots, null)
	}
	v := e.run(s)
	err := s.err
	s.row = nil
	clear(s.slots)
	clear(s.stack[:cap(s.stack)])
	s.stack = s.stack[:0]
	const small = 1 << 10
	if cap(s.stack) <= small {
		states.Put(s)
	}
	if err != nil {
		return null, err
	}
	if c, ok := v.ref.(cellObject); ok {
		return *c.v, nil
	}
	return v, nil
}

// spend takes work from what is left and reports whether there was enough. The error that
// it sets stops the loops; other parts come to their end by themselves.
func (s *state) spend(work int) bool {
	if s.err != nil {
		return false
	}
	if s.work -= work + 1; s.work < 0 {
		s.err = &LimitError{"steps for one row", maxWork}
		return false
	}
	return true
}

// stop is the value of a part that could not be evaluated: an error, which unwinds.
func (s *state) stop() Value { return Value{kind: KindError} }

// unsupported gives the evaluation up.
func (s *state) unsupported(name, why string) Value {
	if s.err == nil {
		s.err = &UnsupportedError{name, -1, why}
	}
	return s.stop()
}

// string makes a string of what a function built, if it is not too long.
func (s *state) string(t string) Value {
	if len(t) > maxText {
		return s.tooLong()
	}
	s.spend(len(t))
	return StringValue(t)
}

func (s *state) tooLong() Value {
	if s.err == nil {
		s.err = &LimitError{"bytes in one string", maxText}
	}
	return s.stop()
}

func (s *state) tooMany() Value {
	if s.err == nil {
		s.err = &LimitError{"elements in one array", maxItem}
	}
	return s.stop()
}

// array is an array that was made. An element costs as many bytes of text as it has.
func (s *state) array(class string, items []Value) Value {
	const size = 64
	if len(items) > maxItem {
		return s.tooMany()
	}
	if !s.spend(size * len(items)) {
		return s.stop()
	}
	return arrayOf(class, items)
}

func (s *state) texts(items []string) Value {
	out := make([]Value, len(items))
	for i, t := range items {
		out[i] = StringValue(t)
	}
	return s.array("String[]", out)
}

// weight is how much work it is to look at the value once.
func (v Value) weight() int {
	if a, ok := v.ref.(*array); ok {
		return len(a.items)
	}
	return len(v.text)
}
