// Package iso turns dates between the numbers that files and databases keep and the text
// that tables do, 2006-01-02 or RFC 3339 in UTC. The conversions are written out: the
// standard library's take ten times as long, and a column has a million of them. The days of
// the calendar are counted as by Howard Hinnant, "chrono-Compatible Low-Level Date
// Algorithms" (2013).
package iso

import "math"

// Days count from 1970-01-01.
const (
	SecondsOfDay = 86400
	MinDay       = -719162 // 0001-01-01, the first that package frame takes
	MaxDay       = 2932896 // 9999-12-31, the last that ISO 8601 can write
)

// civil is the date of a day counted from 1970-01-01.
func civil(day int64) (year, month, dom int) {
	z := day + 719468 // from 0000-03-01, so that leap days end years
	era := z / 146097 // 400 years
	if z < 0 {
		era = (z - 146096) / 146097
	}
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	dom = int(doy-(153*mp+2)/5) + 1
	month = int(mp) + 3
	year = int(yoe + era*400)
	if month > 12 {
		month -= 12
		year++
	}
	return year, month, dom
}

// dayOf counts a date from 1970-01-01.
func dayOf(year, month, dom int) int64 {
	y, m := int64(year), int64(month)
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	if y < 0 {
		era = (y - 399) / 400
	}
	yoe := y - era*400
	doy := (153*(m-3)+2)/5 + int64(dom) - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

var monthDays = [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func appendTwo(b []byte, v int) []byte { return append(b, byte('0'+v/10), byte('0'+v%10)) }

// AppendDay writes 2006-01-02. The day is in MinDay…MaxDay.
func AppendDay(b []byte, day int64) []byte {
	y, m, d := civil(day)
	b = appendTwo(appendTwo(b, y/100), y%100)
	b = appendTwo(append(b, '-'), m)
	return appendTwo(append(b, '-'), d)
}

// AppendClock writes 15:04:05, and the fraction of the second without its last zeros. nanos
// is within a day.
func AppendClock(b []byte, nanos int64) []byte {
	s, f := int(nanos/1e9), int(nanos%1e9)
	b = appendTwo(b, s/3600)
	b = appendTwo(append(b, ':'), s/60%60)
	b = appendTwo(append(b, ':'), s%60)
	if f == 0 {
		return b
	}
	b = append(b, '.')
	for unit := int(1e8); f > 0; unit /= 10 {
		b = append(b, byte('0'+f/unit))
		f %= unit
	}
	return b
}

// AppendInstant writes 2006-01-02T15:04:05.5Z, for so many nanoseconds of a day.
func AppendInstant(b []byte, day, nanos int64) []byte {
	return append(AppendClock(append(AppendDay(b, day), 'T'), nanos), 'Z')
}

// Split cuts ticks since 1970, so many a second, into days and the nanoseconds of the day.
func Split(ticks, unit int64) (day, nanos int64) {
	perDay := SecondsOfDay * unit
	day = ticks / perDay
	rest := ticks % perDay
	if rest < 0 {
		day--
		rest += perDay
	}
	return day, rest * (1e9 / unit)
}

func two(s string, at int) (v int, ok bool) {
	a, b := s[at]-'0', s[at+1]-'0'
	return int(a)*10 + int(b), a <= 9 && b <= 9
}

// ParseDay reads 2006-01-02 and nothing else.
func ParseDay(s string) (day int64, ok bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, false
	}
	c, ok1 := two(s, 0)
	y, ok2 := two(s, 2)
	m, ok3 := two(s, 5)
	d, ok4 := two(s, 8)
	if !(ok1 && ok2 && ok3 && ok4) || c+y < 1 || m < 1 || m > 12 || d < 1 {
		return 0, false
	}
	y += 100 * c
	last := monthDays[m-1]
	if m == 2 && y%4 == 0 && (y%100 != 0 || y%400 == 0) {
		last = 29
	}
	return dayOf(y, m, d), d <= last
}

// ParseInstant reads what AppendInstant writes and nothing else: another spelling of the
// same instant would come back in this one.
func ParseInstant(s string) (day, nanos int64, ok bool) {
	if len(s) < 20 || s[10] != 'T' || s[13] != ':' || s[16] != ':' || s[len(s)-1] != 'Z' {
		return 0, 0, false
	}
	day, ok = ParseDay(s[:10])
	h, ok1 := two(s, 11)
	m, ok2 := two(s, 14)
	sec, ok3 := two(s, 17)
	if !(ok && ok1 && ok2 && ok3) || h > 23 || m > 59 || sec > 59 {
		return 0, 0, false
	}
	nanos = int64(h*3600+m*60+sec) * 1e9
	if len(s) == 20 {
		return day, nanos, true
	}
	fraction := s[19 : len(s)-1]
	if fraction[0] != '.' || len(fraction) < 2 || len(fraction) > 10 || fraction[len(fraction)-1] == '0' {
		return 0, 0, false
	}
	unit := int64(1e8)
	for _, c := range []byte(fraction[1:]) {
		if c < '0' || c > '9' {
			return 0, 0, false
		}
		nanos += int64(c-'0') * unit
		unit /= 10
	}
	return day, nanos, true
}

// Ticks counts an instant since 1970, so many a second; ok is false if it does not fit.
func Ticks(day, nanos, unit int64) (v int64, ok bool) {
	perDay := SecondsOfDay * unit
	part := nanos / (1e9 / unit)
	if day >= 0 && day > (math.MaxInt64-part)/perDay || day < 0 && day < math.MinInt64/perDay {
		return 0, false
	}
	return day*perDay + part, true
}

// Zoneless reports whether instants in a format of strftime's directives are written
// without their zone. An empty format is ISO 8601, which has one.
func Zoneless(format string) bool {
	for i := 0; i+1 < len(format); i++ {
		if format[i] == '%' {
			i++
			switch format[i] {
			case 'z', 'Z', 's', 'c', '+': // the last three imply one
				return false
			}
		}
	}
	return format != "" && format[len(format)-1] != 'Z'
}
