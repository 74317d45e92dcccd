package grel

import (
	"fmt"
	"math"
	"time"
)

// Kind is what a [Value] is.
type Kind uint8

// The kinds of values. A cell holds any of them but the last two.
const (
	KindNull   Kind = iota // no value
	KindBool               // true or false
	KindInt                // a whole number of 64 bits
	KindFloat              // a float64; NaN and infinities are values
	KindString             // text
	KindDate               // an instant with its offset from UTC
	KindError              // an error that is a value, which onError decides about
	KindArray              // several values
	KindObject             // a row, all its cells or a regular expression: OpenRefine cannot store it either
)

var kindNames = [...]string{"null", "boolean", "whole number", "number", "string", "date", "error", "array", "object"}

// String is the kind's name for people.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("Kind(%d)", k)
}

// Value is one value of an expression. The zero Value is null. Values are not changed
// once they are made.
type Value struct {
	kind  Kind
	small bool   // of a KindInt: Java's Integer (what length gives) and not its Long; of a KindError: thrown
	bits  uint64 // the boolean, the whole number, or the float's bits
	text  string // the string, or the error's message
	ref   any    // *time.Time, *array, or an object
}

// array is an array of Java, which remembers the type of its elements: it shows where an
// array is stored in a cell, as an error that names it.
type array struct {
	class string // "Object[]", "String[]", …
	items []Value
}

// null is the value of nothing.
var null Value

// BoolValue is a boolean.
func BoolValue(b bool) Value {
	if b {
		return Value{kind: KindBool, bits: 1}
	}
	return Value{kind: KindBool}
}

// IntValue is a whole number.
func IntValue(n int64) Value { return Value{kind: KindInt, bits: uint64(n)} }

// FloatValue is a number with a fraction, or without: 1.0 is not the whole number 1.
func FloatValue(f float64) Value { return Value{kind: KindFloat, bits: math.Float64bits(f)} }

// StringValue is text. What is not UTF-8 counts as U+FFFD.
func StringValue(s string) Value { return Value{kind: KindString, text: s} }

// DateValue is an instant, shown in the zone's offset that t has.
func DateValue(t time.Time) Value { return Value{kind: KindDate, ref: &t} }

// ErrorValue is an error that a cell can hold.
func ErrorValue(message string) Value { return Value{kind: KindError, text: message} }

// ArrayValue is an array of these values, which it keeps.
func ArrayValue(items ...Value) Value { return arrayOf("Object[]", items) }

func arrayOf(class string, items []Value) Value {
	return Value{kind: KindArray, ref: &array{class, items}}
}

// integer is what Java's methods give that return an int.
func integer(n int) Value { return Value{kind: KindInt, small: true, bits: uint64(int64(n))} }

// Kind says what the value is.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether there is no value.
func (v Value) IsNull() bool { return v.kind == KindNull }

// IsError reports whether the value is an error.
func (v Value) IsError() bool { return v.kind == KindError }

// Bool is the boolean; false for other kinds.
func (v Value) Bool() bool { return v.kind == KindBool && v.bits != 0 }

// Int is the whole number; 0 for other kinds.
func (v Value) Int() int64 {
	if v.kind != KindInt {
		return 0
	}
	return int64(v.bits)
}

// Float is the number, whole or not; NaN for other kinds.
func (v Value) Float() float64 {
	switch v.kind {
	case KindFloat:
		return math.Float64frombits(v.bits)
	case KindInt:
		return float64(int64(v.bits))
	}
	return math.NaN()
}

// Text is the string, or the error's message; "" for other kinds. See also [Value.String].
func (v Value) Text() string { return v.text }

// Time is the date; the zero time for other kinds.
func (v Value) Time() time.Time {
	if t, ok := v.ref.(*time.Time); ok {
		return *t
	}
	return time.Time{}
}

// Items are the values of an array, which are only read; nil for other kinds.
func (v Value) Items() []Value {
	if a, ok := v.ref.(*array); ok {
		return a.items
	}
	return nil
}

// Storable is the value as a cell keeps it: arrays and objects become the error that
// OpenRefine stores in their place, everything else stays.
func (v Value) Storable() Value {
	switch v.kind {
	case KindArray, KindObject:
		return ErrorValue(v.class() + " value not storable")
	}
	return v
}

// Equal reports whether a text transform would see no change between the two, which
// OpenRefine decides by Java's equals: numbers of different types differ, and NaN is NaN.
func (v Value) Equal(w Value) bool { return identical(v, w) }

func (v Value) number() bool { return v.kind == KindInt || v.kind == KindFloat }

// class is the simple name of the value's class in Java.
func (v Value) class() string {
	switch r := v.ref.(type) {
	case *array:
		return r.class
	case object:
		return r.class()
	}
	switch v.kind {
	case KindBool:
		return "Boolean"
	case KindInt:
		if v.small {
			return "Integer"
		}
		return "Long"
	case KindFloat:
		return "Double"
	case KindString:
		return "String"
	case KindDate:
		return "OffsetDateTime"
	case KindError:
		return "EvalError"
	}
	return "null"
}

// object is a value that no cell can hold.
type object interface{ class() string }

func objectValue(o object) Value { return Value{kind: KindObject, ref: o} }

// identical is Java's equals, or both null.
func identical(v, w Value) bool {
	if v.kind != w.kind {
		return false
	}
	switch v.kind {
	case KindNull:
		return true
	case KindBool:
		return v.bits == w.bits
	case KindInt:
		return v.bits == w.bits && v.small == w.small
	case KindFloat:
		a, b := v.Float(), w.Float()
		return v.bits == w.bits || a != a && b != b
	case KindString, KindError:
		return v.text == w.text
	case KindDate:
		a, b := v.Time(), w.Time()
		_, x := a.Zone()
		_, y := b.Zone()
		return a.Equal(b) && x == y
	}
	return v.ref != nil && v.ref == w.ref // arrays and objects: the same one
}
