package parquet

import (
	"math"
	"time"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"

	"transferlab/tlkit/frame"
)

// form is how the stored values of a column become the table's.
type form uint8

const (
	asBool form = iota
	asInt
	asUint32 // stored as int32, meant without a sign
	asUint64
	asFloat
	asHalf // two bytes
	asText // valid UTF-8 is demanded
	asBytes
	asUUID
	asDay
	asInstant
	asInt96 // nanoseconds of a day and the Julian day, as old programs wrote instants
	asClock // a time of day
	asDecimalInt
	asDecimalFloat
	asDecimalText
	asNothing // every value is missing
)

// leaf is one flat column of a file.
type leaf struct {
	field    frame.Field // its name, and what the schema says of it
	kind     frame.Kind  // what it is read as: Int, Float, Bool, or text of some kind
	chunk    int         // which column chunk of each row group
	physical format.Type
	size     int // bytes of a FIXED_LEN_BYTE_ARRAY
	optional bool
	form     form
	unit     int64 // ticks a second, of asInstant and asClock
	naive    bool  // an instant of no zone
	scale    int   // decimals of a DECIMAL
	levels   bool  // the dictionary gives the levels
	own      bool  // our own schema speaks of it
}

// cell is the memory for one row, in bytes.
func (l *leaf) cell() int64 {
	switch l.kind {
	case frame.Int, frame.Float:
		return 16
	case frame.Bool:
		return 2
	}
	return 24
}

// plan finds the columns of a file that are wanted, in the order wanted.
func plan(meta *format.FileMetaData, o Options) ([]*leaf, error) {
	all, unfit, err := leaves(meta.Schema, o)
	if err != nil {
		return nil, err
	}
	own, arrow := ownMetadata(meta), arrowSchema(meta)
	byName := make(map[string]*leaf, len(all))
	names := make([]string, len(all))
	for i, l := range all {
		if byName[l.field.Name] != nil {
			return nil, &Error{Column: l.field.Name, Kind: frame.ErrShape, Reason: "two columns have this name; rename one with the program that wrote the file"}
		}
		names[i], byName[l.field.Name] = l.field.Name, l
		l.remember(own, arrow)
	}
	if len(o.Columns) == 0 {
		if len(unfit) > 0 && !o.SkipUnfit {
			return nil, unfit[0].bad()
		}
		return all, nil
	}
	out := make([]*leaf, len(o.Columns))
	for i, name := range o.Columns {
		l := byName[name]
		if l == nil {
			for _, u := range unfit {
				if u.name == name {
					return nil, u.bad()
				}
			}
			return nil, &frame.ColumnError{Column: name, Nearest: frame.Nearest(name, names), Have: names}
		}
		for _, before := range out[:i] {
			if before == l {
				return nil, &Error{Column: name, Kind: frame.ErrShape, Reason: "it is named twice in Columns; name it once"}
			}
		}
		out[i] = l
	}
	return out, nil
}

// remember takes over what a program that knew more than the file's types wrote beside them:
// our schema, or Arrow's.
func (l *leaf) remember(own own, arrow map[string]dictionary) {
	d, isDictionary := arrow[l.field.Name]
	f, known := own.fields[l.field.Name]
	if l.form == asText && own.bytes[l.field.Name] {
		l.form = asBytes
	}
	text := l.physical == format.ByteArray && (l.form == asText || l.form == asBytes)
	switch {
	case known && text && (f.Kind == frame.Auto || f.Kind == frame.Text || f.Kind == frame.Category || f.Kind == frame.Date):
		l.field, l.own = f, true
	case known && (f.Kind == l.field.Kind || f.Kind == frame.Auto && l.field.Kind != frame.Date):
		l.field, l.own = f, true
	case text && isDictionary:
		l.field.Kind, l.field.Ordered, l.levels = frame.Category, d.ordered, true
	}
}

// kind is the kind that a form becomes.
func (f form) kind() frame.Kind {
	switch f {
	case asBool:
		return frame.Bool
	case asInt, asUint32, asUint64, asDecimalInt:
		return frame.Int
	case asFloat, asHalf, asDecimalFloat:
		return frame.Float
	case asDay, asInstant, asInt96:
		return frame.Date
	}
	return frame.Text
}

