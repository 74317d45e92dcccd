package torch

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// This file is the stack machine of Python's pickle protocols 2 to 4, as far as state
// dicts need it (Python 3.11, Lib/pickle.py).

// What the machine's stack holds, besides string, int, bool, []byte (a long number) and
// nil.
type (
	tuple  []any
	list   struct{ items []any }
	dict   struct{ keys, values []any }
	global struct{ module, name string }
	mark   struct{}
	ref    struct { // a storage
		dtype, key string
		elements   int
	}
	view struct { // a tensor on a storage
		ref           ref
		at            int
		shape, stride []int
	}
)

// known are the names that a state dict may use. None of them leads to code.
var known = map[global]bool{
	{"collections", "OrderedDict"}:         true,
	{"torch._utils", "_rebuild_tensor_v2"}: true,
	{"torch._utils", "_rebuild_parameter"}: true,
}

func lookUp(module, name string) (any, error) {
	g := global{module, name}
	if known[g] {
		return g, nil
	}
	if dtype, ok := strings.CutSuffix(name, "Storage"); ok && module == "torch" && elementSize[dtype] > 0 {
		return g, nil
	}
	return nil, &GlobalError{module, name}
}

type machine struct {
	in    []byte
	pos   int
	stack []any
	memo  map[int]any
	limit Limits
}

// unpickle runs the pickle at the start of in and returns its value and length.
func unpickle(in []byte, limit Limits) (value any, length int, err error) {
	m := machine{in: in, memo: map[int]any{}, limit: limit}
	for {
		done, err := m.step()
		if err != nil {
			return nil, 0, fmt.Errorf("byte %d of a pickle: %w", m.pos, err)
		}
		if done {
			v, err := m.pop()
			return v, m.pos, err
		}
		if int64(m.pos) > limit.Pickle {
			return nil, 0, fmt.Errorf("%w: the pickle is longer than the limit of %d bytes", ErrFormat, limit.Pickle)
		}
	}
}

func (m *machine) take(n int) ([]byte, error) {
	if n < 0 || n > len(m.in)-m.pos {
		return nil, fmt.Errorf("%w: it ends in the middle of a pickle", ErrFormat)
	}
	b := m.in[m.pos : m.pos+n]
	m.pos += n
	return b, nil
}

// number reads an n-byte little-endian number.
func (m *machine) number(n int) (int, error) {
	b, err := m.take(n)
	if err != nil {
		return 0, err
	}
	var buf [8]byte
	copy(buf[:], b)
	v := binary.LittleEndian.Uint64(buf[:])
	if v > 1<<62 {
		return 0, fmt.Errorf("%w: a length of %d", ErrFormat, v)
	}
	return int(v), nil
}

func (m *machine) counted(lengthBytes int) ([]byte, error) {
	n, err := m.number(lengthBytes)
	if err != nil {
		return nil, err
	}
	return m.take(n)
}

func (m *machine) line() (string, error) {
	i := bytes.IndexByte(m.in[m.pos:], '\n')
	if i < 0 {
		return "", fmt.Errorf("%w: it ends in the middle of a name", ErrFormat)
	}
	s := string(m.in[m.pos : m.pos+i])
	m.pos += i + 1
	return s, nil
}

func (m *machine) push(v any) { m.stack = append(m.stack, v) }

func (m *machine) pop() (any, error) {
	if len(m.stack) == 0 {
		return nil, fmt.Errorf("%w: its stack is empty", ErrFormat)
	}
	v := m.stack[len(m.stack)-1]
	m.stack = m.stack[:len(m.stack)-1]
	return v, nil
}

// toMark pops everything above the last mark, and the mark.
func (m *machine) toMark() ([]any, error) {
	for i := len(m.stack) - 1; i >= 0; i-- {
		if _, ok := m.stack[i].(mark); ok {
			items := append([]any(nil), m.stack[i+1:]...)
			m.stack = m.stack[:i]
			return items, nil
		}
	}
	return nil, fmt.Errorf("%w: a mark is missing", ErrFormat)
}

