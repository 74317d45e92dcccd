package hdf5

import (
	"encoding/binary"
	"maps"
	"slices"
)

// headerRoom is what an object header has beside its messages: signature, version, flags,
// length, checksum.
const headerRoom = 4 + 1 + 1 + 4 + 4

// bytes gives the header as the file has it: version 2, all messages in one piece.
func (h *header) bytes() []byte {
	const lengthOf4 = 2
	messages := h.messages()
	b := append(make([]byte, 0, h.size), "OHDR\x02"...)
	b = append(b, lengthOf4)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(messages)))
	return sealed(append(b, messages...))
}

// msgGroupInfo says how a group wants its links to be kept. It is written only.
const msgGroupInfo = 0x0a

// groupMessages describes a group. Its links are in the header, however many.
func groupMessages(d *Draft, children map[string]*header) []byte {
	order := binary.LittleEndian
	inHeader := order.AppendUint64([]byte{0, 0}, undefined) // neither a heap
	inHeader = order.AppendUint64(inHeader, undefined)      // nor a B-tree
	b := appendMessage(nil, msgLinkInfo, inHeader)
	b = appendMessage(b, msgGroupInfo, []byte{0, 0})
	for _, name := range slices.Sorted(maps.Keys(children)) {
		const utf8, lengthOf2 = 16, 1
		link := order.AppendUint16([]byte{1, utf8 | lengthOf2, 1}, uint16(len(name)))
		link = append(link, name...)
		b = appendMessage(b, msgLink, order.AppendUint64(link, children[name].at))
	}
	if len(d.attributes) > 0 { // HDF5 counts none without it
		b = appendMessage(b, msgAttrInfo, inHeader)
	}
	for _, name := range slices.Sorted(maps.Keys(d.attributes)) {
		b = appendMessage(b, msgAttribute, attributeBytes(name, d.attributes[name]))
	}
	return b
}

// datasetMessages describes a contiguous dataset whose elements are at an address.
func datasetMessages(v Value, at uint64) []byte {
	const lateIfSet = 2 | 2<<2 // space is taken at the first write, filled where a value is set: none is
	b := appendMessage(nil, msgDataspace, v.dataspace())
	b = appendMessage(b, msgDatatype, v.kind)
	b = appendMessage(b, msgFill, []byte{3, lateIfSet})
	layout := binary.LittleEndian.AppendUint64([]byte{3, 1}, at)
	return appendMessage(b, msgLayout, binary.LittleEndian.AppendUint64(layout, v.size()))
}

func appendMessage(b []byte, kind byte, data []byte) []byte {
	b = append(b, kind)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(data)))
	return append(append(b, 0), data...)
}

// attributeBytes is an attribute message of version 3.
func attributeBytes(name string, v Value) []byte {
	space := v.dataspace()
	b := []byte{3, 0}
	for _, n := range []int{len(name) + 1, len(v.kind), len(space)} {
		b = binary.LittleEndian.AppendUint16(b, uint16(n))
	}
	b = append(b, 1) // UTF-8
	b = append(append(b, name...), 0)
	b = append(append(b, v.kind...), space...)
	return append(b, v.data...)
}
