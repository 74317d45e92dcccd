package grel

import "strings"

// control is a call whose arguments are evaluated as it needs them. Unlike functions,
// controls see errors as values.
type control struct {
	// check says what is wrong with the arguments; "" if nothing is.
	check func(name string, args []tree) string

	compile func(c *compiler, name string, args []tree) node
}

var controls = map[string]*control{
	"if":            {counts(3, "three arguments"), compileIf},
	"with":          {binds(3, "three arguments"), compileWith},
	"forEach":       {binds(3, "three arguments"), compileForEach},
	"forEachIndex":  {bindsIndex, compileForEachIndex},
	"forRange":      {bindsRange, compileForRange},
	"filter":        {binds(3, "three arguments"), compileFilter},
	"forNonBlank":   {binds(4, "four arguments"), compileForNonBlank},
	"isNull":        test(func(_ *state, v Value) Value { return BoolValue(v.IsNull()) }),
	"isNotNull":     test(func(_ *state, v Value) Value { return BoolValue(!v.IsNull()) }),
	"isBlank":       test(func(_ *state, v Value) Value { return BoolValue(!nonBlank(v)) }),
	"isNonBlank":    test(func(_ *state, v Value) Value { return BoolValue(nonBlank(v)) }),
	"isEmptyString": test(func(_ *state, v Value) Value { return BoolValue(v.kind == KindString && v.text == "") }),
	"isError":       test(func(_ *state, v Value) Value { return BoolValue(v.IsError()) }),
	"isNumeric":     test(isNumeric),
}

func counts(n int, want string) func(string, []tree) string {
	return func(name string, args []tree) string {
		if len(args) != n {
			return name + " expects " + want
		}
		return ""
	}
}

func isName(t tree) bool {
	_, ok := t.(variable)
	return ok
}

func nameOf(t tree) string { return t.(variable).name }

// binds checks a control whose second argument is a variable.
func binds(n int, want string) func(string, []tree) string {
	return func(name string, args []tree) string {
		if len(args) != n {
			return name + " expects " + want
		}
		if !isName(args[1]) {
			return name + " expects second argument to be a variable name"
		}
		return ""
	}
}

func bindsIndex(name string, args []tree) string {
	switch {
	case len(args) != 4:
		return name + " expects four arguments"
	case !isName(args[1]):
		return name + " expects second argument to be the index's variable name"
	case !isName(args[2]):
		return name + " expects third argument to be the element's variable name"
	case nameOf(args[1]) == nameOf(args[2]):
		return name + " expects the second and third arguments to be different variable names"
	}
	return ""
}

func bindsRange(name string, args []tree) string {
	if len(args) != 5 {
		return name + " expects five arguments"
	}
	if !isName(args[3]) {
		return name + " expects fourth argument to be the element's variable name"
	}
	return ""
}

// nonBlank reports whether there is something: not null, no error and no empty text.
func nonBlank(v Value) bool {
	switch v.kind {
	case KindNull, KindError:
		return false
	case KindString:
		return v.text != ""
	}
	return true
}

func test(f func(*state, Value) Value) *control {
	return &control{counts(1, "one argument"), func(c *compiler, _ string, args []tree) node {
		arg := args[0].compile(c)
		return func(s *state) Value {
			v := arg(s)
			s.spend(1)
			return f(s, v)
		}
	}}
}

// isNumeric holds for numbers and for texts of digits alone, of any script.
func isNumeric(s *state, v Value) Value {
	if v.number() {
		return BoolValue(true)
	}
	if v.IsNull() {
		return javaError("NullPointerException", `Cannot invoke "Object.toString()" because "o" is null`)
	}
	if v.kind != KindString {
		return BoolValue(false) // the text of nothing else is digits alone
	}
	return BoolValue(v.text != "" && strings.IndexFunc(v.text, func(r rune) bool { return !javaDigit(r) }) < 0)
}

// caught is the value of a control in which Java threw: an error like any other.
func caught(v Value) Value { return ErrorValue(v.text) }

// threw reports whether the value stands for an exception that no function caught.
func threw(v Value) bool { return v.kind == KindError && v.small }

func compileIf(c *compiler, _ string, args []tree) node {
	condition, yes, no := args[0].compile(c), args[1].compile(c), args[2].compile(c)
	return func(s *state) Value {
		v := condition(s)
		s.spend(1)
		switch {
		case v.kind == KindError:
			return caught(v)
		case truth(s, v):
			v = yes(s)
		default:
			v = no(s)
		}
		if threw(v) {
			return caught(v)
		}
		return v
	}
}

func compileWith(c *compiler, _ string, args []tree) node {
	value := args[0].compile(c)
	slot, body := c.bind(nameOf(args[1]), args[2])
	return func(s *state) Value {
		v := value(s)
		if threw(v) {
			return caught(v)
		}
		s.spend(1)
		s.slots[slot] = v
		if v = body(s); threw(v) {
			return caught(v)
		}
		return v
	}
}

