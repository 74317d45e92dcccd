package grel

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // so that PST means the same on every machine
	"unicode"
)

// This file reads time zones in dates, by offset and by name.

// zone reads +0200, GMT+2:00, or the name of a zone.
func (p *dateReader) zone(at int) bool {
	switch r := p.text[at]; {
	case r == '+' || r == '-':
		return p.offset(at+1, r, 0, false)
	case p.startsWith("GMT") > 0:
		p.pos += len("GMT")
		if p.pos < len(p.text) && (p.text[p.pos] == '+' || p.text[p.pos] == '-') {
			return p.offset(p.pos+1, p.text[p.pos], 0, true)
		}
		p.setZone(0)
		return true
	}
	p.pos = at
	if n := max(p.startsWith("Coordinated Universal Time"), p.startsWith("UTC")); n > 0 {
		p.pos += n // an offset that was read before stays
		return true
	}
	best := 0
	for name, zone := range formatZones {
		if n := p.startsWith(name); n > best {
			best, p.named = n, zone
		}
	}
	if best > 0 {
		p.pos += best
		p.cal.value[calZone] = 0
		p.place = place(p.named.id)
		return p.place != nil
	}
	if word := p.zoneWord(); word != "" {
		p.err = &UnsupportedError{fmt.Sprintf("time zone %.40q", word), -1, "zones in dates are read as offsets such as +0200, as GMT and UTC, and by the short names of those of Europe and North America"}
	}
	return false
}

// zoneWord is what stands where a name of a zone should and may be one; Java knows some
// hundreds, of three to five letters or with the word Time in them.
func (p *dateReader) zoneWord() string {
	rest := p.text[p.pos:]
	n := slices.IndexFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) })
	if n < 0 {
		n = len(rest)
	}
	if n >= 3 && n <= 5 || n > 0 && strings.Contains(strings.ToLower(string(rest)), "time") {
		return string(rest[:n])
	}
	return ""
}

// formatZone is a zone by a name that says standard or summer time.
type formatZone struct {
	id     string
	summer int64 // milliseconds ahead of standard time
}

// places are the zones of both tables, each read when it is first asked for.
var places = func() map[string]func() *time.Location {
	m := map[string]func() *time.Location{}
	add := func(id string) {
		m[id] = sync.OnceValue(func() *time.Location {
			if hours, err := strconv.Atoi(id); err == nil {
				return time.FixedZone("", hours*3600)
			}
			zone, err := time.LoadLocation(id)
			if err != nil {
				return nil
			}
			return zone
		})
	}
	for _, id := range zoneIDs {
		add(id)
	}
	for _, z := range formatZones {
		add(z.id)
	}
	return m
}()

// place is a zone of the tables; nil if this machine cannot read it.
func place(id string) *time.Location { return places[id]() }

const hour = 3_600_000 // milliseconds

// formatZones are the names in formats that are known here, and where Java has them from.
var formatZones = map[string]formatZone{
	"PST": {id: "America/Los_Angeles"}, "PDT": {id: "America/Los_Angeles", summer: hour}, "MST": {id: "America/Denver"}, "MDT": {id: "America/Denver", summer: hour},
	"CST": {id: "America/Chicago"}, "CDT": {id: "America/Chicago", summer: hour}, "EST": {id: "America/New_York"}, "EDT": {id: "America/New_York", summer: hour},
	"HST": {id: "Pacific/Honolulu"}, "AKST": {id: "America/Anchorage"}, "AKDT": {id: "America/Anchorage", summer: hour}, "AST": {id: "America/Halifax"},
	"ADT": {id: "America/Halifax", summer: hour}, "NST": {id: "America/St_Johns"}, "NDT": {id: "America/St_Johns", summer: hour}, "CET": {id: "Europe/Paris"},
	"CEST": {id: "Europe/Paris", summer: hour}, "EET": {id: "Europe/Bucharest"}, "EEST": {id: "Europe/Bucharest", summer: hour}, "WET": {id: "Europe/Lisbon"},
	"WEST": {id: "Europe/Lisbon", summer: hour}, "BST": {id: "Europe/Jersey", summer: hour}, "JST": {id: "Asia/Tokyo"}, "IST": {id: "Asia/Jerusalem"},
}

