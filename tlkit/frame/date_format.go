package frame

import (
	"fmt"
	"strings"
	"time"
)

// A DateFormat is how dates are written: a format in strftime's directives, as
// [Field.Format] has it, taken apart. The zero value and nil stand for ISO 8601, as
// [ParseDate] reads it.
type DateFormat struct {
	format string
	parts  []datePart
	clock  bool // it has a time of day
}

type datePart struct {
	directive byte // 0 for text
	text      string
}

// directives say what each reads and writes.
const directives = "%Y year, %y its last two figures (69 is 1969, 68 is 2068), %m month, %b %B its name, %d day, %e day without a nought, " +
	"%j day of the year, %a %A weekday, %H hour, %I hour to 12, %p AM or PM, %M minute, %S second, %f its decimals, " +
	"%z offset from UTC, %Z UTC or GMT, %F is %Y-%m-%d, %T is %H:%M:%S, %% a percent sign"

// ParseDateFormat takes a format in strftime's directives apart; an empty one is ISO 8601.
// A date needs a year at least; a month or a day that is not given is the first. Names of
// months and days are English. Each directive stands once, and those that are known are in
// the error that an unknown one gives.
func ParseDateFormat(format string) (*DateFormat, error) {
	f := &DateFormat{format: format}
	has := map[byte]bool{}
	bad := func(why string, args ...any) error {
		return fmt.Errorf("the date format %.60q %s; the directives are: %s", format, fmt.Sprintf(why, args...), directives)
	}
	if format == "" {
		return f, nil
	}
	expanded := expandDirectives(format)
	for rest := expanded; rest != ""; {
		at := strings.IndexByte(rest, '%')
		if at < 0 {
			at = len(rest)
		}
		if at > 0 {
			f.parts = append(f.parts, datePart{text: rest[:at]})
			rest = rest[at:]
			continue
		}
		if len(rest) < 2 {
			return nil, bad("ends with a lone %%")
		}
		d := rest[1]
		rest = rest[2:]
		switch {
		case d == '%':
			f.parts = append(f.parts, datePart{text: "%"})
			continue
		case strings.IndexByte("YymbBdejaAHIpMSfzZ", d) < 0:
			return nil, bad("has the directive %%%c, which is not known here", d)
		case has[d]:
			return nil, bad("has %%%c twice", d)
		case strings.IndexByte("HIpMSfzZ", d) >= 0:
			f.clock = true
		}
		has[d] = true
		f.parts = append(f.parts, datePart{directive: d})
	}
	switch {
	case !has['Y'] && !has['y']:
		return nil, bad("has no year")
	case has['I'] != has['p'] || has['I'] && has['H']:
		return nil, bad("needs %%I and %%p together, or %%H alone")
	case f.clock && !has['H'] && !has['I']:
		return nil, bad("has a time of day without its hour")
	}
	return f, nil
}

// expandDirectives writes out %F and %T, and leaves %% alone.
func expandDirectives(format string) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] == '%' && i+1 < len(format) {
			i++
			switch format[i] {
			case 'F':
				b.WriteString("%Y-%m-%d")
			case 'T':
				b.WriteString("%H:%M:%S")
			default:
				b.WriteString(format[i-1 : i+1])
			}
			continue
		}
		b.WriteByte(format[i])
	}
	return b.String()
}

// Read turns a date that is written in this format into what tables hold: a day, or an
// instant in UTC if the format has a time of day. Numbers may lack their leading noughts,
// and letters of names may be of either case. ok is false if the text is no such date.
func (f *DateFormat) Read(text string) (iso string, ok bool) {
	m, ok := f.parse(text)
	if !ok {
		return "", false
	}
	b, ok := m.appendISO(nil)
	return string(b), ok
}

