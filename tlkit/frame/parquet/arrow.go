package parquet

import (
	"encoding/base64"
	"encoding/binary"

	flatbuffers "github.com/google/flatbuffers/go"
	"github.com/parquet-go/parquet-go/format"

	"transferlab/tlkit/frame"
)

// pyarrow keeps what Parquet's types cannot say, which columns are categories above all, in
// the file's metadata: its own schema as an IPC message, in base64. It is read for that, and
// written so that pandas gets categories back as categories.
//
// https://github.com/apache/arrow/blob/main/format/Schema.fbs and Message.fbs

const arrowKey = "ARROW:schema"

// The places of the fields in Arrow's FlatBuffers tables.
const (
	messageVersion, messageType, messageHeader, messageBody        = 0, 1, 2, 3
	schemaFields                                                   = 1
	fieldName, fieldNullable, fieldTypeType, fieldType             = 0, 1, 2, 3
	fieldDictionary, fieldChildren                                 = 4, 5
	dictionaryID, dictionaryIndex, dictionaryOrdered               = 0, 1, 2
	intBits, intSigned                                             = 0, 1
	floatPrecision, dateUnit, timestampUnit, timestampZone         = 0, 0, 0, 1
	arrowInt, arrowFloat, arrowBinary, arrowUtf8, arrowBool        = 2, 3, 4, 5, 6
	arrowDate, arrowTimestamp                                      = 8, 10
	metadataV5, headerSchema, precisionDouble, unitDay             = 4, 1, 2, 0
	unitMicrosecond, unitNanosecond                                = 2, 3
	continuation                                            uint32 = 0xFFFFFFFF
)

// slot is where the vtable has the field, as flatbuffers.Table wants it.
func slot(field int) flatbuffers.VOffsetT { return flatbuffers.VOffsetT(4 + 2*field) }

// dictionary is what Arrow says of a column of categories.
type dictionary struct{ ordered bool }

// arrowSchema finds the columns that are categories. What cannot be read says nothing: the
// values do not depend on it.
func arrowSchema(meta *format.FileMetaData) (found map[string]dictionary) {
	raw, ok := metadata(meta, arrowKey)
	if !ok {
		return nil
	}
	b, err := base64.StdEncoding.DecodeString(raw)
	if err != nil {
		return nil
	}
	if len(b) >= 8 && binary.LittleEndian.Uint32(b) == continuation {
		b = b[4:]
	}
	if len(b) < 8 {
		return nil
	}
	defer func() {
		if recover() != nil { // flatbuffers trusts its offsets
			found = nil
		}
	}()
	b = b[4:]
	message := flatbuffers.Table{Bytes: b, Pos: flatbuffers.GetUOffsetT(b)}
	schema, ok := child(message, messageHeader)
	if !ok {
		return nil
	}
	o := flatbuffers.UOffsetT(schema.Offset(slot(schemaFields)))
	if o == 0 {
		return nil
	}
	n, start := schema.VectorLen(o), schema.Vector(o)
	found = map[string]dictionary{}
	for i := range min(n, len(b)/4) {
		field := flatbuffers.Table{Bytes: b, Pos: schema.Indirect(start + flatbuffers.UOffsetT(4*i))}
		d, ok := child(field, fieldDictionary)
		name := flatbuffers.UOffsetT(field.Offset(slot(fieldName)))
		if !ok || name == 0 {
			continue
		}
		found[string(field.ByteVector(name+field.Pos))] = dictionary{ordered: d.GetBoolSlot(slot(dictionaryOrdered), false)}
	}
	return found
}

func child(t flatbuffers.Table, field int) (flatbuffers.Table, bool) {
	o := flatbuffers.UOffsetT(t.Offset(slot(field)))
	if o == 0 {
		return flatbuffers.Table{}, false
	}
	return flatbuffers.Table{Bytes: t.Bytes, Pos: t.Indirect(o + t.Pos)}, true
}

