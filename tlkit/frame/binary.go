package frame

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"

	"github.com/go-gota/gota/series"
)

// This file keeps tables as bytes within a program's own store: exactly, quickly, and with
// nothing to link. Files for others are CSV, JSON lines and Parquet.
//
// The form is the word "tlkframe", the length of a JSON header as four bytes, the header,
// and the columns one after another: a bit for each row that is missing, then the values –
// eight bytes for a number, lowest first, one for a truth value, and for text the lengths
// as varints followed by all texts.

const binaryMagic = "tlkframe"

type binaryHeader struct {
	Rows    int            `json:"rows"`
	Columns []binaryColumn `json:"columns"`
	Schema  Schema         `json:"schema"`
}

type binaryColumn struct {
	Name string      `json:"name"`
	Type series.Type `json:"type"`
	Size int         `json:"size"` // bytes
}

// MarshalBinary gives the table as bytes, for a store; see [Table.UnmarshalBinary].
func (t Table) MarshalBinary() ([]byte, error) {
	cols, err := t.Columns()
	if err != nil {
		return nil, err
	}
	head := binaryHeader{Rows: t.Nrow(), Columns: []binaryColumn{}, Schema: t.Schema}
	var body []byte
	for _, c := range cols {
		before := len(body)
		body = c.appendBinary(body)
		head.Columns = append(head.Columns, binaryColumn{c.Name, c.Series(c.Name).Type(), len(body) - before})
	}
	h, err := json.Marshal(head)
	if err != nil {
		return nil, fmt.Errorf("frame: %w", err)
	}
	out := make([]byte, 0, len(binaryMagic)+4+len(h)+len(body))
	out = append(out, binaryMagic...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(h)))
	return append(append(out, h...), body...), nil
}

func (c Column) appendBinary(b []byte) []byte {
	n := c.Len()
	bits := make([]byte, (n+7)/8)
	for i := range n {
		if c.Missing(i) {
			bits[i/8] |= 1 << (i % 8)
		}
	}
	b = append(b, bits...)
	switch c.Kind {
	case Int:
		for _, v := range c.Ints {
			b = binary.LittleEndian.AppendUint64(b, uint64(v.Value))
		}
	case Float:
		for _, v := range c.Floats {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v.Value))
		}
	case Bool:
		for _, v := range c.Bools {
			one := byte(0)
			if v.Value {
				one = 1
			}
			b = append(b, one)
		}
	default:
		for _, v := range c.Texts {
			b = binary.AppendUvarint(b, uint64(len(v.Value)))
		}
		for _, v := range c.Texts {
			b = append(b, v.Value...)
		}
	}
	return b
}

// UnmarshalBinary reads what [Table.MarshalBinary] gave. Damaged bytes are an error that is
// [ErrParse]; no more memory is taken than a few times their number.
func (t *Table) UnmarshalBinary(b []byte) error {
	bad := func(what string) error {
		return fmt.Errorf("frame: %w: kept table: %s; make the table again", ErrParse, what)
	}
	if len(b) < len(binaryMagic)+4 || string(b[:len(binaryMagic)]) != binaryMagic {
		return bad("it does not begin as one")
	}
	b = b[len(binaryMagic):]
	n := binary.LittleEndian.Uint32(b)
	b = b[4:]
	if uint64(n) > uint64(len(b)) {
		return bad("its header is cut")
	}
	var head binaryHeader
	if err := json.Unmarshal(b[:n], &head); err != nil {
		return bad(err.Error())
	}
	b = b[n:]
	cols := make([]series.Series, len(head.Columns))
	for i, c := range head.Columns {
		if c.Size < 0 || c.Size > len(b) || head.Rows < 0 || head.Rows > 8*c.Size {
			return bad(fmt.Sprintf("column %.40q is cut", c.Name))
		}
		s, err := readBinary(c, head.Rows, b[:c.Size])
		if err != "" {
			return bad(fmt.Sprintf("column %.40q: %s", c.Name, err))
		}
		cols[i], b = s, b[c.Size:]
	}
	if len(b) > 0 {
		return bad(fmt.Sprintf("%d bytes follow it", len(b)))
	}
	out, err := New(head.Schema, cols...)
	if err != nil {
		return bad(err.Error())
	}
	if len(cols) == 0 {
		out.DataFrame = assemble(nil, 0)
	}
	*t = out
	return nil
}

// readBinary reads one column; b holds at least a bit for each row.
func readBinary(c binaryColumn, rows int, b []byte) (s series.Series, bad string) {
	bits, b := b[:(rows+7)/8], b[(rows+7)/8:]
	missing := func(i int) bool { return bits[i/8]>>(i%8)&1 == 1 }
	width := map[series.Type]int{series.Int: 8, series.Float: 8, series.Bool: 1}[c.Type]
	if width > 0 && len(b) != width*rows {
		return s, fmt.Sprintf("%d bytes for %d rows", len(b), rows)
	}
	switch c.Type {
	case series.Int:
		return Series(c.Name, read(rows, missing, func(i int) int { return int(binary.LittleEndian.Uint64(b[8*i:])) })), ""
	case series.Float:
		return Series(c.Name, read(rows, missing, func(i int) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:])) })), ""
	case series.Bool:
		return Series(c.Name, read(rows, missing, func(i int) bool { return b[i] != 0 })), ""
	case series.String:
	default:
		return s, fmt.Sprintf("unknown type %.20q", c.Type)
	}
	if rows > len(b) {
		return s, "the lengths of its texts are cut"
	}
	ends := make([]int, rows)
	total := 0
	for i := range ends {
		n, used := binary.Uvarint(b)
		if used <= 0 || n > uint64(len(b)) {
			return s, "the lengths of its texts are damaged"
		}
		b = b[used:]
		total += int(n)
		ends[i] = total
		if total > len(b)+rows*binary.MaxVarintLen64 {
			return s, "the lengths of its texts are damaged"
		}
	}
	if total != len(b) {
		return s, "its texts are cut"
	}
	all, from := string(b), 0
	return Series(c.Name, read(rows, missing, func(i int) string {
		v := all[from:ends[i]]
		from = ends[i]
		return v
	})), ""
}

func read[T Value](rows int, missing func(int) bool, value func(int) T) []Cell[T] {
	out := MakeCells[T](rows)
	for i := range out {
		out[i] = Cell[T]{value(i), missing(i)}
	}
	return out
}
