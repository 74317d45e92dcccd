package parquet

import (
	"sync/atomic"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/frame/internal/iso"
)

// store is how a column of the table is kept in the file.
type store uint8

const (
	storeText store = iota
	storeInt
	storeFloat
	storeBool
	storeDay
	storeMicros
	storeNanos
)

// writeColumn is a column on its way into a file.
type writeColumn struct {
	frame.Column
	store  store
	naive  bool        // instants of no zone
	levels *textIndex  // of a category: its dictionary, for all row groups
	other  atomic.Bool // a text was met that is not UTF-8
}

// binary reports whether the texts are bytes rather than UTF-8. It is known once all of them
// were written.
func (c *writeColumn) binary() bool { return c.other.Load() }

// prepare decides how a column is kept, where that depends on all of its values.
func prepare(c frame.Column) *writeColumn {
	w := &writeColumn{Column: c}
	switch c.Kind {
	case frame.Int:
		w.store = storeInt
	case frame.Float:
		w.store = storeFloat
	case frame.Bool:
		w.store = storeBool
	case frame.Date:
		w.store = dateStore(c.Texts)
		w.naive = iso.Zoneless(c.Field.Format)
	case frame.Category:
		w.levels = newTextIndex()
		for _, l := range c.Levels {
			w.levels.code(l)
		}
		for i := range c.Texts {
			if !c.Texts[i].Null {
				w.levels.code(c.Texts[i].Value)
			}
		}
	}
	return w
}

// check remembers texts that are not UTF-8.
func (c *writeColumn) check(s string) {
	if !utf8.ValidString(s) {
		c.other.Store(true)
	}
}

// dateStore finds what keeps all dates exactly: days, instants, or text for what is neither
// or is spelled in another way.
func dateStore(cells []frame.Cell[string]) store {
	days, nanos := 0, false
	for i := range cells {
		if cells[i].Null {
			continue
		}
		s := cells[i].Value
		if len(s) == 10 {
			if _, ok := iso.ParseDay(s); !ok || days < 0 {
				return storeText
			}
			days = 1
			continue
		}
		day, n, ok := iso.ParseInstant(s)
		if _, fits := iso.Ticks(day, n, 1e6); !ok || !fits || days > 0 {
			return storeText
		}
		days = -1
		nanos = nanos || n%1000 != 0
	}
	switch {
	case days >= 0:
		return storeDay
	case !nanos:
		return storeMicros
	}
	for i := range cells { // nanoseconds reach from 1677 to 2262 only
		if !cells[i].Null {
			day, n, _ := iso.ParseInstant(cells[i].Value)
			if _, fits := iso.Ticks(day, n, 1e9); !fits {
				return storeText
			}
		}
	}
	return storeNanos
}

// element is the column in the file's schema.
func (c *writeColumn) element() format.SchemaElement {
	e := format.SchemaElement{Name: c.Name, RepetitionType: thrift.New(format.Optional), Type: thrift.New(c.physical())}
	converted := func(t deprecated.ConvertedType) { e.ConvertedType = thrift.New(t) }
	switch {
	case c.store == storeText && !c.binary():
		e.LogicalType.Value = &format.StringType{}
		converted(deprecated.UTF8)
	case c.store == storeDay:
		e.LogicalType.Value = &format.DateType{}
		converted(deprecated.Date)
	case c.store == storeMicros:
		t := &format.TimestampType{IsAdjustedToUTC: !c.naive}
		t.Unit.Value = &format.MicroSeconds{}
		e.LogicalType.Value = t
		if !c.naive {
			converted(deprecated.TimestampMicros)
		}
	case c.store == storeNanos:
		t := &format.TimestampType{IsAdjustedToUTC: !c.naive}
		t.Unit.Value = &format.NanoSeconds{}
		e.LogicalType.Value = t
	}
	return e
}

func (c *writeColumn) physical() format.Type {
	switch c.store {
	case storeInt, storeMicros, storeNanos:
		return format.Int64
	case storeFloat:
		return format.Double
	case storeBool:
		return format.Boolean
	case storeDay:
		return format.Int32
	}
	return format.ByteArray
}
