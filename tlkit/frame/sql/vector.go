package sql

import (
	"unsafe"

	duckdb "github.com/duckdb/duckdb-go-bindings"
)

// vector is one column of a piece of a result, in DuckDB's memory.
type vector struct {
	data unsafe.Pointer
	mask unsafe.Pointer // a bit for each row that has a value; nil if all have
	raw  duckdb.Vector
}

func vectorOf(c duckdb.DataChunk, column int) vector {
	v := duckdb.DataChunkGetVector(c, duckdb.IdxT(column))
	return vector{duckdb.VectorGetData(v), duckdb.VectorGetValidity(v), v}
}

func (v vector) valid(row int) bool {
	if v.mask == nil {
		return true
	}
	return *(*uint64)(unsafe.Add(v.mask, row/64*8))>>(row%64)&1 == 1
}

// at is the value in a row, which is of type T in DuckDB.
func at[T any](v vector, row int) T {
	var zero T
	return *(*T)(unsafe.Add(v.data, uintptr(row)*unsafe.Sizeof(zero)))
}

// textForm is a text in a vector: up to 12 bytes stand in it, more are elsewhere, and only
// their first four beside the address.
type textForm struct {
	length uint32
	bytes  [12]byte
}

const textInline = 12

// text is a row's text, in DuckDB's memory.
func (v vector) text(row int) []byte {
	t := (*textForm)(unsafe.Add(v.data, uintptr(row)*unsafe.Sizeof(textForm{})))
	if t.length <= textInline {
		return t.bytes[:t.length]
	}
	return unsafe.Slice(*(**byte)(unsafe.Pointer(&t.bytes[4])), t.length)
}

// hugeForm is a number of 128 bits in two's complement.
type hugeForm struct {
	low  uint64
	high int64
}

// small gives the number as an int64, if it is one.
func (h hugeForm) small() (int64, bool) {
	v := int64(h.low)
	return v, h.high == v>>63
}
