package grel

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// This file writes dates by a format, as Java 17's DateTimeFormatter does in English.

// printPart is a run of one letter, a text, or the start or end of an optional part.
type printPart struct {
	letter byte // 0: text
	count  int
	text   string
	open   bool
	close  bool
}

type printFormat []printPart

// formatError is the message of Java's IllegalArgumentException for a format.
type formatError string

func (e formatError) Error() string { return string(e) }

// parsePrintFormat reads a format; the error is one of Java's, as a [formatError].
func parsePrintFormat(format string) (printFormat, error) {
	var f printFormat
	text := func(t string) { f = append(f, printPart{text: t}) }
	optional := 0
	for i := 0; i < len(format); {
		c := format[i]
		switch {
		case isLetter(rune(c)):
			n := i
			for n < len(format) && format[n] == c {
				n++
			}
			if err := checkPrintLetter(c, n-i); err != nil {
				return nil, err
			}
			f = append(f, printPart{letter: c, count: n - i})
			i = n
		case c == '\'':
			t, n, ok := quotedText(format[i+1:])
			if !ok {
				return nil, formatError("Pattern ends with an incomplete string literal: " + format)
			}
			text(t)
			i += 1 + n
		case c == '[':
			optional++
			f = append(f, printPart{open: true})
			i++
		case c == ']':
			if optional--; optional < 0 {
				return nil, formatError("Pattern invalid as it contains ] without previous [")
			}
			f = append(f, printPart{close: true})
			i++
		case c == '{' || c == '}' || c == '#':
			return nil, formatError("Pattern includes reserved character: '" + string(c) + "'")
		default:
			text(format[i : i+1])
			i++
		}
	}
	for ; optional > 0; optional-- {
		f = append(f, printPart{close: true})
	}
	return f, nil
}

// quotedText reads up to the closing quote; two quotes are one, and nothing between them
// is one, too.
func quotedText(t string) (text string, n int, ok bool) {
	for n < len(t) {
		if t[n] != '\'' {
			n++
			continue
		}
		if n+1 < len(t) && t[n+1] == '\'' {
			n += 2
			continue
		}
		text = strings.ReplaceAll(t[:n], "''", "'")
		if text == "" {
			text = "'"
		}
		return text, n + 1, true
	}
	return "", 0, false
}

// printCounts are how often a letter may stand; 0 is any number of times.
var printCounts = map[byte]int{
	'G': 5, 'u': 0, 'y': 0, 'D': 3, 'M': 5, 'L': 5, 'd': 2, 'Q': 5, 'q': 5, 'Y': 0, 'w': 2, 'W': 1, 'E': 5, 'e': 5, 'c': 5, 'F': 1, 'a': 1,
	'h': 2, 'K': 2, 'k': 2, 'H': 2, 'm': 2, 's': 2, 'S': 9, 'A': 0, 'n': 0, 'N': 0, 'V': 2, 'v': 4, 'z': 4, 'O': 4, 'X': 5, 'x': 5, 'Z': 5,
	'g': 0, 'B': 5, 'p': 0,
}

func checkPrintLetter(c byte, count int) error {
	most, ok := printCounts[c]
	switch {
	case !ok:
		return formatError("Unknown pattern letter: " + string(c))
	case c == 'V' && count != 2:
		return formatError("Pattern letter count must be 2: V")
	case c == 'S' && count > 9:
		return formatError(fmt.Sprintf("Minimum width must be from 0 to 9 inclusive but was %d", count))
	case c == 'c' && count == 2:
		return formatError(`Invalid pattern "cc"`)
	case c == 'v' && count != 1 && count != 4:
		return formatError("Wrong number of pattern letters: v")
	case c == 'O' && count != 1 && count != 4:
		return formatError("Pattern letter count must be 1 or 4: O")
	case most > 0 && count > most:
		return formatError("Too many pattern letters: " + string(c))
	case most == 0 && count > 19:
		return formatError(fmt.Sprintf("The minimum width must be from 1 to 19 inclusive but was %d", count))
	}
	return nil
}

// unsupported names a letter that is right for Java and not known here.
func (f printFormat) unsupported() *UnsupportedError {
	for _, part := range f {
		if part.letter == 'p' || part.letter == 'B' {
			return &UnsupportedError{"date format " + strings.Repeat(string(part.letter), part.count), -1, "padding and parts of the day are not written"}
		}
	}
	return nil
}

