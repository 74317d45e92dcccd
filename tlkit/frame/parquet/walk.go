package parquet

import (
	"encoding/binary"
	"unsafe"

	"github.com/parquet-go/parquet-go/format"
)

// The metadata is in Thrift's compact protocol. The library's decoder makes lists as long as
// they say they are and follows structs as deep as they go, so a few bytes could take all
// memory or all of the stack. This walk goes before it: it visits every byte, and accepts
// only what is all there and not too deep.
//
// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md

const maxThriftDepth = 32 // Parquet's own structs go 6 deep

// The types of fields and elements.
const (
	thriftStop = iota
	thriftTrue
	thriftFalse
	thriftByte
	thriftInt16
	thriftInt32
	thriftInt64
	thriftDouble
	thriftBinary
	thriftList
	thriftSet
	thriftMap
	thriftStruct
)

// largest is the memory for an element of a list of structs, at most.
const largest = int64(max(unsafe.Sizeof(format.ColumnChunk{}), unsafe.Sizeof(format.SchemaElement{}), unsafe.Sizeof(format.RowGroup{})))

type walker struct {
	b      []byte
	at     int
	memory int64 // what the decoder will take for lists, at most
	limit  int64
	ok     bool
}

// walkStruct measures the struct that b begins with: its length in bytes, and the memory
// for its lists. ok is false if it is not whole or takes more than limit.
func walkStruct(b []byte, limit int64) (length int, memory int64, ok bool) {
	w := walker{b: b, limit: limit, ok: true}
	w.structure(0)
	return w.at, w.memory, w.ok
}

func (w *walker) skip(n uint64) {
	if n > uint64(len(w.b)-w.at) {
		w.ok = false
		return
	}
	w.at += int(n)
}

func (w *walker) byte() byte {
	if w.at >= len(w.b) {
		w.ok = false
		return 0
	}
	w.at++
	return w.b[w.at-1]
}

func (w *walker) varint() uint64 {
	v, n := binary.Uvarint(w.b[w.at:])
	if n <= 0 {
		w.ok = false
		return 0
	}
	w.at += n
	return v
}

func (w *walker) structure(depth int) {
	if depth > maxThriftDepth {
		w.ok = false
	}
	for w.ok {
		head := w.byte()
		if head == thriftStop {
			return
		}
		if head>>4 == 0 {
			w.varint() // the field's number, where it is not one of the next fifteen
		}
		if t := head & 15; t != thriftTrue && t != thriftFalse { // those have their value in the head
			w.value(t, depth)
		}
	}
}

func (w *walker) value(t byte, depth int) {
	switch t {
	case thriftTrue, thriftFalse, thriftByte:
		w.skip(1)
	case thriftInt16, thriftInt32, thriftInt64:
		w.varint()
	case thriftDouble:
		w.skip(8)
	case thriftBinary:
		w.skip(w.varint())
	case thriftList, thriftSet:
		head := w.byte()
		n := uint64(head >> 4)
		if n == 15 {
			n = w.varint()
		}
		w.elements(n, depth, head&15)
	case thriftMap:
		n := w.varint()
		if n > 0 {
			head := w.byte()
			w.elements(n, depth, head>>4, head&15)
		}
	case thriftStruct:
		w.structure(depth + 1)
	default:
		w.ok = false
	}
}

// elements walks n elements, each of which is at least one byte.
func (w *walker) elements(n uint64, depth int, types ...byte) {
	if n > uint64(len(w.b)-w.at) || depth > maxThriftDepth {
		w.ok = false
		return
	}
	for _, t := range types {
		if t == thriftStruct {
			w.memory += int64(n) * largest
		} else {
			w.memory += int64(n) * 24 // a text's or a slice's head
		}
	}
	if w.memory > w.limit {
		w.ok = false
	}
	for i := uint64(0); i < n && w.ok; i++ {
		for _, t := range types {
			w.value(t, depth+1)
		}
	}
}
