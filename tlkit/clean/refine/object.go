package refine

import "transferlab/tlkit/clean/internal/strict"

// object is a JSON object of a history, read as Jackson reads it for OpenRefine: what is
// missing or null has the type's zero value.
type object struct{ strict.Node }

// get is a property that is there and not null.
func (o object) get(key string) (strict.Node, bool) {
	n, ok := o.Get(key)
	return n, ok && n.Kind != strict.Null
}

// take decodes a property into v, if it is there.
func (o object) take(key string, v any) (there bool, err error) {
	n, ok := o.get(key)
	if !ok {
		return false, nil
	}
	if err := n.Decode(v); err != nil {
		return true, err
	}
	return true, nil
}

// operation is one operation as it is read, and all that is wrong with it.
type operation struct {
	object
	name string
	errs []error
}

func (op *operation) fail(err error) {
	if err != nil {
		op.errs = append(op.errs, err)
	}
}

// text is a text property; one that has to be there is an error where it is not.
func (op *operation) text(key string, required bool) string {
	var s string
	there, err := op.take(key, &s)
	op.fail(err)
	if required && !there && err == nil {
		op.fail(op.Errorf("%w: %q is missing", ErrFormat, key))
	}
	return s
}

func (op *operation) number(key string) int {
	var n int
	_, err := op.take(key, &n)
	op.fail(err)
	return n
}

func (op *operation) flag(key string) bool {
	var b bool
	_, err := op.take(key, &b)
	op.fail(err)
	return b
}

func (op *operation) numbers(key string) []int {
	var n []int
	_, err := op.take(key, &n)
	op.fail(err)
	return n
}

func (op *operation) texts(key string) []string {
	var s []string
	_, err := op.take(key, &s)
	op.fail(err)
	return s
}