// unfit is a column that a table cannot hold.
type unfit struct{ name, what string }

func (u unfit) bad() *Error {
	return &Error{Column: u.name, Kind: frame.ErrKind, Reason: "it is " + u.what +
		", which a table cannot hold; name the other Columns in Options, set SkipUnfit, or unnest or cast it with package sql"}
}

// leaves lists the columns that a table can hold, and names the others with what they are.
// The schema is a tree, written parents first.
func leaves(schema []format.SchemaElement, o Options) (flat []*leaf, others []unfit, err error) {
	if len(schema) == 0 {
		return nil, nil, damaged("it has no schema")
	}
	chunk, at := 0, 1
	for range schema[0].NumChildren.V {
		next, columns, ok := subtree(schema, at)
		if !ok {
			return nil, nil, damaged("its schema is no tree")
		}
		e := &schema[at]
		switch {
		case !e.Type.Valid:
			others = append(others, unfit{e.Name, groupName(e)})
		case e.RepetitionType.V == format.Repeated:
			others = append(others, unfit{e.Name, "a list"})
		default:
			l, what, err := newLeaf(e, o)
			switch {
			case err != nil:
				return nil, nil, err
			case what != "":
				others = append(others, unfit{e.Name, what})
			default:
				l.chunk = chunk
				flat = append(flat, l)
			}
		}
		at, chunk = next, chunk+columns
	}
	if at != len(schema) {
		return nil, nil, damaged("its schema is no tree")
	}
	return flat, others, nil
}

// subtree finds where the element's descendants end, and how many leaves they have.
func subtree(schema []format.SchemaElement, at int) (next, columns int, ok bool) {
	open := 1 // elements that must still come
	for open > 0 {
		if at >= len(schema) {
			return 0, 0, false
		}
		e := &schema[at]
		at++
		open--
		if e.Type.Valid {
			columns++
			continue
		}
		n := int(e.NumChildren.V)
		if n < 0 || n > len(schema) {
			return 0, 0, false
		}
		open += n
	}
	return at, columns, true
}

func groupName(e *format.SchemaElement) string {
	switch e.LogicalType.Value.(type) {
	case *format.ListType:
		return "a list"
	case *format.MapType:
		return "a map"
	case *format.VariantType:
		return "a variant"
	}
	switch {
	case e.ConvertedType.Valid && e.ConvertedType.V == deprecated.List:
		return "a list"
	case e.ConvertedType.Valid && (e.ConvertedType.V == deprecated.Map || e.ConvertedType.V == deprecated.MapKeyValue):
		return "a map"
	}
	return "a struct"
}

// newLeaf says how a column is read, or what it is that a table cannot hold.
func newLeaf(e *format.SchemaElement, o Options) (l *leaf, unfit string, err error) {
	l = &leaf{
		field: frame.Field{Name: e.Name}, physical: e.Type.V, size: int(e.TypeLength.V),
		optional: e.RepetitionType.V == format.Optional,
	}
	if l.physical == format.FixedLenByteArray && (l.size <= 0 || l.size > math.MaxInt16) {
		return nil, "", damaged("column %.40q has values of %d bytes", e.Name, l.size)
	}
	if e.ConvertedType.Valid && e.ConvertedType.V == deprecated.Interval {
		return nil, "an interval", nil
	}
	ok := true
	switch t := logical(e).(type) {
	case nil:
		ok = l.bare()
	case *format.StringType, *format.EnumType, *format.JsonType:
		l.form, ok = asText, l.physical == format.ByteArray
	case *format.UUIDType:
		l.form, ok = asUUID, l.physical == format.FixedLenByteArray && l.size == 16
	case *format.Float16Type:
		l.form, ok = asHalf, l.physical == format.FixedLenByteArray && l.size == 2
	case *format.NullType:
		l.form = asNothing
	case *format.DateType:
		l.form, ok = asDay, l.physical == format.Int32
	case *format.IntType:
		ok = l.integer(t.IsSigned)
	case *format.TimestampType:
		l.form, l.naive = asInstant, !t.IsAdjustedToUTC
		ok = l.physical == format.Int64 && l.ticks(t.Unit)
	case *format.TimeType:
		l.form = asClock
		ok = (l.physical == format.Int32 || l.physical == format.Int64) && l.ticks(t.Unit)
	case *format.DecimalType:
		ok = l.decimal(t, o.DecimalText)
	default:
		return nil, "of the type " + t.String(), nil
	}
	if !ok {
		return nil, "", damaged("column %.40q cannot have values of the type %v stored as %v", e.Name, logical(e), l.physical)
	}
	l.kind = l.form.kind()
	l.field.Kind = l.kind
	return l, "", nil
}

