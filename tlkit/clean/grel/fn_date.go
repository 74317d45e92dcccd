package grel

import (
	"math/big"
	"strings"
	"time"

	"transferlab/tlkit/clean/text"
)

// Functions on dates.
var dateFunctions = map[string]func(*state, []Value) Value{
	"toDate":   toDate,
	"inc":      inc,
	"datePart": datePart,
}

// toDate reads a date, or takes a whole number for a year. The arguments that follow are a
// boolean that says whether months stand before days, or formats, of which the first may
// be a language.
func toDate(s *state, args []Value) Value {
	if len(args) == 0 {
		return s.expects("at least one argument")
	}
	var t string
	switch v := args[0]; {
	case v.kind == KindDate:
		return v
	case v.kind == KindInt && !v.small:
		t, _ = s.text(v)
	case v.kind == KindString && text.Trim(v.text) != "":
		t = v.text
	default:
		return ErrorValue("Unable to parse as date")
	}
	loose, monthFirst := len(args) == 1, true
	var formats []string
	for i, a := range args[1:] {
		switch {
		case a.kind == KindString:
			formats = append(formats, strings.TrimFunc(a.text, func(r rune) bool { return r <= ' ' }))
		case i == 0 && a.kind == KindBool:
			loose, monthFirst = true, a.Bool()
		case i == 0:
			return ErrorValue("Invalid argument")
		case a.IsNull():
			return javaError("NullPointerException", `Cannot invoke "Object.toString()" because "args[i]" is null`)
		default:
			shown, ok := s.text(a)
			if !ok {
				return s.stop()
			}
			return ErrorValue("Invalid non-string format argument " + shown)
		}
	}
	if loose {
		if d, ok := looseParse(t, monthFirst); ok {
			return DateValue(d)
		}
	}
	return s.formatted(t, formats)
}

// formatted reads a date by the first format that fits, or by ISO 8601.
func (s *state) formatted(t string, formats []string) Value {
	l := english
	if len(formats) > 0 {
		named, isLocale, err := localeOf(formats[0])
		switch {
		case err != nil || formats[0] == "" && len(formats) > 1:
			return s.unsupported("language "+quote(formats[0]), "dates are read in a dozen languages only")
		case isLocale:
			l, formats = named, formats[1:]
		}
	}
	for _, format := range formats {
		f, err := s.dateFormat(format, l)
		if err != nil {
			return s.unsupported(err.Name, err.Why)
		}
		if f == nil {
			return ErrorValue("Unable to parse date format " + format)
		}
		if !s.spend(8 * len(t)) {
			return s.stop()
		}
		d, ok, bad := f.parse(t)
		if bad != nil {
			if s.err == nil {
				s.err = bad
			}
			return s.stop()
		}
		if ok {
			return DateValue(d)
		}
	}
	if d, ok := isoParse(t); ok {
		return DateValue(d)
	}
	if d, ok := xmlParse(t); ok {
		return DateValue(d)
	}
	return ErrorValue("Unable to convert to date")
}

// formatKey is what a format is remembered by.
type formatKey struct {
	format string
	locale *locale
}

// dateFormat reads a format, or remembers it; nil for one that Java refuses.
func (s *state) dateFormat(format string, l *locale) (*dateFormat, *UnsupportedError) {
	key := formatKey{format, l}
	if f, ok := s.formats[key]; ok {
		return f, nil
	}
	f, ok := parseDateFormat(format, l)
	if ok && l != english {
		for _, part := range f.parts {
			if part.letter != 0 && strings.IndexByte("wWYFu", part.letter) >= 0 {
				return nil, &UnsupportedError{"weeks in dates of another language", -1, "they are counted as in the United States only"}
			}
		}
	}
	const most = 16
	if len(s.formats) >= most || s.formats == nil {
		s.formats = map[formatKey]*dateFormat{}
	}
	if !ok {
		f = nil
	}
	s.formats[key] = f
	return f, nil
}

// checkToDate refuses languages that are not known, where they are written out.
func checkToDate(args []tree) error {
	if len(args) < 2 {
		return nil
	}
	first := 1
	if v, ok := args[1].(variable); ok && (v.name == "true" || v.name == "false") && len(args) > 2 {
		first = 2
	}
	if l, ok := args[first].(literal); ok && l.value.kind == KindString {
		_, _, err := localeOf(strings.TrimSpace(l.value.text))
		return err
	}
	return nil
}

// checkToString refuses what formats of dates and numbers have that is not known.
func checkToString(args []tree) error {
	if len(args) != 2 {
		return nil
	}
	l, ok := args[1].(literal)
	if !ok || l.value.kind != KindString || strings.Contains(l.value.text, "%") {
		return nil
	}
	f, err := parsePrintFormat(l.value.text)
	if err != nil {
		return nil // an error value, at the first date
	}
	if no := f.unsupported(); no != nil {
		return no
	}
	return nil
}

// timeUnit is a unit of time by any of its names.
type timeUnit uint8

const (
	unitNone timeUnit = iota
	unitNano
	unitMilli
	unitSecond
	unitMinute
	unitHour
	unitDay
	unitWeek
	unitMonth
	unitYear
)

var incUnits = map[string]timeUnit{
	"hours": unitHour, "hour": unitHour, "h": unitHour, "days": unitDay, "day": unitDay, "d": unitDay, "years": unitYear, "year": unitYear,
	"months": unitMonth, "month": unitMonth, "minutes": unitMinute, "minute": unitMinute, "min": unitMinute, "weeks": unitWeek, "week": unitWeek, "w": unitWeek,
	"seconds": unitSecond, "sec": unitSecond, "s": unitSecond, "milliseconds": unitMilli, "ms": unitMilli, "S": unitMilli, "nanos": unitNano, "nano": unitNano, "n": unitNano,
}

