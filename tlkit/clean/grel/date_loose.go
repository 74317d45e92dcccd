package grel

import (
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// A text without a format is read as OpenRefine's CalendarParser reads it (by Dave Glick,
// 2006): piece by piece, each number going where it can still be meant: a number above 31
// is a year, one above 12 no month, and the rest goes by the order that was asked for. A
// date that does not exist runs over: 31 February is 3 March.

// unset is the value of what was not found; it is less than all numbers.
const unset = math.MinInt32

type looseDate struct {
	year, month, day            int
	hour, minute, second, milli int
	afternoon                   bool // PM was read before the hour
	zone                        *time.Location
	monthFirst                  bool
	failed                      bool
}

// looseParse reads the text, months before days if asked; not ok if it is no date.
func looseParse(text string, monthFirst bool) (time.Time, bool) {
	p := &looseDate{year: unset, month: unset, day: unset, hour: unset, minute: unset, second: unset, monthFirst: monthFirst}
	for text != "" && !p.failed {
		var token string
		token, text = loosePiece(text)
		if n, ok := parseInt32(token); ok {
			p.number(n)
		} else {
			p.word(token)
		}
	}
	if p.failed || p.year == unset || p.month == unset || p.day == unset {
		return time.Time{}, false
	}
	return p.instant()
}

// loosePiece cuts the first piece off: up to blanks, slashes and commas, or to a hyphen
// after something.
func loosePiece(text string) (token, rest string) {
	blank := func(r rune) bool { return r == ' ' || r >= '\t' && r <= '\r' || r == '/' || r == ',' }
	for i, r := range text {
		if blank(r) {
			end := strings.IndexFunc(text[i:], func(r rune) bool { return !blank(r) })
			if end < 0 {
				return text[:i], ""
			}
			return text[:i], text[i+end:]
		}
		if n := i + utf8.RuneLen(r); strings.HasPrefix(text[n:], "-") {
			return text[:n], text[n+1:]
		}
	}
	return text, ""
}

// parseInt32 is Integer.parseInt.
func parseInt32(t string) (int, bool) {
	n, ok := parseLong(t)
	return int(n), ok && n == int64(int32(n))
}

func (p *looseDate) fail() { p.failed = true }

func (p *looseDate) setYear(n int) {
	if n < 0 {
		p.fail()
		return
	}
	p.year = n
}

func (p *looseDate) setMonth(n int) {
	if n < 1 || n > 12 {
		p.fail()
		return
	}
	p.month = n
}

func (p *looseDate) setDay(n int) {
	if n < 1 || n > 31 {
		p.fail()
		return
	}
	p.day = n
}

func (p *looseDate) setHour(n int) {
	if p.afternoon {
		n += 12
		p.afternoon = false
	}
	if n < 0 || n > 23 {
		p.fail()
		return
	}
	p.hour = n
}

// number places one number.
func (p *looseDate) number(n int) {
	switch {
	case p.year != unset && p.month != unset && p.day != unset, n < 0:
		p.fail()
	case n > 9999:
		p.blob(n)
	case n > 31:
		p.yearNumber(n)
	case n > 12:
		p.dayNumber(n)
	default:
		p.anyNumber(n)
	}
}

// blob takes day, month and year in one number apart: 20110902 has the year last, too.
func (p *looseDate) blob(n int) {
	if p.year != unset || p.month != unset || p.day != unset {
		p.fail()
		return
	}
	p.setYear(n % 10000)
	middle, first := n/10000%100, n/1000000
	if p.monthFirst {
		p.setDay(middle)
		p.setMonth(first)
	} else {
		p.setDay(first)
		p.setMonth(middle)
	}
}

// yearNumber places a number above 31. If there is a year, that was something else.
func (p *looseDate) yearNumber(n int) {
	old := p.year
	switch {
	case old == unset:
	case old > 31:
		p.fail()
	case old > 12 && p.day == unset:
		p.setDay(old)
	case old > 12 && p.day <= 12:
		p.setMonth(p.day)
		p.setDay(old)
	case old > 12:
		p.fail()
	case p.day == unset && p.month == unset && p.monthFirst:
		p.setMonth(old)
	case p.day == unset:
		p.setDay(old)
	default:
		p.setMonth(old)
	}
	if !p.failed {
		p.setYear(n)
	}
}

// dayNumber places a number from 13 to 31.
func (p *looseDate) dayNumber(n int) {
	switch {
	case p.day == unset:
		p.setDay(n)
	case p.year == unset:
		p.setYear(n)
	default:
		p.fail()
	}
}

// anyNumber places a number up to 12.
func (p *looseDate) anyNumber(n int) {
	switch {
	case p.year != unset && (p.month != unset || p.day == unset && !p.monthFirst):
		p.setDay(n)
	case p.year != unset:
		p.setMonth(n)
	case p.month != unset && p.day != unset:
		p.setYear(n)
	case p.month != unset:
		p.setDay(n)
	case p.day != unset || p.monthFirst:
		p.setMonth(n)
	default:
		p.setDay(n)
	}
}

var weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

var months = []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}