func (l *leaf) integer(signed bool) (ok bool) {
	switch {
	case l.physical == format.Int32 && !signed:
		l.form = asUint32
	case l.physical == format.Int64 && !signed:
		l.form = asUint64
	default:
		l.form = asInt
	}
	return l.physical == format.Int32 || l.physical == format.Int64
}

func (l *leaf) ticks(u format.TimeUnit) (ok bool) {
	if u.Value == nil {
		return false
	}
	l.unit = int64(time.Second / u.Value.Duration())
	return true
}

// bare is a column without a logical type.
func (l *leaf) bare() (ok bool) {
	switch l.physical {
	case format.Boolean:
		l.form = asBool
	case format.Int32, format.Int64:
		l.form = asInt
	case format.Int96:
		l.form, l.naive = asInt96, true
	case format.Float, format.Double:
		l.form = asFloat
	case format.ByteArray, format.FixedLenByteArray:
		l.form = asText // old writers, Hive's among them, did not say that text is text
	default:
		return false
	}
	return true
}

const maxScale = 100 // twice what 32 bytes, the longest that any writer uses, can hold

func (l *leaf) decimal(t *format.DecimalType, text bool) (ok bool) {
	l.scale = int(t.Scale)
	if l.scale < 0 || l.scale > maxScale {
		return false
	}
	switch {
	case text:
		l.form = asDecimalText
	case l.scale == 0:
		l.form = asDecimalInt
	default:
		l.form = asDecimalFloat
	}
	switch l.physical {
	case format.Int32, format.Int64, format.ByteArray, format.FixedLenByteArray:
		return true
	}
	return false
}

// logical is the element's logical type, also where only the older converted type says it.
// Thrift's empty structs differ by their type alone.
func logical(e *format.SchemaElement) format.LogicalTypeValue {
	if v := e.LogicalType.Value; v != nil {
		return v
	}
	if !e.ConvertedType.Valid {
		return nil
	}
	number := func(bits int8, signed bool) *format.IntType { return &format.IntType{BitWidth: bits, IsSigned: signed} }
	var millis, micros format.TimeUnit
	millis.Value, micros.Value = &format.MilliSeconds{}, &format.MicroSeconds{}
	switch e.ConvertedType.V {
	case deprecated.UTF8:
		return &format.StringType{}
	case deprecated.Enum:
		return &format.EnumType{}
	case deprecated.Json:
		return &format.JsonType{}
	case deprecated.Bson:
		return &format.BsonType{}
	case deprecated.Date:
		return &format.DateType{}
	case deprecated.Decimal:
		return &format.DecimalType{Scale: e.Scale.V, Precision: e.Precision.V}
	case deprecated.TimeMillis:
		return &format.TimeType{Unit: millis}
	case deprecated.TimeMicros:
		return &format.TimeType{Unit: micros}
	case deprecated.TimestampMillis:
		return &format.TimestampType{IsAdjustedToUTC: true, Unit: millis}
	case deprecated.TimestampMicros:
		return &format.TimestampType{IsAdjustedToUTC: true, Unit: micros}
	case deprecated.Uint8, deprecated.Uint16, deprecated.Uint32:
		return number(32, false)
	case deprecated.Uint64:
		return number(64, false)
	case deprecated.Int8, deprecated.Int16, deprecated.Int32:
		return number(32, true)
	case deprecated.Int64:
		return number(64, true)
	}
	return nil
}
