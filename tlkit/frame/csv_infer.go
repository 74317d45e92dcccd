package frame

// A class is what a value looks like. Only what keeps its text when it is read and written
// as a number is one: 007 is text, for its noughts would be lost, and so is a whole number
// that no int holds.
type class uint8

const (
	isInt   class = 1 << iota
	inexact       // an Int that float64 does not hold
	isFloat
	isBool
	isText
)

// classOf looks at a value, which has pad bytes after it.
func classOf(b []byte, from, to int, point byte) class {
	if v, ok := strictInt(b, from, to); ok {
		if int(float64(v)) != v || v == 1<<63-1 { // which float64 rounds up to no int
			return isInt | inexact
		}
		return isInt
	}
	if _, ok := strictFloat(b, from, to, point); ok {
		return isFloat
	}
	if _, ok := parseBool(b[from:to], false); ok {
		return isBool
	}
	return isText
}

// strictInt is parseInt for numbers that would be written so, but for a plus sign.
func strictInt(b []byte, from, to int) (v int, ok bool) {
	if leadingNought(b, from, to) {
		return 0, false
	}
	if v, ok = parseInt(b, from, to); v == 0 && ok && b[from] == '-' {
		return 0, false // only a float has a nought below 0
	}
	return v, ok
}

// strictFloat is parseFloat for numbers without leading noughts; a whole one must be an Int
// that float64 holds.
func strictFloat(b []byte, from, to int, point byte) (v float64, ok bool) {
	if leadingNought(b, from, to) {
		return 0, false
	}
	if v, ok = parseFloat(b, from, to, point); ok && to-from > 15 && digitsOnly(b[from:to]) {
		i, fits := parseInt(b, from, to)
		return v, fits && int(v) == i && i != 1<<63-1
	}
	return v, ok
}

func leadingNought(b []byte, from, to int) bool {
	if from < to && (b[from] == '-' || b[from] == '+') {
		from++
	}
	return from+1 < to && b[from] == '0' && b[from+1]-'0' <= 9
}

// digitsOnly reports whether the number is a sign and digits.
func digitsOnly(b []byte) bool {
	if b[0] == '-' || b[0] == '+' {
		b = b[1:]
	}
	for _, c := range b {
		if c-'0' > 9 {
			return false
		}
	}
	return true
}

// parseBool reads true and false as pandas does; declared columns take 1 and 0 too.
func parseBool(b []byte, declared bool) (v, ok bool) {
	switch string(b) {
	case "true", "True", "TRUE":
		return true, true
	case "false", "False", "FALSE":
		return false, true
	case "1":
		return true, declared
	case "0":
		return false, declared
	}
	return false, false
}

// kind is that of a column with values of these classes; Auto if there are none.
func (c class) kind() Kind {
	switch {
	case c == 0:
		return Auto
	case c&^(isInt|inexact) == 0:
		return Int
	case c&^(isInt|isFloat) == 0:
		return Float
	case c == isBool:
		return Bool
	}
	return Text
}

// misfit says that a value is of another kind than its column, and what to do.
func (c *csvColumn) misfit(f *csvForm) error {
	kind := map[Kind]string{Int: "whole number", Float: "number", Bool: "truth value", Date: "date", Category: "level of the category"}[c.kind]
	switch {
	case c.kind == Category:
		return says(ErrKind, "is no %s, which has %s; add it to Levels, declare the column as text, or name it in Missing", kind, listed(c.field.Levels))
	case c.kind == Date && c.field.Format != "":
		return says(ErrKind, "is no date of the format %q; mend the Format, declare the column as text, or name the value in Missing", c.field.Format)
	case c.kind == Date:
		return says(ErrKind, "is no date as 2006-01-02 or 2006-01-02T15:04:05Z; give the column's Format, declare it as text, or name the value in Missing")
	case !c.inferred:
		return says(ErrKind, "is no %s, as which the column is declared; declare it as text, or name the value in Missing", kind)
	}
	return says(ErrKind, "is no %s, and the values of the first %d rows are; declare the column in Types (text keeps all values as they are), or name the value in Missing", kind, f.InferRows)
}
