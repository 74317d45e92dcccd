package grel

import (
	"math"
	"time"
)

// Days are counted from 1 January of year 1, which is day 1, in the Gregorian calendar
// carried back; years before it are 0, -1, …

const (
	dayOf1970    = 719163
	dayOfSwitch  = 577736 // 15 October 1582, the first day of the Gregorian calendar
	yearOfSwitch = 1582
	msPerDay     = 86_400_000
)

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func floorMod(a, b int64) int64 { return a - b*floorDiv(a, b) }

// gregorianDay is the day of a date; months beyond 12 or below 1 belong to other years.
func gregorianDay(year, month, day int64) int64 {
	return firstOfMonth(year, month, gregorianLeap, func(y int64) int64 {
		return floorDiv(y, 4) - floorDiv(y, 100) + floorDiv(y, 400)
	}) + day - 1
}

// julianDay is the day of a date of the Julian calendar.
func julianDay(year, month, day int64) int64 {
	return firstOfMonth(year, month, julianLeap, func(y int64) int64 { return floorDiv(y, 4) }) - 2 + day - 1
}

func gregorianLeap(y int64) bool {
	return floorMod(y, 4) == 0 && (floorMod(y, 100) != 0 || floorMod(y, 400) == 0)
}

func julianLeap(y int64) bool { return floorMod(y, 4) == 0 }

func firstOfMonth(year, month int64, leap func(int64) bool, leapDays func(int64) int64) int64 {
	year += floorDiv(month-1, 12)
	month = floorMod(month-1, 12) + 1
	return 365*(year-1) + leapDays(year-1) + daysBefore(month, leap(year)) + 1
}

// daysBefore is how many days of the year come before a month.
func daysBefore(month int64, leap bool) int64 {
	days := (367*month - 362) / 12
	if month > 2 {
		days -= 2
		if leap {
			days++
		}
	}
	return days
}

func monthDays(month int64, leap bool) int64 {
	if month == 12 {
		return 31
	}
	return daysBefore(month+1, leap) - daysBefore(month, leap)
}

// weekdayOnOrBefore is the last day with that weekday, Sunday being 1, that is not after day.
func weekdayOnOrBefore(day, weekday int64) int64 { return day - floorMod(day-(weekday-1), 7) }

// The fields of a javaCalendar.
type calField uint8

const (
	calEra calField = iota // 0 before Christ, 1 after
	calYear
	calMonth // from 0
	calDay
	calHour // of half a day
	calHourOfDay
	calMinute
	calSecond
	calMilli
	calWeekday // Sunday is 1
	calDayOfYear
	calWeekdayInMonth
	calWeekOfYear
	calWeekOfMonth
	calAmPm
	calZone // milliseconds east of UTC
	calWeekYear
	calFields
)

// javaCalendar is Java's GregorianCalendar, lenient, in UTC, with weeks that start on
// Sunday and a first week of one day at least: fields that are set one after another, of
// which the latest that fit together make the date, and values beyond their range run over
// into the next larger unit. Dates before 15 October 1582 are Julian.
type javaCalendar struct {
	value [calFields]int64
	stamp [calFields]int // when it was set; 0: not at all
	next  int
}

func (c *javaCalendar) set(f calField, v int64) {
	c.next++
	c.value[f], c.stamp[f] = v, c.next
}

func (c *javaCalendar) isSet(f calField) bool { return c.stamp[f] > 0 }

// together is when the later one of two fields was set; 0 unless both were.
func (c *javaCalendar) together(a, b calField) int {
	if c.stamp[a] == 0 || c.stamp[b] == 0 {
		return 0
	}
	return max(c.stamp[a], c.stamp[b])
}

// dateForm is which fields tell the day of a year.
type dateForm uint8

const (
	byMonthDay dateForm = iota
	byWeekOfMonth
	byWeekdayInMonth
	byDayOfYear
	byWeekOfYear
)

