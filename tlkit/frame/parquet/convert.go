package parquet

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go/format"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/frame/internal/decimal"
	"transferlab/tlkit/frame/internal/iso"
)

const julianEpoch = 2440588 // the Julian day of 1970-01-01

// From what a file stores to what a table holds. Each function reads n values of a page; the
// slice is good until the next call, the texts in it for ever.

func (l *leaf) intValues(enc format.Encoding, b []byte, n int, s *scratch) ([]int, error) {
	dst := grown(&s.ints, n)
	if l.form == asDecimalInt && l.physical != format.Int32 && l.physical != format.Int64 {
		words, err := l.raw(enc, b, n, s)
		if err != nil {
			return nil, err
		}
		for i, w := range words {
			v, ok := narrow(w)
			if !ok {
				return nil, &valueError{i, fmt.Sprintf("%v is too large for a whole number here; set Options.DecimalText, or cast it with package sql", wide(w)), frame.ErrKind}
			}
			dst[i] = int(v)
		}
		return dst, nil
	}
	if err := l.ints(dst, enc, b); err != nil {
		return nil, err
	}
	switch l.form {
	case asUint32:
		for i, v := range dst {
			dst[i] = int(uint32(v))
		}
	case asUint64:
		for i, v := range dst {
			if v < 0 {
				return nil, &valueError{i, fmt.Sprintf("%d is too large for a whole number here, which goes to %d; leave the column out of Options.Columns, or cast it with package sql", uint64(v), math.MaxInt64), frame.ErrKind}
			}
		}
	}
	return dst, nil
}

func (l *leaf) boolValues(enc format.Encoding, b []byte, n int, s *scratch) ([]bool, error) {
	dst := grown(&s.bools, n)
	return dst, l.bools(dst, enc, b)
}

func (l *leaf) floatValues(enc format.Encoding, b []byte, n int, s *scratch) ([]float64, error) {
	dst := grown(&s.floats, n)
	switch {
	case l.form == asFloat:
		if err := l.floats(dst, enc, b); err != nil {
			return nil, err
		}
		for _, v := range dst {
			if v != v {
				s.nan = true
				break
			}
		}
		return dst, nil
	case l.form == asHalf:
		words, err := l.raw(enc, b, n, s)
		s.nan = true // perhaps
		for i, w := range words {
			dst[i] = half(binary.LittleEndian.Uint16([]byte(w)))
		}
		return dst, err
	}
	number, err := l.decimals(enc, b, n, s)
	if err != nil {
		return nil, err
	}
	for i := range n {
		v, ok := number(i)
		if !ok {
			return nil, &valueError{i, "the decimal has more digits than a number keeps; set Options.DecimalText, or cast it with package sql", frame.ErrKind}
		}
		dst[i] = v
	}
	return dst, nil
}

func (l *leaf) textValues(enc format.Encoding, b []byte, n int, s *scratch) ([]string, error) {
	switch l.form {
	case asText, asBytes:
		dst, err := l.raw(enc, b, n, s)
		if err != nil || l.form == asBytes {
			return dst, err
		}
		for i, w := range dst {
			if !utf8.ValidString(w) {
				return nil, &valueError{i, "the bytes are not UTF-8, so they are no text; leave the column out of Options.Columns, or decode it with package sql", frame.ErrKind}
			}
		}
		return dst, nil
	case asUUID:
		words, err := l.raw(enc, b, n, s)
		return s.write(n, err, func(out []byte, i int) ([]byte, string) { return appendUUID(out, words[i]), "" })
	case asInt96:
		words, err := l.raw(enc, b, n, s)
		return s.write(n, err, func(out []byte, i int) ([]byte, string) {
			nanos := int64(binary.LittleEndian.Uint64([]byte(words[i][:8])))
			day := int64(int32(binary.LittleEndian.Uint32([]byte(words[i][8:])))) - julianEpoch
			if nanos < 0 || nanos >= iso.SecondsOfDay*1e9 {
				return nil, "its time of day is outside of the day"
			}
			return dated(out, day, nanos, true)
		})
	case asDecimalText:
		if l.physical == format.Int32 || l.physical == format.Int64 {
			ints := grown(&s.ints, n)
			err := l.ints(ints, enc, b)
			return s.write(n, err, func(out []byte, i int) ([]byte, string) {
				return decimal.Append(out, strconv.Itoa(ints[i]), l.scale), ""
			})
		}
		words, err := l.raw(enc, b, n, s)
		return s.write(n, err, func(out []byte, i int) ([]byte, string) {
			return decimal.Append(out, wide(words[i]).String(), l.scale), ""
		})
	}
	ints := grown(&s.ints, n)
	err := l.ints(ints, enc, b)
	return s.write(n, err, func(out []byte, i int) ([]byte, string) {
		switch v := int64(ints[i]); l.form {
		case asDay:
			return dated(out, v, 0, false)
		case asInstant:
			day, nanos := iso.Split(v, l.unit)
			return dated(out, day, nanos, true)
		default: // asClock
			if v < 0 || v >= iso.SecondsOfDay*l.unit {
				return nil, "its time of day is outside of the day"
			}
			return iso.AppendClock(out, v*(1e9/l.unit)), ""
		}
	})
}

