package torch

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"

	"transferlab/tlkit/zoo/internal/elements"
)

// This file is the stack machine of Python's pickle protocols up to 4, as far as state
// dicts need it (Python 3.11, Lib/pickle.py).

// What the machine's stack holds, besides string, int, bool, []byte (bytes, and numbers of
// more than 64 bits) and nil, which stands for anything of no use here.
type (
	tuple  []any
	list   struct{ items []any }
	dict   struct{ keys, values []any }
	global struct{ module, name string }
	mark   struct{}
	ref    struct { // a storage
		key      string
		kind     elements.Type // of what its length is counted in
		elements int
		untyped  bool
	}
	view struct { // a tensor on a storage
		ref           ref
		kind          elements.Type
		at            int
		shape, stride []int
	}
)

// known are the names that a checkpoint may use, which are those that PyTorch's own load
// with weights_only has, less the kinds of tensors that are not read here. None leads to code:
// reduce knows what each makes, and is told here of those that make nothing of use.
var known = map[global]bool{
	{"collections", "OrderedDict"}:         true,
	{"torch", "Size"}:                      true,
	{"torch._utils", "_rebuild_tensor"}:    true,
	{"torch._utils", "_rebuild_tensor_v2"}: true,
	{"torch._utils", "_rebuild_tensor_v3"}: true,
	{"torch._utils", "_rebuild_parameter"}: true,
	{"torch.nn.parameter", "Parameter"}:    true,
	{"torch.storage", "UntypedStorage"}:    true,
}

var useless = map[global]bool{
	{"torch", "device"}:          true,
	{"collections", "Counter"}:   true,
	{"_codecs", "encode"}:        true,
	{"builtins", "set"}:          true,
	{"builtins", "bytearray"}:    true,
	{"builtins", "complex"}:      true,
	{"__builtin__", "set"}:       true,
	{"__builtin__", "bytearray"}: true,
	{"__builtin__", "complex"}:   true,
}

func lookUp(module, name string) (any, error) {
	g := global{module, name}
	if known[g] || useless[g] || module == "torch" && dtypeOf[name] != 0 {
		return g, nil
	}
	if (module == "torch" || module == "torch.cuda") && storageType[name] != 0 { // saved on a GPU, long ago
		return g, nil
	}
	return nil, &GlobalError{module, name}
}

// input is a file's pickles, one after the other, and what they said of storages.
type input struct {
	r        *bufio.Reader
	pos, end int64 // end: of the file, or of what is accepted
	cut      bool  // end is before that of the file
	steps    int   // instructions left
	storages map[string]ref
}

// newInput reads pickles from r, which holds size bytes. Each instruction takes some bytes
// of memory, so their number is bounded too: a tensor needs about 35 of them.
func newInput(r io.Reader, size int64, limits Limits) *input {
	end := min(size, limits.Pickle)
	return &input{r: bufio.NewReaderSize(r, 1<<16), end: end, cut: end < size, steps: 10_000 + 50*limits.Tensors, storages: map[string]ref{}}
}

type machine struct {
	*input
	stack []any
	memo  map[int]any
}

// unpickle runs the next pickle of in and returns its value.
func unpickle(in *input, limit Limits) (any, error) {
	m := machine{input: in, memo: map[int]any{}}
	for {
		at := m.pos
		done, err := m.step()
		if err == nil && done {
			return m.pop()
		}
		if m.steps--; err == nil && m.steps < 0 {
			err = fmt.Errorf("%w: a longer program than %d tensors need", ErrFormat, limit.Tensors)
		}
		if err != nil {
			return nil, fmt.Errorf("byte %d of the pickle: %w", at, err)
		}
	}
}

// take reads n bytes. They are counted before memory is taken.
func (m *machine) take(n int) ([]byte, error) {
	if n < 0 || int64(n) > m.end-m.pos {
		return nil, m.short()
	}
	b := make([]byte, n)
	_, err := io.ReadFull(m.r, b)
	m.pos += int64(n)
	return b, err
}