// named finds a name that the token is the start of, or that the token starts with, as
// far as the prefix goes; -1 if there is none.
func named(token string, names []string, prefix int) int {
	if units(token) < 3 {
		return -1
	}
	for i, name := range names {
		if strings.HasPrefix(token, name[:min(prefix, len(name))]) || strings.HasPrefix(name, token) {
			return i
		}
	}
	return -1
}

// word places what is no number.
func (p *looseDate) word(token string) {
	lower := strings.ToLower(token)
	if named(lower, weekdays, 99) >= 0 {
		return
	}
	if strings.Index(token, ":") > 0 {
		switch first, _ := utf8.DecodeRuneInString(token); {
		case javaDigit(first):
			p.time(token)
		case first == '+' || first == '-':
			p.offset(token)
		default:
			p.fail()
		}
		return
	}
	if i := named(lower, months, 3); i >= 0 {
		p.monthName(i + 1)
		return
	}
	if n, ok := ordinal(lower); ok {
		p.ordinalDay(n)
		return
	}
	switch {
	case lower == "am":
	case lower == "pm" && p.hour == unset:
		p.afternoon = true
	case lower == "pm":
		p.setHour(p.hour + 12)
	case lower == "gmt":
		p.zone = time.UTC
	default:
		if p.zone = namedZone(token); p.zone == nil {
			p.fail()
		}
	}
}

// monthName sets the month; a number that was taken for it becomes the year or the day.
func (p *looseDate) monthName(n int) {
	switch {
	case p.month == unset:
	case p.year == unset && p.day != unset:
		p.setYear(p.month)
	case p.day == unset:
		p.setDay(p.month)
	default:
		p.fail()
	}
	if !p.failed {
		p.setMonth(n)
	}
}

// ordinal reads 1st, 22nd and their like.
func ordinal(lower string) (int, bool) {
	if units(lower) < 3 {
		return 0, false
	}
	for _, suffix := range []string{"st", "nd", "rd", "th"} {
		if digits, ok := strings.CutSuffix(lower, suffix); ok {
			return parseInt32(digits)
		}
	}
	return 0, false
}

// ordinalDay sets the day; a number that was taken for it becomes the year or the month.
func (p *looseDate) ordinalDay(n int) {
	switch {
	case p.day == unset:
	case p.year != unset && p.month != unset:
		p.fail()
	case p.day > 12 && p.year == unset:
		p.setYear(p.day)
	case p.day > 12 && p.year <= 12:
		p.setMonth(p.year)
		p.setYear(p.day)
	case p.day > 12:
		p.fail()
	case p.year == unset && p.month != unset:
		p.setYear(p.day)
	default:
		p.setMonth(p.day)
	}
	if !p.failed {
		p.setDay(n)
	}
}

// time reads hours, minutes, seconds and milliseconds, with colons or dots between them.
func (p *looseDate) time(token string) {
	if last := token[len(token)-1]; last == 'm' || last == 'M' {
		switch token[len(token)-2] {
		case 'a', 'A':
			p.afternoon = false
		case 'p', 'P':
			p.afternoon = true
		default:
			p.fail()
			return
		}
		token = token[:len(token)-2]
	}
	for i, part := range strings.FieldsFunc(strings.TrimRight(token, ":."), func(r rune) bool { return r == ':' || r == '.' }) {
		n, ok := parseInt32(part)
		switch {
		case !ok || n < 0 || i > 3:
			p.fail()
		case i == 0:
			p.setHour(n)
		case i == 1 && n < 60:
			p.minute = n
		case i == 2 && n < 60:
			p.second = n
		case i == 3 && n < 1000:
			p.milli = n
		default:
			p.fail()
		}
	}
	if strings.Contains(strings.NewReplacer(".", ":").Replace(strings.TrimRight(token, ":.")), "::") {
		p.fail()
	}
}

// offset reads +02:00; one that does not exist is none.
func (p *looseDate) offset(token string) {
	parts := strings.Split(strings.TrimRight(token[1:], ":"), ":")
	hour, minute := unset, unset
	for i, part := range parts {
		n, ok := parseInt32(part)
		switch {
		case !ok || i > 1:
			p.fail()
		case i == 0:
			hour = n
		default:
			minute = n
		}
	}
	p.zone = time.UTC
	if hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 {
		seconds := hour*3600 + minute*60
		if token[0] == '-' {
			seconds = -seconds
		}
		p.zone = time.FixedZone("", seconds)
	}
}

// instant is the date in UTC.
func (p *looseDate) instant() (time.Time, bool) {
	switch {
	case p.year < 50:
		p.year += 2000
	case p.year < 100:
		p.year += 1900
	}
	var c javaCalendar
	c.set(calYear, int64(p.year))
	c.set(calMonth, int64(p.month-1))
	c.set(calDay, int64(p.day))
	timed := p.hour != unset && p.minute != unset
	if timed {
		c.set(calHour, int64(p.hour))
		c.set(calMinute, int64(p.minute))
		if p.second != unset {
			c.set(calSecond, int64(p.second))
			c.set(calMilli, int64(p.milli))
		}
	}
	ms, _ := c.millis()
	if timed && p.zone != nil {
		ms -= 1000 * int64(wallOffset(ms, p.zone))
	}
	return fromMillis(ms)
}