// The instructions, by their names in pickletools.
const (
	opProto, opFrame, opStop                        = 0x80, 0x95, '.'
	opMark, opPop                                   = '(', '0'
	opNone, opTrue, opFalse                         = 'N', 0x88, 0x89
	opInt4, opInt1, opInt2, opLong1, opFloat        = 'J', 'K', 'M', 0x8a, 'G'
	opText4, opText1, opText8                       = 'X', 0x8c, 0x8d
	opDict, opSetItem, opSetItems                   = '}', 's', 'u'
	opList, opAppend, opAppends                     = ']', 'a', 'e'
	opTuple0, opTuple, opTuple1, opTuple2, opTuple3 = ')', 't', 0x85, 0x86, 0x87
	opPut1, opPut4, opMemoize, opGet1, opGet4       = 'q', 'r', 0x94, 'h', 'j'
	opGlobal, opStackGlobal, opReduce, opBuild      = 'c', 0x93, 'R', 'b'
	opPersistent                                    = 'Q'
)

func (m *machine) step() (done bool, err error) {
	op, err := m.take(1)
	if err != nil {
		return false, err
	}
	switch op[0] {
	case opStop:
		return true, nil
	case opProto:
		_, err = m.take(1)
	case opFrame: // its length only helps buffering
		_, err = m.take(8)
	case opMark:
		m.push(mark{})
	case opPop:
		_, err = m.pop()
	case opPut1, opPut4, opMemoize, opGet1, opGet4:
		err = m.remember(op[0])
	case opDict:
		m.push(&dict{})
	case opList:
		m.push(&list{})
	case opSetItem, opSetItems, opAppend, opAppends, opBuild:
		err = m.fill(op[0])
	case opTuple0, opTuple, opTuple1, opTuple2, opTuple3:
		err = m.tuple(op[0])
	case opGlobal, opStackGlobal, opReduce, opPersistent:
		err = m.object(op[0])
	default:
		err = m.constant(op[0])
	}
	return false, err
}

func (m *machine) constant(op byte) error {
	var v any
	var b []byte
	var err error
	switch op {
	case opNone:
	case opTrue:
		v = true
	case opFalse:
		v = false
	case opInt1:
		v, err = m.number(1)
	case opInt2:
		v, err = m.number(2)
	case opInt4:
		b, err = m.take(4)
		if err == nil {
			v = int(int32(binary.LittleEndian.Uint32(b)))
		}
	case opLong1:
		b, err = m.counted(1)
		v = long(b)
	case opFloat:
		_, err = m.take(8) // no state dict's shape or name is one
	case opText1, opText4, opText8:
		b, err = m.counted(map[byte]int{opText1: 1, opText4: 4, opText8: 8}[op])
		v = string(b)
	default:
		return fmt.Errorf("%w: instruction %#x, which no state dict needs", ErrFormat, op)
	}
	m.push(v)
	return err
}

// long is a little-endian two's complement number: an int where it fits, else its bytes.
func long(b []byte) any {
	if len(b) > 8 {
		return b
	}
	var v int64
	for i := len(b) - 1; i >= 0; i-- {
		v = v<<8 | int64(b[i])
	}
	if n := len(b); n > 0 && n < 8 && b[n-1] >= 0x80 {
		v -= 1 << (8 * n)
	}
	return int(v)
}

func (m *machine) remember(op byte) (err error) {
	at := len(m.memo)
	switch op {
	case opPut1, opGet1:
		at, err = m.number(1)
	case opPut4, opGet4:
		at, err = m.number(4)
	}
	if err != nil {
		return err
	}
	if op == opGet1 || op == opGet4 {
		v, ok := m.memo[at]
		if !ok {
			return fmt.Errorf("%w: nothing was remembered under %d", ErrFormat, at)
		}
		m.push(v)
		return nil
	}
	if len(m.stack) == 0 {
		return fmt.Errorf("%w: its stack is empty", ErrFormat)
	}
	m.memo[at] = m.stack[len(m.stack)-1]
	return nil
}