func (m *machine) short() error {
	if m.cut {
		return fmt.Errorf("%w: the pickle is longer than the limit of %d bytes", ErrFormat, m.end)
	}
	return fmt.Errorf("%w: it ends in the middle of a pickle", ErrFormat)
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

// line reads up to a newline, which is not part of it.
func (m *machine) line() (string, error) {
	var s []byte
	for m.pos < m.end && len(s) <= 1<<12 {
		b, err := m.r.ReadByte()
		if err != nil {
			return "", err
		}
		m.pos++
		if b == '\n' {
			return string(s), nil
		}
		s = append(s, b)
	}
	if m.pos < m.end {
		return "", fmt.Errorf("%w: a line of more than 4096 bytes", ErrFormat)
	}
	return "", m.short()
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

// The instructions, by their names in pickletools. Those of protocol 0, which PyTorch never
// writes, are there so that a program made to harm gets to the name that it is refused for.
const (
	opProto, opFrame, opStop                        = 0x80, 0x95, '.'
	opMark, opPop, opPopMark, opDup                 = '(', '0', '1', '2'
	opNone, opTrue, opFalse                         = 'N', 0x88, 0x89
	opInt4, opInt1, opInt2, opLong1, opLong4        = 'J', 'K', 'M', 0x8a, 0x8b
	opFloat, opFloatLine, opIntLine, opLongLine     = 'G', 'F', 'I', 'L'
	opText4, opText1, opText8                       = 'X', 0x8c, 0x8d
	opTextLine, opBytesLine                         = 'V', 'S'
	opString4, opString1                            = 'T', 'U'
	opBytes4, opBytes1, opBytes8                    = 'B', 'C', 0x8e
	opDict, opDictMark, opSetItem, opSetItems       = '}', 'd', 's', 'u'
	opList, opListMark, opAppend, opAppends         = ']', 'l', 'a', 'e'
	opSet, opAddItems                               = 0x8f, 0x90
	opTuple0, opTuple, opTuple1, opTuple2, opTuple3 = ')', 't', 0x85, 0x86, 0x87
	opPut1, opPut4, opPutLine, opMemoize            = 'q', 'r', 'p', 0x94
	opGet1, opGet4, opGetLine                       = 'h', 'j', 'g'
	opGlobal, opStackGlobal, opInst, opObj          = 'c', 0x93, 'i', 'o'
	opReduce, opNewObj, opBuild                     = 'R', 0x81, 'b'
	opPersistent                                    = 'Q'
)

func (m *machine) step() (done bool, err error) {
	if m.pos >= m.end {
		return false, m.short()
	}
	op, err := m.r.ReadByte()
	if err != nil {
		return false, err
	}
	m.pos++
	switch op {
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
	case opPopMark:
		_, err = m.toMark()
	case opDup:
		err = m.duplicate()
	case opPut1, opPut4, opPutLine, opMemoize, opGet1, opGet4, opGetLine:
		err = m.remember(op)
	case opDict:
		m.push(&dict{})
	case opList, opSet: // a set is nothing that weights are found in
		m.push(&list{})
	case opDictMark, opListMark:
		err = m.fromMark(op)
	case opSetItem, opSetItems, opAppend, opAppends, opAddItems, opBuild:
		err = m.fill(op)
	case opTuple0, opTuple, opTuple1, opTuple2, opTuple3:
		err = m.tuple(op)
	case opGlobal, opInst, opStackGlobal, opObj, opReduce, opNewObj, opPersistent:
		err = m.object(op)
	default:
		err = m.constant(op)
	}
	return false, err
}

func (m *machine) duplicate() error {
	v, err := m.pop()
	m.push(v)
	m.push(v)
	return err
}

// fromMark makes a dict or a list of what is above the mark.
func (m *machine) fromMark(op byte) error {
	items, err := m.toMark()
	if err != nil {
		return err
	}
	if op == opListMark {
		m.push(&list{items})
		return nil
	}
	d := &dict{}
	m.push(d)
	return d.add(items)
}

func (d *dict) add(items []any) error {
	if len(items)%2 != 0 {
		return fmt.Errorf("%w: a dict's key without a value", ErrFormat)
	}
	for i := 0; i < len(items); i += 2 {
		d.keys, d.values = append(d.keys, items[i]), append(d.values, items[i+1])
	}
	return nil
}

// lengthBytes is how long the length before a text or bytes is.
var lengthBytes = map[byte]int{opText1: 1, opText4: 4, opText8: 8, opString1: 1, opString4: 4, opBytes1: 1, opBytes4: 4, opBytes8: 8,
	opLong1: 1, opLong4: 4}

func (m *machine) constant(op byte) error {
	var v any
	var b []byte
	var s string
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
	case opLong1, opLong4:
		b, err = m.counted(lengthBytes[op])
		v = long(b)
	case opFloat:
		_, err = m.take(8) // no tensor's shape or name is one
	case opFloatLine, opIntLine, opLongLine:
		_, err = m.line()
	case opTextLine, opBytesLine:
		s, err = m.line()
		v = strings.Trim(s, `"'`)
	case opText1, opText4, opText8, opString1, opString4:
		b, err = m.counted(lengthBytes[op])
		v = string(b)
	case opBytes1, opBytes4, opBytes8:
		v, err = m.counted(lengthBytes[op])
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
	case opPutLine, opGetLine:
		var s string
		if s, err = m.line(); err == nil {
			at, err = strconv.Atoi(s)
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrFormat, err)
		}
	}
	if err != nil {
		return err
	}
	if op == opGet1 || op == opGet4 || op == opGetLine {
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
	case opSetItems, opAppends, opAddItems:
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
		if op == opAppend || op == opAppends || op == opAddItems {
			into.items = append(into.items, items...)
			return nil
		}
	case *dict:
		if op == opBuild { // the metadata of a state dict: not needed
			return nil
		}
		if op == opSetItem || op == opSetItems {
			return into.add(items)
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

// object does what names and makes things other than containers.
func (m *machine) object(op byte) error {
	switch op {
	case opGlobal, opInst:
		module, err := m.line()
		if err != nil {
			return err
		}
		name, err := m.line()
		if err != nil {
			return err
		}
		if err := m.pushGlobal(module, name); op == opGlobal || err != nil {
			return err
		}
		return fmt.Errorf("%w: an instance of %s.%s", ErrFormat, module, name)
	case opObj:
		return fmt.Errorf("%w: instruction %#x, which no state dict needs", ErrFormat, op)
	case opPersistent:
		v, err := m.pop()
		if err != nil {
			return err
		}
		return m.storage(v)
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
func (m *machine) storage(v any) error {
	bad := fmt.Errorf("%w: a storage that is not described as one", ErrFormat)
	t, _ := v.(tuple)
	if len(t) < 5 || t[0] != "storage" || len(t) > 5 && t[5] != nil {
		return bad
	}
	g, ok1 := t[1].(global)
	key, ok2 := t[2].(string)
	n, ok3 := t[4].(int)
	r := ref{key: key, kind: storageType[g.name], elements: n}
	if g.name == "UntypedStorage" {
		r.kind, r.untyped = elements.Uint8, true
	}
	if !ok1 || !ok2 || !ok3 || r.kind == 0 {
		return bad
	}
	if n < 0 {
		return fmt.Errorf("%w: storage %q of %d elements", ErrFormat, key, n)
	}
	if had, ok := m.storages[key]; ok && had != r {
		return fmt.Errorf("%w: storage %q has two types or sizes", ErrFormat, key)
	}
	m.storages[key] = r
	m.push(r)
	return nil
}

// reduce stands in for the calls of the known names.
func reduce(f, args any) (any, error) {
	g, _ := f.(global)
	a, ok := args.(tuple)
	switch {
	case !ok:
	case g.name == "OrderedDict" && len(a) == 0:
		return &dict{}, nil
	case g.name == "Size" && len(a) == 1:
		if t, ok := a[0].(tuple); ok {
			return t, nil
		}
	case useless[g]:
		return nil, nil
	case (g.name == "_rebuild_parameter" || g.name == "Parameter") && len(a) >= 1:
		if v, ok := a[0].(view); ok {
			return v, nil
		}
	case strings.HasPrefix(g.name, "_rebuild_tensor"):
		return rebuild(g.name, a)
	}
	return nil, fmt.Errorf("%w: a call of %.80q that no state dict needs", ErrFormat, g.name)
}

// rebuild reads a tensor's (storage, offset, size, stride, …); version 3 has the type as
// well, its storage being plain bytes. Sizes may be given as a tuple alone.
func rebuild(name string, a tuple) (any, error) {
	bad := fmt.Errorf("%w: a tensor that is not described as one", ErrFormat)
	if len(a) < 4 {
		return nil, bad
	}
	r, ok1 := a[0].(ref)
	at, ok2 := a[1].(int)
	if !ok1 || !ok2 {
		return nil, bad
	}
	shape, err := ints(a[2])
	if err != nil {
		return nil, err
	}
	stride, err := ints(a[3])
	if err != nil {
		return nil, err
	}
	v := view{r, r.kind, at, shape, stride}
	if name == "_rebuild_tensor_v3" {
		if len(a) < 7 {
			return nil, bad
		}
		g, _ := a[6].(global)
		v.kind = dtypeOf[g.name]
	}
	if len(shape) != len(stride) || v.kind == 0 || r.untyped != (name == "_rebuild_tensor_v3") {
		return nil, bad
	}
	return v, nil
}

// ints reads sizes or strides.
func ints(v any) ([]int, error) {
	t, ok := v.(tuple)
	if !ok {
		return nil, fmt.Errorf("%w: a tensor without sizes or strides", ErrFormat)
	}
	out := make([]int, len(t))
	for i, d := range t {
		n, isInt := d.(int)
		if !isInt || n < 0 {
			return nil, fmt.Errorf("%w: a tensor's size or stride is %T %d", ErrFormat, d, n)
		}
		out[i] = n
	}
	return out, nil
}