// isoZone reads Z, +02, +0200 or +02:00, by the number of letters.
func (p *dateReader) isoZone(at, count int) bool {
	switch r := p.text[at]; r {
	case 'Z':
		p.pos = at + 1
		p.setZone(0)
		return true
	case '+', '-':
		return p.offset(at+1, r, count, count == 3)
	}
	return false
}

// offset reads hours and minutes. With a colon and no count one digit of hours will do.
func (p *dateReader) offset(at int, sign rune, count int, colon bool) bool {
	digit := func() (int64, bool) {
		if at >= len(p.text) || p.text[at] < '0' || p.text[at] > '9' {
			return 0, false
		}
		at++
		return int64(p.text[at-1] - '0'), true
	}
	hours, ok := digit()
	if !ok || at >= len(p.text) {
		return false
	}
	if d, ok := digit(); ok {
		hours = hours*10 + d
	} else if count > 0 || !colon {
		return false
	}
	if hours > 23 {
		return false
	}
	minutes := int64(0)
	if count != 1 {
		if colon {
			if at >= len(p.text) || p.text[at] != ':' {
				return false
			}
			at++
		}
		tens, ok := digit()
		ones, also := digit()
		if minutes = tens*10 + ones; !ok || !also || minutes > 59 {
			return false
		}
	}
	ms := (hours*60 + minutes) * 60_000
	if sign == '-' {
		ms = -ms
	}
	p.pos = at
	p.setZone(ms)
	return true
}

func (p *dateReader) setZone(ms int64) {
	p.cal.set(calZone, ms)
	p.place = nil
}

// zoneIDs are the short names of time zones that Java 17 has with an offset, and the
// places whose time they mean.
var zoneIDs = map[string]string{
	"ACT": "Australia/Darwin", "AET": "Australia/Sydney", "AGT": "America/Argentina/Buenos_Aires", "ART": "Africa/Cairo",
	"AST": "America/Anchorage", "BET": "America/Sao_Paulo", "BST": "Asia/Dhaka", "CAT": "Africa/Harare", "CET": "CET",
	"CNT": "America/St_Johns", "CST": "America/Chicago", "CTT": "Asia/Shanghai", "EAT": "Africa/Addis_Ababa", "ECT": "Europe/Paris",
	"EET": "EET", "IET": "America/Indiana/Indianapolis", "IST": "Asia/Kolkata", "JST": "Asia/Tokyo", "MET": "MET",
	"MIT": "Pacific/Apia", "NET": "Asia/Yerevan", "NST": "Pacific/Auckland", "PLT": "Asia/Karachi", "PNT": "America/Phoenix",
	"PRC": "PRC", "PRT": "America/Puerto_Rico", "PST": "America/Los_Angeles", "ROK": "ROK", "SST": "Pacific/Guadalcanal", "VST": "Asia/Ho_Chi_Minh",
	"EST": "-5", "HST": "-10", "MST": "-7",
}

// namedZone is the zone of a short name; nil if there is none.
func namedZone(name string) *time.Location {
	id, ok := zoneIDs[name]
	if !ok {
		return nil
	}
	return place(id)
}

// wallOffset is the zone's offset in seconds at a local time, given in milliseconds as if
// it were UTC. Where clocks are put forward or back, standard time is meant.
func wallOffset(ms int64, zone *time.Location) int {
	wall := floorDiv(ms, 1000)
	off := standardOffset(ms, zone)
	if standard := time.Unix(wall, 0).In(zone); !standard.IsDST() && standard.Year() < 1900 {
		return off
	}
	t := time.Unix(wall-int64(off), 0).In(zone)
	if _, summer := t.Zone(); t.IsDST() {
		if u := time.Unix(wall-int64(summer), 0).In(zone); u.IsDST() {
			return summer
		}
	}
	return off
}

// standardOffset is the offset of the zone's standard time about then. Before 1900 it is
// that of today: Java's zones begin there.
func standardOffset(ms int64, zone *time.Location) int {
	if year1900 := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli(); ms < year1900 {
		ms = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	}
	t := time.Unix(floorDiv(ms, 1000), 0).In(zone)
	_, off := t.Zone()
	if !t.IsDST() {
		return off
	}
	for back := 1; back <= 60; back++ { // in wars, summer time lasted for years
		if u := t.AddDate(0, -back, 0); !u.IsDST() {
			_, off = u.Zone()
			break
		}
	}
	return off
}