// fill adds to the list or dict below the items.
func (m *machine) fill(op byte) error {
	var items []any
	var err error
	switch op {
	case opSetItems, opAppends:
		items, err = m.toMark()
	default:
		n := 1
		if op == opSetItem {
			n = 2
		}
		if len(m.stack) < n {
			return fmt.Errorf("%w: its stack is empty", ErrFormat)
		}
		items = append(items, m.stack[len(m.stack)-n:]...)
		m.stack = m.stack[:len(m.stack)-n]
	}
	if err != nil {
		return err
	}
	if len(m.stack) == 0 {
		return fmt.Errorf("%w: its stack is empty", ErrFormat)
	}
	switch into := m.stack[len(m.stack)-1].(type) {
	case *list:
		if op == opAppend || op == opAppends {
			into.items = append(into.items, items...)
			return nil
		}
	case *dict:
		if op == opBuild { // the metadata of a state dict: not needed
			return nil
		}
		if (op == opSetItem || op == opSetItems) && len(items)%2 == 0 {
			for i := 0; i < len(items); i += 2 {
				into.keys, into.values = append(into.keys, items[i]), append(into.values, items[i+1])
			}
			return nil
		}
	}
	return fmt.Errorf("%w: items for something that takes none", ErrFormat)
}

func (m *machine) tuple(op byte) error {
	if op == opTuple {
		items, err := m.toMark()
		m.push(tuple(items))
		return err
	}
	n := map[byte]int{opTuple0: 0, opTuple1: 1, opTuple2: 2, opTuple3: 3}[op]
	if len(m.stack) < n {
		return fmt.Errorf("%w: its stack is empty", ErrFormat)
	}
	items := append(tuple(nil), m.stack[len(m.stack)-n:]...)
	m.stack = append(m.stack[:len(m.stack)-n], items)
	return nil
}

func (m *machine) object(op byte) error {
	switch op {
	case opGlobal:
		module, err := m.line()
		if err != nil {
			return err
		}
		name, err := m.line()
		if err != nil {
			return err
		}
		return m.pushGlobal(module, name)
	case opPersistent:
		v, err := m.pop()
		if err != nil {
			return err
		}
		r, err := storage(v)
		m.push(r)
		return err
	}
	second, err := m.pop()
	if err != nil {
		return err
	}
	first, err := m.pop()
	if err != nil {
		return err
	}
	if op == opStackGlobal {
		module, ok1 := first.(string)
		name, ok2 := second.(string)
		if !ok1 || !ok2 {
			return fmt.Errorf("%w: a name that is no text", ErrFormat)
		}
		return m.pushGlobal(module, name)
	}
	v, err := reduce(first, second)
	m.push(v)
	return err
}

func (m *machine) pushGlobal(module, name string) error {
	g, err := lookUp(module, name)
	m.push(g)
	return err
}

// storage reads ("storage", type, key, location, elements, view?).
func storage(v any) (ref, error) {
	t, _ := v.(tuple)
	if len(t) < 5 || t[0] != "storage" || len(t) > 5 && t[5] != nil {
		return ref{}, fmt.Errorf("%w: a storage that is not described as one", ErrFormat)
	}
	g, ok1 := t[1].(global)
	key, ok2 := t[2].(string)
	n, ok3 := t[4].(int)
	dtype, ok4 := strings.CutSuffix(g.name, "Storage")
	if !ok1 || !ok2 || !ok3 || !ok4 || n < 0 {
		return ref{}, fmt.Errorf("%w: a storage that is not described as one", ErrFormat)
	}
	return ref{dtype, key, n}, nil
}

// reduce stands in for the calls of the known names.
func reduce(f, args any) (any, error) {
	g, _ := f.(global)
	a, ok := args.(tuple)
	switch {
	case !ok:
	case g.name == "OrderedDict" && len(a) == 0:
		return &dict{}, nil
	case g.name == "_rebuild_parameter" && len(a) >= 1:
		if v, ok := a[0].(view); ok {
			return v, nil
		}
	case g.name == "_rebuild_tensor_v2" && len(a) >= 4:
		r, ok1 := a[0].(ref)
		at, ok2 := a[1].(int)
		shape, ok3 := ints(a[2])
		stride, ok4 := ints(a[3])
		if ok1 && ok2 && ok3 && ok4 && len(shape) == len(stride) {
			return view{r, at, shape, stride}, nil
		}
	}
	return nil, fmt.Errorf("%w: a tensor that is not described as one", ErrFormat)
}

func ints(v any) ([]int, bool) {
	t, ok := v.(tuple)
	out := make([]int, len(t))
	for i, d := range t {
		n, isInt := d.(int)
		if !isInt || n < 0 {
			return nil, false
		}
		out[i] = n
	}
	return out, ok
}