func (f *DateFormat) parse(s string) (m moment, ok bool) {
	if f == nil || f.format == "" {
		return parseISO(s)
	}
	m = moment{month: 1, day: 1, clock: f.clock}
	dayOfYear, pm, hour12 := 0, false, false
	for _, p := range f.parts {
		switch p.directive {
		case 0:
			if !strings.HasPrefix(s, p.text) {
				return m, false
			}
			s = s[len(p.text):]
			continue
		case 'Y':
			m.year, s, ok = fewFigures(s, 4, 4)
		case 'y':
			m.year, s, ok = fewFigures(s, 2, 2)
			if m.year += 1900; m.year < 1969 {
				m.year += 100
			}
		case 'm':
			m.month, s, ok = fewFigures(s, 1, 2)
		case 'd':
			m.day, s, ok = fewFigures(s, 1, 2)
		case 'e':
			m.day, s, ok = fewFigures(strings.TrimPrefix(s, " "), 1, 2)
		case 'j':
			dayOfYear, s, ok = fewFigures(s, 1, 3)
			ok = ok && dayOfYear >= 1
		case 'b', 'B':
			m.month, s, ok = named(s, 12, func(i int) string { return time.Month(i + 1).String() }, p.directive == 'B')
			m.month++
		case 'a', 'A':
			_, s, ok = named(s, 7, func(i int) string { return time.Weekday(i).String() }, p.directive == 'A')
		case 'H':
			m.hour, s, ok = fewFigures(s, 1, 2)
		case 'I':
			hour12 = true
			m.hour, s, ok = fewFigures(s, 1, 2)
			ok = ok && m.hour >= 1 && m.hour <= 12
		case 'p':
			ok = len(s) >= 2 && s[1]|0x20 == 'm' && (s[0]|0x20 == 'a' || s[0]|0x20 == 'p')
			if ok {
				pm, s = s[0]|0x20 == 'p', s[2:]
			}
		case 'M':
			m.minute, s, ok = fewFigures(s, 1, 2)
		case 'S':
			m.second, s, ok = fewFigures(s, 1, 2)
		case 'f':
			m.nano, s, ok = fraction(s, 9)
		case 'z':
			m.offset, s, ok = zone(s)
		case 'Z':
			ok = len(s) >= 3 && (strings.EqualFold(s[:3], "UTC") || strings.EqualFold(s[:3], "GMT"))
			if ok {
				s = s[3:]
			}
		}
		if !ok {
			return m, false
		}
	}
	if s != "" {
		return m, false
	}
	if hour12 {
		if m.hour %= 12; pm {
			m.hour += 12
		}
	}
	if dayOfYear > 0 && !m.onDay(dayOfYear) {
		return m, false
	}
	return m, m.real()
}

// onDay sets month and day from the day of the year.
func (m *moment) onDay(n int) bool {
	for month := 1; month <= 12; month++ {
		days := daysIn(m.year, month)
		if n <= days {
			m.month, m.day = month, n
			return true
		}
		n -= days
	}
	return false
}

// fewFigures reads from least to most digits.
func fewFigures(s string, least, most int) (v int, rest string, ok bool) {
	n := 0
	for n < len(s) && n < most && s[n]-'0' <= 9 {
		v = v*10 + int(s[n]-'0')
		n++
	}
	return v, s[n:], n >= least
}

// named reads one of so many names, in full or by their first three letters.
func named(s string, count int, name func(int) string, full bool) (i int, rest string, ok bool) {
	for i := range count {
		n := name(i)
		if !full {
			n = n[:3]
		}
		if len(s) >= len(n) && strings.EqualFold(s[:len(n)], n) {
			return i, s[len(n):], true
		}
	}
	return 0, s, false
}

// append writes a moment in UTC in this form.
func (f *DateFormat) append(b []byte, m moment) []byte {
	t := m.time()
	for _, p := range f.parts {
		switch p.directive {
		case 0:
			b = append(b, p.text...)
		case 'Y':
			b = appendPadded(b, m.year, 4, '0')
		case 'y':
			b = appendPadded(b, m.year%100, 2, '0')
		case 'm':
			b = appendPadded(b, m.month, 2, '0')
		case 'd':
			b = appendPadded(b, m.day, 2, '0')
		case 'e':
			b = appendPadded(b, m.day, 2, ' ')
		case 'j':
			b = appendPadded(b, t.YearDay(), 3, '0')
		case 'b':
			b = append(b, t.Month().String()[:3]...)
		case 'B':
			b = append(b, t.Month().String()...)
		case 'a':
			b = append(b, t.Weekday().String()[:3]...)
		case 'A':
			b = append(b, t.Weekday().String()...)
		case 'H':
			b = appendPadded(b, m.hour, 2, '0')
		case 'I':
			b = appendPadded(b, (m.hour+11)%12+1, 2, '0')
		case 'p':
			b = append(b, "AP"[m.hour/12], 'M')
		case 'M':
			b = appendPadded(b, m.minute, 2, '0')
		case 'S':
			b = appendPadded(b, m.second, 2, '0')
		case 'f':
			if b = appendPadded(b, m.nano, 9, '0'); m.nano%1000 == 0 {
				b = b[:len(b)-3] // microseconds, as Python writes them
			}
		case 'z':
			b = append(b, "+0000"...)
		case 'Z':
			b = append(b, "UTC"...)
		}
	}
	return b
}