// form picks the fields that were set last.
func (c *javaCalendar) form() dateForm {
	day := c.stamp[calDay]
	weekOfMonth := c.together(calWeekOfMonth, calWeekday)
	inMonth := c.together(calWeekdayInMonth, calWeekday)
	dayOfYear := c.stamp[calDayOfYear]
	weekOfYear := c.together(calWeekOfYear, calWeekday)
	best := max(day, weekOfMonth, inMonth, dayOfYear, weekOfYear)
	if best == 0 {
		weekOfMonth = c.stamp[calWeekOfMonth]
		inMonth = max(c.stamp[calWeekdayInMonth], c.stamp[calWeekday])
		weekOfYear = c.stamp[calWeekOfYear]
		if best = max(weekOfMonth, inMonth, weekOfYear); best == 0 {
			return byMonthDay
		}
	}
	switch {
	case best == day:
		return byMonthDay
	case best == weekOfMonth && c.stamp[calWeekOfMonth] >= c.stamp[calWeekOfYear],
		best == inMonth && c.stamp[calWeekdayInMonth] >= c.stamp[calWeekOfYear]:
		if weekOfMonth == inMonth && c.stamp[calWeekOfMonth] >= c.stamp[calWeekdayInMonth] || weekOfMonth != inMonth && best == weekOfMonth {
			return byWeekOfMonth
		}
		return byWeekdayInMonth
	case best == dayOfYear:
		return byDayOfYear
	}
	return byWeekOfYear
}

// millis is the instant, in milliseconds from 1970; not ok for an era that does not exist.
func (c *javaCalendar) millis() (ms int64, ok bool) {
	year := int64(1970)
	if c.isSet(calYear) {
		year = c.value[calYear]
	}
	if c.isSet(calEra) {
		switch c.value[calEra] {
		case 0:
			year = 1 - year
		case 1:
		default:
			return 0, false
		}
	}
	time := c.timeOfDay()
	extra := floorDiv(time, msPerDay)
	time = floorMod(time, msPerDay)
	day := c.day(year, extra)
	if c.isSet(calWeekYear) && c.stamp[calWeekYear] > c.stamp[calYear] {
		era := int64(1)
		if day < julianDay(1, 1, 1) {
			era = 0
		}
		return c.weekDate(era)
	}
	return (day-dayOf1970)*msPerDay + time - c.value[calZone], true
}

// timeOfDay is in milliseconds, and may be more than a day or negative.
func (c *javaCalendar) timeOfDay() int64 {
	hours := c.value[calHour] + 12*c.value[calAmPm]
	half := c.together(calHour, calAmPm)
	whole := c.stamp[calHourOfDay]
	if half == 0 && whole == 0 {
		half = max(c.stamp[calHour], c.stamp[calAmPm])
	}
	if whole > 0 && whole >= half {
		hours = c.value[calHourOfDay]
	}
	return ((hours*60+c.value[calMinute])*60+c.value[calSecond])*1000 + c.value[calMilli]
}

// day decides between the two calendars; extra days come from the time of day.
func (c *javaCalendar) day(year, extra int64) int64 {
	form := c.form()
	gregorian := func() int64 { return extra + c.dayIn(year, form, gregorianDay) }
	julian := func() int64 { return extra + c.dayIn(year, form, julianDay) }
	if year > yearOfSwitch {
		if d := gregorian(); d >= dayOfSwitch {
			return d
		}
	}
	if year < yearOfSwitch || form == byDayOfYear || form == byWeekOfYear {
		return julian()
	}
	if d := gregorian(); d >= dayOfSwitch {
		return d
	}
	return julian()
}

func (c *javaCalendar) dayIn(year int64, form dateForm, dayOf func(y, m, d int64) int64) int64 {
	if form == byDayOfYear || form == byWeekOfYear {
		first := dayOf(year, 1, 1)
		if form == byDayOfYear {
			return first + c.value[calDayOfYear] - 1
		}
		week := firstWeek(first)
		if c.isSet(calWeekday) && c.value[calWeekday] != 1 {
			week = weekdayOnOrBefore(week+6, c.value[calWeekday])
		}
		return week + 7*(c.value[calWeekOfYear]-1)
	}
	month := c.value[calMonth] + 1
	first := dayOf(year, month, 1)
	weekday := int64(1)
	if c.isSet(calWeekday) {
		weekday = c.value[calWeekday]
	}
	switch form {
	case byMonthDay:
		if c.isSet(calDay) {
			return first + c.value[calDay] - 1
		}
		return first
	case byWeekOfMonth:
		week := firstWeek(first)
		if c.isSet(calWeekday) {
			week = weekdayOnOrBefore(week+6, weekday)
		}
		return week + 7*(c.value[calWeekOfMonth]-1)
	}
	n := int64(1)
	if c.isSet(calWeekdayInMonth) {
		n = c.value[calWeekdayInMonth]
	}
	if n >= 0 {
		return weekdayOnOrBefore(first+7*n-1, weekday)
	}
	year += floorDiv(month-1, 12)
	leap := gregorianLeap(year)
	if year < yearOfSwitch {
		leap = julianLeap(year)
	}
	last := monthDays(floorMod(month-1, 12)+1, leap) + 7*(n+1)
	return weekdayOnOrBefore(first+last-1, weekday)
}

