package grel

import (
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// This file reads dates by a format, as Java 17's SimpleDateFormat does: leniently, from
// the start of the text, whatever follows.

// centuryStart is the first year that two digits of a year can mean; 99 years follow.
// OpenRefine counts 80 years back from the day on which it runs, so that the same step
// gives other dates in other years; here it is always those of 2026.
const centuryStart = 1946

// formatPart is a run of one letter, or a text that must stand there.
type formatPart struct {
	letter byte // 0: text
	count  int
	text   []rune
}

// dateFormat is a format that was read.
type dateFormat struct {
	parts  []formatPart
	locale *locale
}

const formatLetters = "GyMdkHmsSEDFwWahKzZYuXL"

// parseDateFormat reads a format; not ok for one that Java refuses.
func parseDateFormat(format string, l *locale) (*dateFormat, bool) {
	f := &dateFormat{locale: l}
	quoted := false
	runes := []rune(format)
	text := func(r rune) {
		if n := len(f.parts); n > 0 && f.parts[n-1].letter == 0 {
			f.parts[n-1].text = append(f.parts[n-1].text, r)
		} else {
			f.parts = append(f.parts, formatPart{text: []rune{r}})
		}
	}
	broken := false // a quote ended the run of letters
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case r == '\'' && i+1 < len(runes) && runes[i+1] == '\'':
			text(r)
			i++
		case r == '\'':
			quoted = !quoted
			broken = true
			continue
		case quoted || !isLetter(r):
			text(r)
		case !strings.ContainsRune(formatLetters, r):
			return nil, false
		default:
			if n := len(f.parts); n > 0 && !broken && f.parts[n-1].letter == byte(r) {
				f.parts[n-1].count++
			} else {
				f.parts = append(f.parts, formatPart{letter: byte(r), count: 1})
			}
		}
		broken = false
	}
	if quoted {
		return nil, false
	}
	for _, part := range f.parts {
		if part.letter == 'X' && part.count > 3 {
			return nil, false
		}
	}
	return f, true
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// parse reads the start of a text; ok is false if it is no such date. The error names what
// only OpenRefine can read.
func (f *dateFormat) parse(text string) (t time.Time, ok bool, err error) {
	p := &dateReader{text: []rune(text), locale: f.locale, alone: len(f.parts) == 1}
	for i, part := range f.parts {
		if part.letter == 0 {
			if !p.skip(part.text) {
				return t, false, nil
			}
			continue
		}
		adjacent := i+1 < len(f.parts) && f.parts[i+1].numeric()
		if !p.field(part, adjacent) || p.err != nil {
			return t, false, p.err
		}
	}
	ms, ok := p.cal.millis()
	if p.place != nil {
		ms -= 1000*int64(standardOffset(ms, p.place)) + p.named.summer
	}
	if ok && p.ambiguous && ms < time.Date(centuryStart, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli() {
		p.cal.value[calYear] += 100
		p.cal.value[calWeekYear] += 100
		ms, ok = p.cal.millis()
	}
	if !ok {
		return t, false, nil
	}
	t, ok = fromMillis(ms)
	return t, ok && p.pos > 0, nil
}

// numeric reports whether the field is of digits, so that the one before it ends after as
// many digits as it has letters.
func (part formatPart) numeric() bool {
	if part.letter == 'M' || part.letter == 'L' {
		return part.count <= 2
	}
	return part.letter != 0 && strings.IndexByte("ydkHmsSDFwWhKYu", part.letter) >= 0
}

type dateReader struct {
	text      []rune
	pos       int
	cal       javaCalendar
	locale    *locale
	alone     bool           // the format is one field
	ambiguous bool           // the two digits of the year are those of the first year of the century
	place     *time.Location // where the zone is that was named last, if no offset follows
	named     formatZone
	err       error
}

func (p *dateReader) skip(text []rune) bool {
	for _, r := range text {
		if p.pos >= len(p.text) || p.text[p.pos] != r {
			return false
		}
		p.pos++
	}
	return true
}

// dateFields are the calendar's fields of letters that are numbers.
var dateFields = map[byte]calField{
	'y': calYear, 'Y': calWeekYear, 'M': calMonth, 'L': calMonth, 'd': calDay, 'D': calDayOfYear, 'H': calHourOfDay, 'k': calHourOfDay,
	'K': calHour, 'h': calHour, 'm': calMinute, 's': calSecond, 'S': calMilli, 'F': calWeekdayInMonth, 'w': calWeekOfYear, 'W': calWeekOfMonth, 'u': calWeekday,
}

func (p *dateReader) field(part formatPart, adjacent bool) bool {
	start := p.pos
	at := start
	for ; ; at++ {
		if at >= len(p.text) {
			return false
		}
		if p.text[at] != ' ' && p.text[at] != '\t' {
			break
		}
	}
	switch part.letter {
	case 'G':
		return p.name(calEra, p.locale.eras[:])
	case 'a':
		return p.name(calAmPm, p.locale.halves[:])
	case 'E':
		return p.name(calWeekday, p.locale.weekdays[:])
	case 'z', 'Z':
		return p.zone(at)
	case 'X':
		return p.isoZone(at, part.count)
	case 'M', 'L':
		if part.count > 2 {
			names := p.locale.months[:]
			if part.letter == 'L' || p.alone {
				names = p.locale.standalone[:]
			}
			return p.name(calMonth, names)
		}
	}
	n, end, ok := p.number(at, start, part.count, adjacent)
	if !ok {
		return false
	}
	p.pos = end
	p.set(part, n, at)
	return true
}

// set puts a number into its field.
func (p *dateReader) set(part formatPart, n int64, at int) {
	field := dateFields[part.letter]
	switch part.letter {
	case 'M', 'L':
		n--
	case 'k':
		if n == 24 {
			n = 0
		}
	case 'h':
		if n == 12 {
			n = 0
		}
	case 'u':
		n = fromMonday(n)
	case 'y', 'Y':
		if part.count <= 2 && p.pos-at == 2 && unicode.IsDigit(p.text[at]) && unicode.IsDigit(p.text[at+1]) {
			p.ambiguous = n == centuryStart%100
			n += centuryStart / 100 * 100
			if n < centuryStart {
				n += 100
			}
		}
	}
	p.cal.set(field, n)
}

// number reads digits of any script, after a minus or not. Where the next field follows
// directly it reads no further than count characters from start.
func (p *dateReader) number(at, start, count int, adjacent bool) (n int64, end int, ok bool) {
	limit := len(p.text)
	if adjacent {
		if start+count > limit {
			return 0, 0, false
		}
		limit = start + count
	}
	negative := at < limit && p.text[at] == p.locale.minus
	if negative {
		at++
	}
	first, most := at, uint64(math.MaxInt64)
	var u uint64
	fits := true
	for ; at < limit; at++ {
		d, isDigit := digitValue(p.text[at])
		if !isDigit {
			break
		}
		fits = fits && u <= (most-uint64(d))/10
		u = u*10 + uint64(d)
	}
	switch {
	case at == first:
		return 0, 0, false
	case !fits && negative:
		return math.MinInt32, at, true // Java reads it as a double, whose int is the least
	case !fits:
		return math.MaxInt32, at, true
	}
	if n = int64(u); negative {
		n = -n
	}
	return int64(int32(n)), at, true
}

// name reads the longest of the names that stands here; its index among names is the
// field's value, from 1 for weekdays.
func (p *dateReader) name(field calField, names [][]string) bool {
	best, value := 0, -1
	for i, forms := range names {
		for _, form := range forms {
			if n := p.startsWith(form); n > best {
				best, value = n, i
			}
		}
	}
	if value < 0 {
		return false
	}
	if field == calWeekday {
		value++
	}
	p.pos += best
	p.cal.set(field, int64(value))
	return true
}

// startsWith gives the length of a name that stands here in any case; 0 if it does not.
func (p *dateReader) startsWith(name string) int {
	n := utf8.RuneCountInString(name)
	if p.pos+n > len(p.text) || !strings.EqualFold(string(p.text[p.pos:p.pos+n]), name) {
		return 0
	}
	return n
}
