package sql

import (
	"hash/maphash"
	"math"
	"math/big"
	"strconv"
	"unsafe"

	duckdb "github.com/duckdb/duckdb-go-bindings"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/frame/internal/decimal"
	"transferlab/tlkit/frame/internal/iso"
)

// texts gathers VARCHAR. Texts that come again and again share their memory: a small table
// remembers those that were last seen. The others are cut from blocks, of which there are few.
type texts struct {
	gathering[string]
	seed   maphash.Seed
	recent []string
	block  []byte
	bytes  int64
}

const (
	recentTexts = 1 << 12
	blockBytes  = 1 << 16
)

func newTexts(f frame.Field) *texts {
	t := &texts{seed: maphash.MakeSeed(), recent: make([]string, recentTexts)}
	t.f = f
	t.read = func(v vector, row int) (string, string) {
		b := v.text(row)
		if len(b) == 0 {
			return "", ""
		}
		slot := &t.recent[maphash.Bytes(t.seed, b)%recentTexts]
		if *slot != string(b) {
			*slot = t.kept(b)
		}
		return *slot, ""
	}
	return t
}

// kept is a text of ours with these bytes, which are DuckDB's.
func (t *texts) kept(b []byte) string {
	t.bytes += int64(len(b))
	if len(b) > blockBytes/8 {
		return string(b)
	}
	if len(t.block)+len(b) > cap(t.block) {
		t.block = make([]byte, 0, blockBytes)
	}
	at := len(t.block)
	t.block = append(t.block, b...)
	return unsafe.String(&t.block[at], len(b)) // a block is only ever added to
}

func (t *texts) add(v vector, rows int) (int64, error) {
	before := t.bytes
	took, err := t.gathering.add(v, rows)
	return took + t.bytes - before, err
}

// dates gathers dates, instants and times of day.
func dates(f frame.Field, id duckdb.Type) column {
	unit := map[duckdb.Type]int64{
		duckdb.TypeTimestampS: 1, duckdb.TypeTimestampMS: 1e3, duckdb.TypeTimestamp: 1e6, duckdb.TypeTimestampTZ: 1e6, duckdb.TypeTimestampNS: 1e9,
		duckdb.TypeTime: 1e6, duckdb.TypeTimeNS: 1e9,
	}[id]
	d := &dated{gathering: gathering[string]{f: f}, naive: id != duckdb.TypeTimestampTZ}
	switch id {
	case duckdb.TypeTime, duckdb.TypeTimeNS:
		d.naive = false
		d.write = func(b []byte, v vector, row int) ([]byte, string) {
			if t := at[int64](v, row); t < iso.SecondsOfDay*unit { // SQL has 24:00:00, too
				return iso.AppendClock(b, t*(1e9/unit)), ""
			}
			return append(b, "24:00:00"...), ""
		}
	case duckdb.TypeDate:
		d.f.Kind, d.naive = frame.Date, false
		d.write = func(b []byte, v vector, row int) ([]byte, string) {
			day := int64(at[int32](v, row))
			if day < iso.MinDay || day > iso.MaxDay {
				return nil, farDate
			}
			return iso.AppendDay(b, day), ""
		}
	default:
		d.f.Kind = frame.Date
		d.write = func(b []byte, v vector, row int) ([]byte, string) {
			day, nanos := iso.Split(at[int64](v, row), unit)
			if day < iso.MinDay || day > iso.MaxDay {
				return nil, farDate
			}
			d.fraction = d.fraction || nanos%1e9 != 0
			return iso.AppendInstant(b, day, nanos), ""
		}
	}
	return d
}

const farDate = "its date is outside of the years 0001 to 9999, which ISO 8601 can write; leave it out with WHERE, or cast the column to VARCHAR"

// dated gathers dates, all texts of a piece in one.
type dated struct {
	gathering[string]
	write    func(b []byte, v vector, row int) ([]byte, string)
	naive    bool // instants of no zone
	fraction bool // one of them has a fraction of a second
	ends     []int
}

func (d *dated) add(v vector, rows int) (int64, error) {
	cells := d.room(rows)
	var b []byte
	d.ends = d.ends[:0]
	for i := range cells {
		if cells[i].Null = !v.valid(i); !cells[i].Null {
			var bad string
			if b, bad = d.write(b, v, i); bad != "" {
				return 0, &valueError{i, bad}
			}
		}
		d.ends = append(d.ends, len(b))
	}
	all, start := string(b), 0
	for i, end := range d.ends {
		cells[i].Value, start = all[start:end], end
	}
	return int64(rows)*sizeOf[string]() + int64(len(all)), nil
}

func (d *dated) field() frame.Field {
	f := d.f
	if d.naive && f.Kind == frame.Date {
		f.Format = "%Y-%m-%dT%H:%M:%S"
		if d.fraction {
			f.Format += ".%f"
		}
	}
	return f
}

// decimals gathers DECIMAL: whole numbers without decimals, and others if a float64 has all
// their digits.
func decimals(f frame.Field, t duckdb.LogicalType) column {
	scale, internal := int(duckdb.DecimalScale(t)), duckdb.DecimalInternalType(t)
	read := func(v vector, row int) hugeForm {
		small := int64(0)
		switch internal {
		case duckdb.TypeSmallInt:
			small = int64(at[int16](v, row))
		case duckdb.TypeInteger:
			small = int64(at[int32](v, row))
		case duckdb.TypeBigInt:
			small = at[int64](v, row)
		default:
			return at[hugeForm](v, row)
		}
		return hugeForm{uint64(small), small >> 63}
	}
	if scale == 0 {
		return &gathering[int]{f: f, read: func(v vector, row int) (int, string) {
			h := read(v, row)
			n, ok := h.small()
			return int(n), tooLarge(ok, "the value")
		}}
	}
	return &numbers{gathering[float64]{f: f, read: func(v vector, row int) (float64, string) {
		h := read(v, row)
		x, ok := 0.0, false
		if n, small := h.small(); small {
			x, ok = decimal.Float(n, scale)
		} else {
			x, ok = decimal.BigFloat(h.big(), scale)
		}
		if !ok {
			return 0, "the decimal has more digits than a number keeps; cast it to DOUBLE or VARCHAR"
		}
		return x, ""
	}}}
}

func (h hugeForm) big() *big.Int {
	v := new(big.Int).Lsh(big.NewInt(h.high), 64)
	return v.Add(v, new(big.Int).SetUint64(h.low))
}

// uuid writes a UUID, which DuckDB keeps as a number whose highest bit is turned over.
func uuid(h hugeForm) string {
	high, low := uint64(h.high)^(1<<63), h.low
	hex := func(v uint64, digits int) string {
		s := strconv.FormatUint(v, 16)
		for len(s) < digits {
			s = "0" + s
		}
		return s
	}
	return hex(high>>32, 8) + "-" + hex(high>>16&math.MaxUint16, 4) + "-" + hex(high&math.MaxUint16, 4) + "-" + hex(low>>48, 4) + "-" + hex(low&(1<<48-1), 12)
}
