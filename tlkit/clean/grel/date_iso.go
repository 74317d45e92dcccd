package grel

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// This file reads dates in the forms of ISO 8601, as java.time and XML Schema have them.

var isoDate = regexp.MustCompile(`^([+-]?)(\d{4,10})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{0,9}))?)?([Zz]|[+-]\d\d(?::\d\d(?::\d\d)?)?)?$`)

// isoParse is OffsetDateTime.parse, or LocalDateTime.parse in UTC.
func isoParse(text string) (time.Time, bool) {
	m := isoDate.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, false
	}
	n := func(i int) int {
		v, _ := strconv.Atoi(m[i])
		return v
	}
	year := n(2)
	switch {
	case m[1] == "+" && len(m[2]) == 4, m[1] == "" && len(m[2]) > 4, m[1] == "-" && year == 0, year > maxYear:
		return time.Time{}, false
	case m[1] == "-":
		year = -year
	}
	month, day := n(3), n(4)
	if month < 1 || month > 12 || day < 1 || int64(day) > monthDays(int64(month), gregorianLeap(int64(year))) || n(5) > 23 || n(6) > 59 || n(7) > 59 {
		return time.Time{}, false
	}
	zone, ok := isoOffset(m[9])
	if !ok {
		return time.Time{}, false
	}
	nano, _ := strconv.Atoi((m[8] + "000000000")[:9])
	return time.Date(year, time.Month(month), day, n(5), n(6), n(7), nano, zone), true
}

// isoOffset is at most eighteen hours.
func isoOffset(text string) (*time.Location, bool) {
	if text == "" || text == "Z" || text == "z" {
		return time.UTC, true
	}
	seconds := 0
	for i, part := range strings.Split(text[1:], ":") {
		n, _ := strconv.Atoi(part)
		if i > 0 && n > 59 {
			return nil, false
		}
		seconds += n * [...]int{3600, 60, 1}[i]
	}
	if seconds > 18*3600 {
		return nil, false
	}
	if text[0] == '-' {
		seconds = -seconds
	}
	if seconds == 0 {
		return time.UTC, true
	}
	return time.FixedZone("", seconds), true
}

const (
	xmlTime = `(\d\d):(\d\d):(\d\d)(\.\d*)?`
	xmlZone = `(Z|[+-]\d\d:\d\d)?`
)

var (
	xmlDateTime = regexp.MustCompile(`^(-?\d{4,})-(\d\d)-(\d\d)T` + xmlTime + xmlZone + `$`)
	xmlTimeOnly = regexp.MustCompile(`^()()()` + xmlTime + xmlZone + `$`)
	xmlDate     = regexp.MustCompile(`^(-?\d{4,})(?:-(\d\d)(?:-(\d\d))?)?()()()()` + xmlZone + `$`)
	xmlMonthDay = regexp.MustCompile(`^()--(\d\d)-(\d\d)()()()()` + xmlZone + `$`)
	xmlMonth    = regexp.MustCompile(`^()--(\d\d)(?:--)?()()()()()` + xmlZone + `$`)
	xmlDay      = regexp.MustCompile(`^()()---(\d\d)()()()()` + xmlZone + `$`)
)

// firstGregorian is the first year that Java's calendar can take for Gregorian at all.
const firstGregorian = -292269054

// xmlParse is DatatypeConverter.parseDateTime, and then the local time taken for UTC: a
// date, a time, a year, or parts of them, by XML Schema.
func xmlParse(text string) (time.Time, bool) {
	text = strings.Trim(text, " \t\r\n")
	var m []string
	for _, form := range []*regexp.Regexp{xmlDateTime, xmlTimeOnly, xmlDate, xmlMonthDay, xmlMonth, xmlDay} {
		if m = form.FindStringSubmatch(text); m != nil {
			break
		}
	}
	if m == nil {
		return time.Time{}, false
	}
	n := func(i, missing int) int {
		if m[i] == "" {
			return missing
		}
		v, _ := strconv.Atoi(m[i])
		return v
	}
	year, leap, ok := xmlYear(m[1])
	month, day, hour, minute, second := n(2, 1), n(3, 1), n(4, 0), n(5, 0), n(6, 0)
	if !ok || month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60 {
		return time.Time{}, false
	}
	if m[2] != "" && m[3] != "" && int64(day) > monthDays(int64(month), leap) {
		return time.Time{}, false
	}
	ms, zeroFraction, ok := xmlFraction(m[7])
	if !ok || hour == 24 && (minute != 0 || second != 0 || !zeroFraction) {
		return time.Time{}, false
	}
	if m[8] != "" && m[8] != "Z" {
		h, _ := strconv.Atoi(m[8][1:3])
		min, _ := strconv.Atoi(m[8][4:6])
		if h*60+min > 14*60 {
			return time.Time{}, false
		}
	}
	dayOf := gregorianDay
	if year < firstGregorian {
		dayOf = julianDay
	}
	days := dayOf(int64(year), int64(month), int64(day)) - dayOf1970
	return fromMillis(days*msPerDay + int64((hour*60+minute)*60+second)*1000 + ms)
}

// xmlYear reads a year; 0 is none, and -1 the one before 1, which is 0 to count with. Java
// keeps the lowest 32 bits of it.
func xmlYear(text string) (year int, leap, ok bool) {
	if text == "" {
		return 1970, true, true // a day without a year may be 29 February
	}
	n, _ := new(big.Int).SetString(text, 10)
	if n == nil || n.Sign() == 0 {
		return 0, false, false
	}
	cycle := new(big.Int).Mod(n, big.NewInt(400))
	year = int(int32(new(big.Int).Abs(n).Uint64()))
	if n.Sign() < 0 {
		year = 1 - year
	}
	return year, gregorianLeap(cycle.Int64()), true
}

// xmlFraction gives milliseconds of a fraction of a second, cut off.
func xmlFraction(text string) (ms int64, zero, ok bool) {
	if text == "" {
		return 0, true, true
	}
	digits := text[1:]
	ms, _ = strconv.ParseInt((digits + "000")[:3], 10, 64)
	return ms, strings.Trim(digits, "0") == "", digits != ""
}