// firstWeek is the day on which the first week starts, which has one day at least.
func firstWeek(first int64) int64 {
	week := weekdayOnOrBefore(first+6, 1)
	if week-first >= 1 {
		week -= 7
	}
	return week
}

// weekDate is the instant by year of weeks, week and weekday: the date is worked out and
// set, so that it meets the time of day like any other.
func (c *javaCalendar) weekDate(era int64) (ms int64, ok bool) {
	week, weekday := int64(1), int64(1)
	if c.isSet(calWeekOfYear) {
		week = c.value[calWeekOfYear]
	}
	if c.isSet(calWeekday) {
		weekday = c.value[calWeekday]
	}
	if weekday < 1 || weekday > 7 { // a pseudo field counted from Monday
		if weekday >= 8 {
			weekday--
			week += weekday / 7
			weekday = weekday%7 + 1
		} else {
			for weekday <= 0 {
				weekday += 7
				week--
			}
		}
		weekday = fromMonday(weekday)
	}
	var start javaCalendar
	start.set(calEra, era)
	start.set(calYear, c.value[calWeekYear])
	start.set(calWeekOfYear, 1)
	start.set(calWeekday, 1)
	ms, _ = start.millis()
	year, month, day := dateOf(floorDiv(ms, msPerDay) + dayOf1970 + weekday - 1 + 7*(week-1))
	date := *c
	date.stamp[calWeekYear] = 0
	date.set(calEra, 1)
	date.set(calYear, year)
	date.set(calMonth, month-1)
	date.set(calDay, day)
	return date.millis()
}

// dateOf gives a day's date, Julian before the switch.
func dateOf(day int64) (year, month, dayOfMonth int64) {
	dayOf, leap := gregorianDay, gregorianLeap
	if day < dayOfSwitch {
		dayOf, leap = julianDay, julianLeap
	}
	year = floorDiv(day*400, 146097) + 1
	for dayOf(year, 1, 1) > day {
		year--
	}
	for dayOf(year+1, 1, 1) <= day {
		year++
	}
	rest := day - dayOf(year, 1, 1)
	for month = 12; daysBefore(month, leap(year)) > rest; month-- {
	}
	return year, month, rest - daysBefore(month, leap(year)) + 1
}

// fromMonday turns a weekday counted from Monday into one counted from Sunday.
func fromMonday(weekday int64) int64 {
	switch {
	case weekday < 1 || weekday > 7:
		return weekday
	case weekday == 7:
		return 1
	}
	return weekday + 1
}

// Java's dates have years of nine digits.
const maxYear = 999_999_999

// fromMillis is the instant, in UTC; not ok beyond Java's dates.
func fromMillis(ms int64) (time.Time, bool) {
	t := time.UnixMilli(ms).UTC()
	return t, inJavaRange(t)
}

func inJavaRange(t time.Time) bool {
	y := t.Year()
	return y >= -maxYear && y <= maxYear
}

// localSeconds counts the seconds of the local time from 1970, as if it were UTC.
func localSeconds(t time.Time) int64 {
	_, off := t.Zone()
	return t.Unix() + int64(off)
}

// addSeconds adds to a date; not ok where the result would leave Java's range.
func addSeconds(t time.Time, seconds, nanos int64) (time.Time, bool) {
	const far = 1 << 55 // beyond a billion years
	if seconds > far || seconds < -far || math.Abs(float64(t.Unix())) > far {
		return t, false
	}
	sum := time.Unix(t.Unix()+seconds, int64(t.Nanosecond())+nanos).In(t.Location())
	return sum, inJavaRange(sum)
}