// formatDate is OffsetDateTime.format.
func formatDate(s *state, t time.Time, format string) Value {
	f, err := parsePrintFormat(format)
	if err != nil {
		return javaError("IllegalArgumentException", err.Error())
	}
	if no := f.unsupported(); no != nil {
		return s.unsupported(no.Name, no.Why)
	}
	var b strings.Builder
	depth, skipping := 0, 0 // optional parts; the one that is left out, if any
	var starts []int
	for _, part := range f {
		switch {
		case part.open:
			depth++
			starts = append(starts, b.Len())
		case part.close:
			if skipping == depth {
				skipping = 0
			}
			depth--
			starts = starts[:depth]
		case skipping > 0:
		case part.letter == 0:
			b.WriteString(part.text)
		case part.letter == 'z' || part.letter == 'V' || part.letter == 'v': // an offset is no zone
			if depth == 0 {
				return ErrorValue("java.time.DateTimeException: Unable to extract ZoneId from temporal " + dateText(t))
			}
			kept := b.String()[:starts[depth-1]]
			b.Reset()
			b.WriteString(kept)
			skipping = depth
		default:
			b.WriteString(part.print(t))
		}
	}
	return s.string(b.String())
}

// print writes one field.
func (part printPart) print(t time.Time) string {
	n := part.count
	switch part.letter {
	case 'G':
		return eraName(t, n)
	case 'y', 'u':
		return yearText(part.letter, n, t)
	case 'Y':
		return plainYear(weekYear(t), n)
	case 'M', 'L':
		return numberOrName(int(t.Month()), n, t.Month().String())
	case 'Q', 'q':
		return quarterText((int(t.Month())-1)/3+1, n)
	case 'E':
		return nameOf3(t.Weekday().String(), max(n, 3))
	case 'e', 'c':
		return numberOrName(int(t.Weekday())+1, n, t.Weekday().String())
	case 'a':
		return [...]string{"AM", "PM"}[t.Hour()/12]
	case 'S':
		return strconv.Itoa(1e9 + t.Nanosecond())[1 : 1+n]
	case 'Z':
		switch n {
		case 4:
			return localizedOffset(t, true)
		case 5:
			return offsetPattern(t, ":", true, 1, "Z")
		}
		return offsetPattern(t, "", true, 0, "+0000")
	case 'O':
		return localizedOffset(t, n == 4)
	case 'X':
		return isoOffsetText(t, n, "Z")
	case 'x':
		zero := "+00:00"
		if n == 1 {
			zero = "+00"
		} else if n%2 == 0 {
			zero = "+0000"
		}
		return isoOffsetText(t, n, zero)
	}
	return pad64(part.value(t), n)
}

// value is the number of a field that is always one.
func (part printPart) value(t time.Time) int64 {
	local := localDayTime(t)
	switch part.letter {
	case 'D':
		return int64(t.YearDay())
	case 'd':
		return int64(t.Day())
	case 'F':
		return int64(t.Day()-1)%7 + 1
	case 'w':
		return int64(weekOfYear(t))
	case 'W':
		first := t.AddDate(0, 0, 1-t.Day())
		return int64((t.Day()-1+int(first.Weekday()))/7 + 1)
	case 'H':
		return int64(t.Hour())
	case 'k':
		return int64((t.Hour()+23)%24 + 1)
	case 'K':
		return int64(t.Hour() % 12)
	case 'h':
		return int64((t.Hour()+11)%12 + 1)
	case 'm':
		return int64(t.Minute())
	case 's':
		return int64(t.Second())
	case 'n':
		return int64(t.Nanosecond())
	case 'N':
		return local.nano
	case 'A':
		return local.nano / 1e6
	}
	return local.day + 40587 // g: the modified Julian day
}

func pad64(n int64, digits int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	s := strconv.FormatInt(n, 10)
	if len(s) < digits {
		s = strings.Repeat("0", digits-len(s)) + s
	}
	return sign + s
}

func eraName(t time.Time, n int) string {
	names := [...]string{"BC", "Before Christ", "B"}
	if t.Year() > 0 {
		names = [...]string{"AD", "Anno Domini", "A"}
	}
	return names[max(n-3, 0)]
}

