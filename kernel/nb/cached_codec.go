package nb

import (
	"bytes"
	"encoding"
	"encoding/gob"
	"fmt"
	"math"
	"reflect"

	"github.com/go-gota/gota/dataframe"

	"transferlab/tlkit/frame"
)

// UnkeepableError is a result that would not come back from the store as it was.
type UnkeepableError struct {
	Name  string // of the artefact
	Where string // the field or value at fault
	Why   string
}

func (e *UnkeepableError) Error() string {
	return fmt.Sprintf("nb: %s cannot be kept: %s %s; return plain data, or give the type MarshalBinary and UnmarshalBinary", e.Name, e.Where, e.Why)
}

// encode turns a result into bytes, and makes sure that they give it back.
func encode[T any](name string, v T) ([]byte, error) {
	var b bytes.Buffer
	if df, ok := any(v).(dataframe.DataFrame); ok {
		kept, err := frame.Table{DataFrame: df}.MarshalBinary()
		if err != nil {
			return nil, &UnkeepableError{name, "the dataframe", err.Error()}
		}
		b.Write(kept)
	} else {
		if where, why := unkeepable(reflect.TypeFor[T](), reflect.TypeFor[T]().String(), nil); why != "" {
			return nil, &UnkeepableError{name, where, why}
		}
		if err := gob.NewEncoder(&b).Encode(&v); err != nil {
			return nil, &UnkeepableError{name, reflect.TypeFor[T]().String(), err.Error()}
		}
	}
	back, err := decode[T](b.Bytes())
	if err != nil {
		return nil, &UnkeepableError{name, reflect.TypeFor[T]().String(), "does not come back: " + err.Error()}
	}
	if df, ok := any(v).(dataframe.DataFrame); ok {
		if !sameFrame(df, any(back).(dataframe.DataFrame)) {
			return nil, &UnkeepableError{name, "the dataframe", "comes back different"}
		}
	} else if !same(reflect.ValueOf(&v).Elem(), reflect.ValueOf(&back).Elem()) {
		return nil, &UnkeepableError{name, reflect.TypeFor[T]().String(), "comes back different"}
	}
	return b.Bytes(), nil
}

func decode[T any](b []byte) (v T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	if _, ok := any(v).(dataframe.DataFrame); ok {
		var t frame.Table
		if err := t.UnmarshalBinary(b); err != nil {
			return v, err
		}
		return any(t.DataFrame).(T), nil
	}
	return v, gob.NewDecoder(bytes.NewReader(b)).Decode(&v)
}

var marshaler = reflect.TypeFor[encoding.BinaryMarshaler]()

// unkeepable finds the part of a type that gob drops or refuses.
func unkeepable(t reflect.Type, where string, within []reflect.Type) (string, string) {
	if t.Implements(marshaler) || reflect.PointerTo(t).Implements(marshaler) {
		return "", ""
	}
	for _, w := range within {
		if w == t {
			return "", ""
		}
	}
	within = append(within, t)
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.Uintptr:
		return where, "is a " + t.Kind().String()
	case reflect.Interface:
		return where, "is an interface, whose value could be anything"
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return unkeepable(t.Elem(), where+"[]", within)
	case reflect.Map:
		if w, why := unkeepable(t.Key(), where+" key", within); why != "" {
			return w, why
		}
		return unkeepable(t.Elem(), where+"[]", within)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if !f.IsExported() {
				return where + "." + f.Name, "is not exported"
			}
			if w, why := unkeepable(f.Type, where+"."+f.Name, within); why != "" {
				return w, why
			}
		}
	}
	return "", ""
}

// same compares values; two NaN are the same, and so are nil and an empty slice or map,
// which gob does not tell apart.
func same(a, b reflect.Value) bool {
	if a.Kind() == reflect.Pointer && (a.IsNil() || b.IsNil()) { // before its methods are called
		return a.IsNil() == b.IsNil()
	}
	if a.Type().Implements(marshaler) || reflect.PointerTo(a.Type()).Implements(marshaler) {
		return sameBytes(a, b)
	}
	switch a.Kind() {
	case reflect.Float32, reflect.Float64:
		x, y := a.Float(), b.Float()
		return x == y && math.Signbit(x) == math.Signbit(y) || math.IsNaN(x) && math.IsNaN(y)
	case reflect.Complex64, reflect.Complex128:
		return a.Complex() == b.Complex()
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !same(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		if a.Len() != b.Len() {
			return false
		}
		for _, k := range a.MapKeys() {
			if v := b.MapIndex(k); !v.IsValid() || !same(a.MapIndex(k), v) {
				return false
			}
		}
		return true
	case reflect.Pointer:
		return same(a.Elem(), b.Elem())
	case reflect.Struct:
		for i := range a.NumField() {
			if !same(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}

func sameBytes(a, b reflect.Value) bool {
	bytesOf := func(v reflect.Value) []byte {
		m, ok := v.Interface().(encoding.BinaryMarshaler)
		if !ok && v.CanAddr() {
			m, ok = v.Addr().Interface().(encoding.BinaryMarshaler)
		}
		if !ok {
			return nil
		}
		out, err := m.MarshalBinary()
		if err != nil {
			return nil
		}
		return append(out, 1)
	}
	x, y := bytesOf(a), bytesOf(b)
	return x != nil && bytes.Equal(x, y)
}

// sameFrame compares dataframes by the bytes that they are kept as.
func sameFrame(a, b dataframe.DataFrame) bool {
	x, errX := frame.Table{DataFrame: a}.MarshalBinary()
	y, errY := frame.Table{DataFrame: b}.MarshalBinary()
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
