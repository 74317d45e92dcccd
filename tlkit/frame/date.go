package frame

import (
	"fmt"
	"strings"
	"time"
)

// Dates are text in ISO 8601, always in one of two forms, so that equal days are equal
// texts and sort as they follow each other: a day is 2006-01-02, an instant is
// 2006-01-02T15:04:05Z, in UTC, with as many decimals of a second as it needs.

// Times gives the dates of a column as [time.Time] in UTC, a day as its midnight, and which
// rows have none. The column is a date or text in ISO 8601; a text that is no date is an
// error that names the row.
func Times(t Table, column string) (times []time.Time, missing []bool, err error) {
	c, err := t.Column(column)
	if err != nil {
		return nil, nil, err
	}
	if c.Kind != Date && c.Kind != Text {
		return nil, nil, fmt.Errorf("frame: %w: column %.40q is %v, not a date; choose another column, or read it as a date", ErrKind, column, c.Kind)
	}
	times, missing = make([]time.Time, c.Len()), make([]bool, c.Len())
	for i, cell := range c.Texts {
		if missing[i] = cell.Null; cell.Null {
			continue
		}
		var ok bool
		if times[i], ok = ParseDate(cell.Value); !ok {
			return nil, nil, &ParseError{Row: int64(i + 1), Column: column, Value: shortened(cell.Value),
				Err: says(ErrKind, "in row %d is no date; dates are written 2006-01-02 or 2006-01-02T15:04:05Z", i+1)}
		}
	}
	return times, missing, nil
}

// ParseDate reads a date in ISO 8601's extended form, as [Times] and the readers of files do:
// a day, which is its midnight, or a day, T or a blank, the hour and minute, the second and
// its decimals (nine at most) if given, and Z or an offset. Without an offset the time is
// UTC; the result always is. The years are 1 to 9999.
func ParseDate(s string) (t time.Time, ok bool) {
	m, ok := parseISO(s)
	if !ok {
		return time.Time{}, false
	}
	return m.time(), true
}

// A moment is what a date says: a day, or a time of a day at an offset from UTC.
type moment struct {
	year, month, day     int
	hour, minute, second int
	nano                 int
	offset               int // seconds east of UTC
	clock                bool
}

// real reports whether the calendar and the clock have the moment.
func (m *moment) real() bool {
	return m.year >= 1 && m.year <= 9999 && m.month >= 1 && m.month <= 12 && m.day >= 1 && m.day <= daysIn(m.year, m.month) &&
		m.hour < 24 && m.minute < 60 && m.second < 60 && m.offset > -86400 && m.offset < 86400
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

func (m *moment) time() time.Time {
	return time.Date(m.year, time.Month(m.month), m.day, m.hour, m.minute, m.second-m.offset, m.nano, time.UTC)
}

// appendISO writes the moment in its one form. ok is false if in UTC it is not within the
// years 1 to 9999.
func (m *moment) appendISO(b []byte) (out []byte, ok bool) {
	u := *m
	if m.offset != 0 {
		u = momentOf(m.time(), true)
		if u.year < 1 || u.year > 9999 {
			return b, false
		}
	}
	b = appendPadded(b, u.year, 4, '0')
	b = appendPadded(append(b, '-'), u.month, 2, '0')
	b = appendPadded(append(b, '-'), u.day, 2, '0')
	if !u.clock {
		return b, true
	}
	b = appendPadded(append(b, 'T'), u.hour, 2, '0')
	b = appendPadded(append(b, ':'), u.minute, 2, '0')
	b = appendPadded(append(b, ':'), u.second, 2, '0')
	if u.nano != 0 {
		b = appendPadded(append(b, '.'), u.nano, 9, '0')
		for b[len(b)-1] == '0' {
			b = b[:len(b)-1]
		}
	}
	return append(b, 'Z'), true
}

func momentOf(t time.Time, clock bool) moment {
	m := moment{year: t.Year(), month: int(t.Month()), day: t.Day(), clock: clock}
	m.hour, m.minute, m.second, m.nano = t.Hour(), t.Minute(), t.Second(), t.Nanosecond()
	return m
}

// appendPadded writes a number of at least width figures.
func appendPadded(b []byte, v, width int, with byte) []byte {
	var digits [20]byte
	at := len(digits)
	for n := 0; v > 0 || n < width; n++ {
		at--
		switch {
		case v > 0 || n == 0:
			digits[at] = byte('0' + v%10)
		default:
			digits[at] = with
		}
		v /= 10
	}
	return append(b, digits[at:]...)
}

// parseISO reads what [ParseDate] does.
func parseISO(s string) (m moment, ok bool) {
	if len(s) < 10 || s[4] != '-' || s[7] != '-' {
		return m, false
	}
	year, ok1 := figures(s[0:4])
	month, ok2 := figures(s[5:7])
	day, ok3 := figures(s[8:10])
	m = moment{year: year, month: month, day: day}
	if !ok1 || !ok2 || !ok3 {
		return m, false
	}
	if len(s) == 10 {
		return m, m.real()
	}
	m.clock = true
	rest := s[10:]
	if len(rest) < 6 || rest[0] != 'T' && rest[0] != ' ' || rest[3] != ':' {
		return m, false
	}
	m.hour, ok1 = figures(rest[1:3])
	m.minute, ok2 = figures(rest[4:6])
	if !ok1 || !ok2 {
		return m, false
	}
	rest = rest[6:]
	if len(rest) >= 3 && rest[0] == ':' {
		if m.second, ok1 = figures(rest[1:3]); !ok1 {
			return m, false
		}
		if rest = rest[3:]; len(rest) > 0 && rest[0] == '.' {
			if m.nano, rest, ok1 = fraction(rest[1:], 9); !ok1 {
				return m, false
			}
		}
	}
	if rest != "" {
		if m.offset, rest, ok1 = zone(rest); !ok1 || rest != "" {
			return m, false
		}
	}
	return m, m.real()
}

// figures reads digits alone.
func figures(s string) (v int, ok bool) {
	for i := range len(s) {
		c := s[i] - '0'
		if c > 9 {
			return 0, false
		}
		v = v*10 + int(c)
	}
	return v, s != ""
}

// fraction reads the decimals of a second, at least one and at most so many, as nanoseconds.
func fraction(s string, most int) (nano int, rest string, ok bool) {
	n := 0
	for n < len(s) && n < most && s[n]-'0' <= 9 {
		nano = nano*10 + int(s[n]-'0')
		n++
	}
	for i := n; i < 9; i++ {
		nano *= 10
	}
	return nano, s[n:], n > 0
}

// zone reads Z, +01:00, +0100 or +01 as seconds east of UTC.
func zone(s string) (offset int, rest string, ok bool) {
	if s == "" {
		return 0, s, false
	}
	if s[0] == 'Z' || s[0] == 'z' {
		return 0, s[1:], true
	}
	if s[0] != '+' && s[0] != '-' || len(s) < 3 {
		return 0, s, false
	}
	hours, ok := figures(s[1:3])
	if !ok || hours > 23 {
		return 0, s, false
	}
	rest = s[3:]
	minutes, used := 0, strings.TrimPrefix(rest, ":")
	if len(used) >= 2 {
		if v, ok := figures(used[:2]); ok {
			if v > 59 {
				return 0, s, false
			}
			minutes, rest = v, used[2:]
		}
	}
	offset = hours*3600 + minutes*60
	if s[0] == '-' {
		offset = -offset
	}
	return offset, rest, true
}