func compileForNonBlank(c *compiler, _ string, args []tree) node {
	value, otherwise := args[0].compile(c), args[3].compile(c)
	slot, body := c.bind(nameOf(args[1]), args[2])
	return func(s *state) Value {
		v := value(s)
		s.spend(1)
		switch {
		case threw(v):
		case nonBlank(v):
			s.slots[slot] = v
			v = body(s)
		default:
			v = otherwise(s)
		}
		if threw(v) {
			return caught(v)
		}
		return v
	}
}

// compileForEach evaluates the body for each element; errors are kept among the results.
func compileForEach(c *compiler, _ string, args []tree) node {
	array := args[0].compile(c)
	slot, body := c.bind(nameOf(args[1]), args[2])
	return loop(array, "First argument to forEach is not an array or JSON object", func(s *state, a []Value) (out []Value, bad Value) {
		out = make([]Value, 0, len(a))
		for _, v := range a {
			s.slots[slot] = v
			if v = body(s); !s.spend(1) || threw(v) {
				return nil, v
			}
			out = append(out, v)
		}
		return out, null
	})
}

func compileForEachIndex(c *compiler, _ string, args []tree) node {
	array := args[0].compile(c)
	index := len(c.names)
	c.names = append(c.names, nameOf(args[1]))
	slot, body := c.bind(nameOf(args[2]), args[3])
	c.names = c.names[:index]
	return loop(array, "First argument to forEachIndex is not an array or JSON object", func(s *state, a []Value) (out []Value, bad Value) {
		out = make([]Value, 0, len(a))
		for i, v := range a {
			s.slots[index], s.slots[slot] = integer(i), v
			if v = body(s); !s.spend(1) || threw(v) {
				return nil, v
			}
			out = append(out, v)
		}
		return out, null
	})
}

// compileFilter keeps the elements for which the body is true.
func compileFilter(c *compiler, name string, args []tree) node {
	array := args[0].compile(c)
	slot, body := c.bind(nameOf(args[1]), args[2])
	return loop(array, name+" expects an array as its first argument", func(s *state, a []Value) (out []Value, bad Value) {
		for _, v := range a {
			s.slots[slot] = v
			r := body(s)
			if !s.spend(1) || threw(r) {
				return nil, r
			}
			if r.Bool() {
				out = append(out, v)
			}
		}
		return out, null
	})
}

// loop is a control that makes an array of an array.
func loop(array node, want string, each func(*state, []Value) ([]Value, Value)) node {
	return func(s *state) Value {
		v := array(s)
		switch {
		case v.kind == KindError:
			return caught(v)
		case v.kind != KindArray:
			return ErrorValue(want)
		}
		out, bad := each(s, v.Items())
		if s.err != nil {
			return s.stop()
		}
		if threw(bad) {
			return caught(bad)
		}
		return s.array("Object[]", out)
	}
}

// compileForRange counts from a number to another one, which it does not reach.
func compileForRange(c *compiler, _ string, args []tree) node {
	parts := compileAll(c, args[:3])
	slot, body := c.bind(nameOf(args[3]), args[4])
	return func(s *state) Value {
		var v [3]Value
		for i, part := range parts {
			if v[i] = part(s); threw(v[i]) {
				return caught(v[i])
			}
		}
		for _, x := range v {
			if x.kind == KindError {
				return x
			}
		}
		if !v[0].number() || !v[1].number() || !v[2].number() {
			return ErrorValue("First, second, and third arguments of forRange must all be numbers")
		}
		from, to, step := v[0].Float(), v[1].Float(), v[2].Float()
		whole := integral(v[0]) && integral(v[2])
		if step == 0 || whole && longOf(v[2]) == 0 {
			return ErrorValue("Invalid argument")
		}
		var out []Value
		n := longOf(v[0])
		for {
			if whole {
				from = float64(n)
			}
			if step > 0 && !(from < to) || step < 0 && !(from > to) || step != step {
				return s.array("Object[]", out)
			}
			s.slots[slot] = FloatValue(from)
			if whole {
				s.slots[slot] = IntValue(n)
			}
			r := body(s)
			if !s.spend(1) {
				return s.stop()
			}
			if threw(r) {
				return caught(r)
			}
			if out = append(out, r); len(out) > maxItem {
				return s.tooMany()
			}
			n += longOf(v[2])
			from += step
		}
	}
}

// integral reports whether a number is whole, be it a float.
func integral(v Value) bool {
	return v.kind == KindInt || v.Float()-float64(longOf(v)) == 0
}

// longOf is Number.longValue.
func longOf(v Value) int64 {
	if v.kind == KindInt {
		return v.Int()
	}
	return int64(saturate(v.Float(), -1<<63, 1<<63))
}
