package grel

import (
	"strconv"
	"strings"
	"time"
)

// This file writes values as Java's toString does.

// text is the value's toString. It is not ok for what has none that means anything: Java
// writes arrays and objects as their address in memory.
func (s *state) text(v Value) (string, bool) {
	switch v.kind {
	case KindString, KindError:
		return v.text, true
	case KindBool:
		return strconv.FormatBool(v.bits != 0), true
	case KindInt:
		return strconv.FormatInt(v.Int(), 10), true
	case KindFloat:
		return floatText(v.Float()), true
	case KindDate:
		return dateText(v.Time()), true
	}
	if p, ok := v.ref.(*pattern); ok {
		return p.source, true
	}
	s.unsupported("text of a value of kind "+v.class(), "OpenRefine writes its address in memory; take an element or a field of it, or join it")
	return "", false
}

// shown is the text that toString gives: dates to the second, arrays in brackets, null as
// nothing.
func (s *state) shown(v Value) (string, bool) {
	switch v.kind {
	case KindNull:
		return "", true
	case KindDate:
		return isoText(v.Time()), true
	case KindArray:
		var b strings.Builder
		if s.deepText(&b, v); s.err != nil {
			return "", false
		}
		return b.String(), true
	}
	return s.text(v)
}

// String is the value as OpenRefine shows it: dates to the second, arrays in brackets,
// null as nothing. It is for people: what is too long or has no text is only named.
func (v Value) String() string {
	s := &state{work: maxText}
	if t, ok := s.shown(v); ok {
		return t
	}
	return v.class()
}

// deepText is Arrays.deepToString. Arrays within arrays can make it very long.
func (s *state) deepText(b *strings.Builder, v Value) {
	b.WriteByte('[')
	for i, item := range v.Items() {
		if i > 0 {
			b.WriteString(", ")
		}
		switch item.kind {
		case KindNull:
			b.WriteString("null")
		case KindArray:
			s.deepText(b, item)
		default:
			t, _ := s.text(item)
			b.WriteString(t)
			s.spend(len(t))
		}
		if b.Len() > maxText {
			s.tooLong()
		}
		if !s.spend(1) {
			return
		}
	}
	b.WriteByte(']')
}

// dateText is OffsetDateTime.toString: no seconds if there are none, fractions in groups
// of three digits.
func dateText(t time.Time) string {
	var b strings.Builder
	b.WriteString(localDate(t))
	b.WriteString(t.Format("T15:04"))
	if sec, nano := t.Second(), t.Nanosecond(); sec != 0 || nano != 0 {
		b.WriteString(t.Format(":05"))
		if nano != 0 {
			digits := strconv.Itoa(1e9 + nano)[1:]
			for strings.HasSuffix(digits, "000") {
				digits = digits[:len(digits)-3]
			}
			b.WriteString("." + digits)
		}
	}
	b.WriteString(offsetText(t))
	return b.String()
}

// localDate is LocalDate.toString: four digits of year at least, with a sign where there
// are more or the year is negative.
func localDate(t time.Time) string {
	y, m, d := t.Date()
	var b strings.Builder
	switch {
	case y < 0:
		b.WriteString("-" + pad(-y, 4))
	case y > 9999:
		b.WriteString("+" + strconv.Itoa(y))
	default:
		b.WriteString(pad(y, 4))
	}
	b.WriteString("-" + pad(int(m), 2) + "-" + pad(d, 2))
	return b.String()
}

// offsetText is ZoneOffset.toString.
func offsetText(t time.Time) string {
	_, off := t.Zone()
	if off == 0 {
		return "Z"
	}
	sign := "+"
	if off < 0 {
		sign, off = "-", -off
	}
	text := sign + pad(off/3600, 2) + ":" + pad(off/60%60, 2)
	if off%60 != 0 {
		text += ":" + pad(off%60, 2)
	}
	return text
}

// isoText is how OpenRefine writes dates: yyyy-MM-dd'T'HH:mm:ss'Z' of the local time,
// whatever the offset is.
func isoText(t time.Time) string {
	y := t.Year()
	if y <= 0 {
		y = 1 - y // the year of its era
	}
	year := pad(y, 4)
	if y > 9999 {
		year = "+" + year
	}
	return year + "-" + pad(int(t.Month()), 2) + "-" + pad(t.Day(), 2) + t.Format("T15:04:05") + "Z"
}

// pad writes a number that is not negative with as many digits at least.
func pad(n, digits int) string {
	s := strconv.Itoa(n)
	if len(s) < digits {
		s = strings.Repeat("0", digits-len(s)) + s
	}
	return s
}