// raw reads texts as they are stored.
func (l *leaf) raw(enc format.Encoding, b []byte, n int, s *scratch) ([]string, error) {
	dst := grown(&s.words, n)
	return dst, l.texts(dst, enc, b, s)
}

// write makes n texts one behind the other; f appends one, or says why it cannot. err is
// that of the step before.
func (s *scratch) write(n int, err error, f func(out []byte, i int) ([]byte, string)) ([]string, error) {
	if err != nil {
		return nil, err
	}
	var out []byte
	ends := grown(&s.ends, n)
	for i := range n {
		more, bad := f(out, i)
		if bad != "" {
			return nil, &valueError{i, bad, frame.ErrKind}
		}
		if i == 63 && n > 64 { // now a guess for the rest is good
			more = append(make([]byte, 0, len(more)/64*(n+n/16)), more...)
		}
		out, ends[i] = more, len(more)
	}
	if err := s.memory.take(int64(cap(out)), "its texts"); err != nil {
		return nil, err
	}
	all, dst := shared(out), grown(&s.words, n)
	at := 0
	for i, end := range ends {
		dst[i], at = all[at:end], end
	}
	return dst, nil
}

// dated writes a day or an instant, if ISO 8601 can.
func dated(out []byte, day, nanos int64, instant bool) ([]byte, string) {
	if day < iso.MinDay || day > iso.MaxDay {
		return nil, "its date is outside of the years 0001 to 9999, which ISO 8601 can write; leave the column out of Options.Columns, or cast it with package sql"
	}
	if instant {
		return iso.AppendInstant(out, day, nanos), ""
	}
	return iso.AppendDay(out, day), ""
}

func appendUUID(out []byte, w string) []byte {
	const hex = "0123456789abcdef"
	for i := range len(w) {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			out = append(out, '-')
		}
		out = append(out, hex[w[i]>>4], hex[w[i]&15])
	}
	return out
}

// half is the value of an IEEE 754 binary16.
func half(b uint16) float64 {
	sign, exponent, fraction := 1.0, int(b>>10&31), float64(b&1023)
	if b>>15 == 1 {
		sign = -1
	}
	switch {
	case exponent == 31 && fraction == 0:
		return math.Inf(int(sign))
	case exponent == 31:
		return math.NaN()
	case exponent == 0:
		return math.Copysign(math.Ldexp(fraction, -24), sign)
	}
	return sign * math.Ldexp(1024+fraction, exponent-25)
}

// decimals reads decimals; ok is false for one that has too many digits for a number.
func (l *leaf) decimals(enc format.Encoding, b []byte, n int, s *scratch) (number func(i int) (v float64, ok bool), err error) {
	if l.physical == format.Int32 || l.physical == format.Int64 {
		ints := grown(&s.ints, n)
		err := l.ints(ints, enc, b)
		return func(i int) (float64, bool) { return decimal.Float(int64(ints[i]), l.scale) }, err
	}
	words, err := l.raw(enc, b, n, s)
	return func(i int) (float64, bool) {
		if v, ok := narrow(words[i]); ok {
			return decimal.Float(v, l.scale)
		}
		return decimal.BigFloat(wide(words[i]), l.scale)
	}, err
}

// narrow reads a whole number in two's complement, the highest byte first, if it is an int64.
func narrow(w string) (v int64, ok bool) {
	if len(w) > 0 && w[0] >= 0x80 {
		v = -1
	}
	fill := byte(v)
	for len(w) > 8 {
		if w[0] != fill || (w[1] >= 0x80) != (v < 0) {
			return 0, false
		}
		w = w[1:]
	}
	for i := range len(w) {
		v = v<<8 | int64(w[i])
	}
	return v, true
}

// wide is narrow without a bound.
func wide(w string) *big.Int {
	v := new(big.Int).SetBytes([]byte(w))
	if len(w) > 0 && w[0] >= 0x80 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(w))))
	}
	return v
}