// arrowSchemaOf is the columns as Arrow sees them, ready for the metadata.
func arrowSchemaOf(cols []*writeColumn) string {
	b := flatbuffers.NewBuilder(1024)
	fields := make([]flatbuffers.UOffsetT, len(cols))
	for i, c := range cols {
		fields[i] = arrowField(b, c, i)
	}
	b.StartVector(4, len(fields), 4)
	for i := len(fields) - 1; i >= 0; i-- {
		b.PrependUOffsetT(fields[i])
	}
	vector := b.EndVector(len(fields))
	b.StartObject(4)
	b.PrependUOffsetTSlot(schemaFields, vector, 0)
	schema := b.EndObject()
	b.StartObject(5)
	b.PrependInt64Slot(messageBody, 0, 0)
	b.PrependUOffsetTSlot(messageHeader, schema, 0)
	b.PrependInt16Slot(messageVersion, metadataV5, 0)
	b.PrependByteSlot(messageType, headerSchema, 0)
	b.Finish(b.EndObject())

	body := b.FinishedBytes()
	padded := (len(body) + 7) &^ 7
	out := binary.LittleEndian.AppendUint32(nil, continuation)
	out = binary.LittleEndian.AppendUint32(out, uint32(padded))
	out = append(append(out, body...), make([]byte, padded-len(body))...)
	return base64.StdEncoding.EncodeToString(out)
}

func arrowField(b *flatbuffers.Builder, c *writeColumn, id int) flatbuffers.UOffsetT {
	name := b.CreateString(c.Name)
	kind, typ := arrowType(b, c)
	var dict flatbuffers.UOffsetT
	if c.Kind == frame.Category && !c.binary() {
		b.StartObject(2)
		b.PrependInt32Slot(intBits, 32, 0)
		b.PrependBoolSlot(intSigned, true, false)
		index := b.EndObject()
		b.StartObject(4)
		b.PrependInt64Slot(dictionaryID, int64(id), 0)
		b.PrependUOffsetTSlot(dictionaryIndex, index, 0)
		b.PrependBoolSlot(dictionaryOrdered, c.Ordered, false)
		dict = b.EndObject()
	}
	b.StartVector(4, 0, 4)
	children := b.EndVector(0)
	b.StartObject(7)
	b.PrependUOffsetTSlot(fieldName, name, 0)
	b.PrependUOffsetTSlot(fieldType, typ, 0)
	b.PrependUOffsetTSlot(fieldDictionary, dict, 0)
	b.PrependUOffsetTSlot(fieldChildren, children, 0)
	b.PrependByteSlot(fieldTypeType, kind, 0)
	b.PrependBoolSlot(fieldNullable, true, false)
	return b.EndObject()
}

// arrowType writes the type's table and gives its number in Arrow's union of types.
func arrowType(b *flatbuffers.Builder, c *writeColumn) (kind byte, typ flatbuffers.UOffsetT) {
	var zone flatbuffers.UOffsetT
	if c.store == storeMicros || c.store == storeNanos {
		if !c.naive {
			zone = b.CreateString("UTC")
		}
	}
	b.StartObject(2)
	switch c.store {
	case storeInt:
		b.PrependInt32Slot(intBits, 64, 0)
		b.PrependBoolSlot(intSigned, true, false)
		kind = arrowInt
	case storeFloat:
		b.PrependInt16Slot(floatPrecision, precisionDouble, 0)
		kind = arrowFloat
	case storeBool:
		kind = arrowBool
	case storeDay:
		b.PrependInt16Slot(dateUnit, unitDay, 1)
		kind = arrowDate
	case storeMicros, storeNanos:
		unit := int16(unitMicrosecond)
		if c.store == storeNanos {
			unit = unitNanosecond
		}
		b.PrependInt16Slot(timestampUnit, unit, 0)
		b.PrependUOffsetTSlot(timestampZone, zone, 0)
		kind = arrowTimestamp
	default:
		kind = arrowUtf8
		if c.binary() {
			kind = arrowBinary
		}
	}
	return kind, b.EndObject()
}