// yearText is a year, of its era for y.
func yearText(letter byte, n int, t time.Time) string {
	y := int64(t.Year())
	if letter == 'y' && y <= 0 {
		y = 1 - y
	}
	return plainYear(y, n)
}

// plainYear has two digits for two letters, and a plus before more digits than letters
// where there are four letters or more.
func plainYear(y int64, n int) string {
	if n == 2 {
		return pad64(max(y, -y)%100, 2)
	}
	text := pad64(y, n)
	if n >= 4 && y > 0 && len(text) > n {
		text = "+" + text
	}
	return text
}

// numberOrName is a number for one or two letters, and a name for more.
func numberOrName(v, n int, name string) string {
	if n <= 2 {
		return pad64(int64(v), n)
	}
	return nameOf3(name, n)
}

// nameOf3 is a name of three letters, a whole one, or one of one letter.
func nameOf3(name string, n int) string {
	switch n {
	case 3:
		return name[:3]
	case 5:
		return name[:1]
	}
	return name
}

func quarterText(q, n int) string {
	switch n {
	case 3:
		return "Q" + strconv.Itoa(q)
	case 4:
		return [...]string{"1st", "2nd", "3rd", "4th"}[q-1] + " quarter"
	case 5:
		return strconv.Itoa(q)
	}
	return pad64(int64(q), n)
}

// weekOfYear counts weeks from Sunday; the first one has 1 January in it.
func weekOfYear(t time.Time) int {
	if nextYear(t) {
		return 1
	}
	first := int(t.AddDate(0, 0, 1-t.YearDay()).Weekday())
	return (t.YearDay()-1+first)/7 + 1
}

// weekYear is the year to which the week belongs.
func weekYear(t time.Time) int64 {
	if nextYear(t) {
		return int64(t.Year()) + 1
	}
	return int64(t.Year())
}

// nextYear reports whether 1 January of the next year is in the week of the date.
func nextYear(t time.Time) bool {
	saturday := t.AddDate(0, 0, 6-int(t.Weekday()))
	return saturday.Year() > t.Year()
}

// splitOffset gives the parts of an offset from UTC.
func splitOffset(t time.Time) (sign string, hours, minutes, seconds int) {
	_, off := t.Zone()
	sign = "+"
	if off < 0 {
		sign, off = "-", -off
	}
	return sign, off / 3600, off / 60 % 60, off % 60
}

// offsetPattern writes hours, minutes and, if they are not 0 and seconds is 1, seconds.
func offsetPattern(t time.Time, colon string, minutesAlways bool, seconds int, zero string) string {
	sign, h, m, s := splitOffset(t)
	if h == 0 && m == 0 && (s == 0 || seconds == 0) {
		return zero
	}
	text := sign + pad(h, 2)
	if minutesAlways || m != 0 {
		text += colon + pad(m, 2)
		if seconds == 1 && s != 0 {
			text += colon + pad(s, 2)
		}
	}
	return text
}

// isoOffsetText is what X and x write.
func isoOffsetText(t time.Time, n int, zero string) string {
	switch n {
	case 1:
		return offsetPattern(t, "", false, 0, zero)
	case 2:
		return offsetPattern(t, "", true, 0, zero)
	case 3:
		return offsetPattern(t, ":", true, 0, zero)
	case 4:
		return offsetPattern(t, "", true, 1, zero)
	}
	return offsetPattern(t, ":", true, 1, zero)
}

// localizedOffset is GMT+2, or GMT+02:00 in full.
func localizedOffset(t time.Time, full bool) string {
	sign, h, m, s := splitOffset(t)
	switch {
	case h == 0 && m == 0 && s == 0:
		return "GMT"
	case full && s != 0:
		return "GMT" + sign + pad(h, 2) + ":" + pad(m, 2) + ":" + pad(s, 2)
	case full:
		return "GMT" + sign + pad(h, 2) + ":" + pad(m, 2)
	}
	text := "GMT" + sign + strconv.Itoa(h)
	if m != 0 || s != 0 {
		text += ":" + pad(m, 2)
	}
	if s != 0 {
		text += ":" + pad(s, 2)
	}
	return text
}