// unitNanos is how long units of fixed length are.
var unitNanos = [...]int64{unitNano: 1, unitMilli: 1e6, unitSecond: 1e9, unitMinute: 60e9, unitHour: 3600e9, unitDay: 86400e9, unitWeek: 604800e9}

// inc adds so many units to a date. Where a month has no such day, it is its last one.
func inc(s *state, args []Value) Value {
	if len(args) != 3 || args[0].kind != KindDate || !args[1].number() || args[2].kind != KindString {
		return s.expects("a date, a number and a string")
	}
	unit, ok := incUnits[args[2].text]
	if !ok {
		return javaError("RuntimeException", "Unit '"+args[2].text+"' not recognized.")
	}
	t, n := args[0].Time(), int64(args[1].int32())
	switch unit {
	case unitYear, unitMonth:
		if unit == unitYear {
			n *= 12
		}
		t, ok = addMonths(t, n)
	default:
		total := new(big.Int).Mul(big.NewInt(n), big.NewInt(unitNanos[unit]))
		seconds, nanos := new(big.Int).QuoRem(total, big.NewInt(1e9), new(big.Int))
		t, ok = addSeconds(t, seconds.Int64(), nanos.Int64())
	}
	if !ok {
		return ErrorValue("java.time.DateTimeException: Invalid value for Year (valid values -999999999 - 999999999)")
	}
	return DateValue(t)
}

func addMonths(t time.Time, n int64) (time.Time, bool) {
	y, m, d := t.Date()
	total := int64(y)*12 + int64(m) - 1 + n
	year, month := floorDiv(total, 12), floorMod(total, 12)+1
	if year > maxYear || year < -maxYear {
		return t, false
	}
	d = min(d, int(monthDays(month, gregorianLeap(year))))
	return time.Date(int(year), time.Month(month), d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location()), true
}

// between is how many whole units lie between two dates.
func between(from, to time.Time, unit string) Value {
	_, off := from.Zone()
	to = to.In(time.FixedZone("", off))
	seconds := big.NewInt(to.Unix() - from.Unix())
	nanos := seconds.Mul(seconds, big.NewInt(1e9))
	nanos.Add(nanos, big.NewInt(int64(to.Nanosecond()-from.Nanosecond())))
	var n *big.Int
	switch unit {
	case "nanos", "milliseconds", "seconds", "minutes", "hours":
		u := incUnits[unit]
		n = nanos.Quo(nanos, big.NewInt(unitNanos[u]))
	case "days", "weeks":
		n = nanos.Quo(nanos, big.NewInt(unitNanos[incUnits[unit]]))
	case "months", "years":
		months := monthsBetween(from, to)
		if unit == "years" {
			months /= 12
		}
		n = big.NewInt(months)
	default:
		return ErrorValue("Unknown time unit " + unit)
	}
	if !n.IsInt64() {
		return ErrorValue("Number of " + unit + " between given dates causes long overflow.")
	}
	return IntValue(n.Int64())
}

// monthsBetween counts whole months between two dates of one offset.
func monthsBetween(from, to time.Time) int64 {
	a, b := localDayTime(from), localDayTime(to)
	switch {
	case b.day > a.day && b.nano < a.nano:
		to = to.AddDate(0, 0, -1)
	case b.day < a.day && b.nano > a.nano:
		to = to.AddDate(0, 0, 1)
	}
	packed := func(t time.Time) int64 {
		y, m, d := t.Date()
		return (int64(y)*12+int64(m)-1)*32 + int64(d)
	}
	return (packed(to) - packed(from)) / 32
}

type dayTime struct{ day, nano int64 }

// localDayTime is the day of the local time, and the time of the day.
func localDayTime(t time.Time) dayTime {
	seconds := localSeconds(t)
	return dayTime{floorDiv(seconds, 86400), floorMod(seconds, 86400)*1e9 + int64(t.Nanosecond())}
}

// datePart gives one part of a date. Of "milliseconds" OpenRefine gives the microseconds.
func datePart(s *state, args []Value) Value {
	if len(args) != 2 || args[0].kind != KindDate || args[1].kind != KindString {
		return s.expects("a date and a string")
	}
	t := args[0].Time()
	switch part := args[1].text; part {
	case "time":
		return IntValue(t.UnixMilli())
	case "weekday":
		return StringValue(strings.ToUpper(t.Weekday().String()))
	default:
		switch incUnits[part] {
		case unitHour:
			return integer(t.Hour())
		case unitMinute:
			return integer(t.Minute())
		case unitSecond:
			return integer(t.Second())
		case unitMilli:
			return integer(t.Nanosecond() / 1000)
		case unitNano:
			return integer(t.Nanosecond())
		case unitYear:
			return integer(t.Year())
		case unitMonth:
			return integer(int(t.Month()))
		case unitWeek:
			first := t.AddDate(0, 0, 1-t.Day())
			return integer((t.Day()-1+int(first.Weekday()))/7 + 1)
		case unitDay:
			return integer(t.Day())
		}
		return ErrorValue("Date unit " + part + " not recognized.")
	}
}

// compareDates is OffsetDateTime.compareTo: by instant, then by local time.
func compareDates(a, b time.Time) int {
	if c := a.Compare(b); c != 0 {
		return c
	}
	return cmpInt(localSeconds(a), localSeconds(b))
}
