package grel

import "math"

// operators are those of two operands that are no errors. "=" is read and compares
// nothing, as in OpenRefine.
var operators = map[string]func(*state, Value, Value) Value{
	"+": add,
	"-": arithmetic(func(a, b int64) int64 { return a - b }, func(a, b float64) float64 { return a - b }),
	"*": arithmetic(func(a, b int64) int64 { return a * b }, func(a, b float64) float64 { return a * b }),
	"/": divide,
	"%": remainder,
	"=": func(*state, Value, Value) Value { return null },

	">":  ordering(func(c int) bool { return c > 0 }, func(a, b float64) bool { return a > b }),
	">=": ordering(func(c int) bool { return c >= 0 }, func(a, b float64) bool { return a >= b }),
	"<":  ordering(func(c int) bool { return c < 0 }, func(a, b float64) bool { return a < b }),
	"<=": ordering(func(c int) bool { return c <= 0 }, func(a, b float64) bool { return a <= b }),
	"==": func(s *state, a, b Value) Value { return BoolValue(same(s, a, b)) },
	"!=": func(s *state, a, b Value) Value { return BoolValue(!same(s, a, b)) },
}

func arithmetic(ints func(a, b int64) int64, floats func(a, b float64) float64) func(*state, Value, Value) Value {
	return func(_ *state, a, b Value) Value {
		switch {
		case a.kind == KindInt && b.kind == KindInt:
			return IntValue(ints(a.Int(), b.Int())) // wraps
		case a.number() && b.number():
			return FloatValue(floats(a.Float(), b.Float()))
		}
		return null
	}
}

var plus = arithmetic(func(a, b int64) int64 { return a + b }, func(a, b float64) float64 { return a + b })

// add sums numbers, and joins texts where one operand at least is text.
func add(s *state, a, b Value) Value {
	if a.kind != KindString && b.kind != KindString || a.IsNull() || b.IsNull() {
		return plus(s, a, b)
	}
	x, ok := s.text(a)
	y, also := s.text(b)
	if !ok || !also {
		return s.stop()
	}
	if len(x)+len(y) > maxText {
		return s.tooLong()
	}
	return s.string(x + y)
}

// divide cuts whole numbers towards zero; a division by zero gives a float.
func divide(_ *state, a, b Value) Value {
	switch {
	case a.kind == KindInt && b.kind == KindInt:
		switch x, y := a.Int(), b.Int(); {
		case y != 0:
			return IntValue(x / y)
		case x == 0:
			return FloatValue(math.NaN())
		default:
			return FloatValue(math.Inf(cmpInt(x, 0)))
		}
	case a.number() && b.number():
		return FloatValue(a.Float() / b.Float())
	}
	return null
}

// remainder has the sign of the dividend. Whole numbers have none by zero: Java throws.
func remainder(_ *state, a, b Value) Value {
	switch {
	case a.kind == KindInt && b.kind == KindInt:
		if b.Int() == 0 {
			return thrown
		}
		return IntValue(a.Int() % b.Int())
	case a.number() && b.number():
		return FloatValue(math.Mod(a.Float(), b.Float()))
	}
	return null
}

// thrown stands for an exception that only a control catches.
var thrown = Value{kind: KindError, small: true, text: "java.lang.ArithmeticException: / by zero"}

// ordering compares numbers, texts and dates of one kind; others are not ordered: null.
func ordering(holds func(int) bool, floats func(a, b float64) bool) func(*state, Value, Value) Value {
	return func(s *state, a, b Value) Value {
		if a.kind == KindFloat && b.number() || a.number() && b.kind == KindFloat {
			return BoolValue(floats(a.Float(), b.Float()))
		}
		if c, ok := compare(s, a, b); ok {
			return BoolValue(holds(c))
		}
		return null
	}
}

// same is ==: values that can be ordered are the same if neither comes first, which for
// texts is what the collation says and not what their letters say.
func same(s *state, a, b Value) bool {
	if a.kind == KindFloat && b.number() || a.number() && b.kind == KindFloat {
		return a.Float() == b.Float()
	}
	if c, ok := compare(s, a, b); ok {
		return c == 0
	}
	return identical(a, b)
}

// compare orders two values of one kind, if that kind has an order.
func compare(s *state, a, b Value) (int, bool) {
	if a.kind != b.kind {
		return 0, false
	}
	switch a.kind {
	case KindInt:
		return cmpInt(a.Int(), b.Int()), true
	case KindString:
		s.spend(8 * (len(a.text) + len(b.text)))
		return collate(a.text, b.text), true
	case KindBool:
		return int(a.bits) - int(b.bits), true
	case KindDate:
		return compareDates(a.Time(), b.Time()), true
	}
	return 0, false
}

func cmpInt(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
