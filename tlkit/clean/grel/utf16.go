package grel

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Java counts and cuts texts in units of UTF-16, where a character beyond U+FFFF counts
// twice. The functions here do so on Go's strings. Where a cut leaves half of such a
// character, the half becomes U+FFFD: no text of Go's can hold it.

// plain reports whether the text is ASCII, so that a byte is a unit.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// units is String.length.
func units(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// slice is String.substring; from and to lie within the text, in units.
func slice(s string, from, to int) string {
	if plain(s) {
		return s[from:to]
	}
	before, after := false, false // a cut within a character
	start, stop, n := len(s), len(s), 0
	for i, r := range s {
		if n == from && start == len(s) {
			start = i
		}
		if n == to {
			stop = i
			break
		}
		n++
		if r > 0xffff {
			if n == from {
				before, start = true, i+utf8.RuneLen(r)
			}
			if n == to {
				after, stop = true, i
				break
			}
			n++
		}
	}
	if from == to {
		return ""
	}
	t := ""
	if start < stop {
		t = s[start:stop]
	}
	if before {
		t = "\uFFFD" + t
	}
	if after {
		t += "\uFFFD"
	}
	return t
}

// toUnits turns an offset in bytes, at a character's start, into one in units.
func toUnits(s string, offset int) int { return units(s[:offset]) }

// indexUnits is String.indexOf.
func indexUnits(s, sub string) int {
	i := strings.Index(s, sub)
	if i < 0 {
		return -1
	}
	return toUnits(s, i)
}

// lastIndexUnits is String.lastIndexOf.
func lastIndexUnits(s, sub string) int {
	i := strings.LastIndex(s, sub)
	if i < 0 {
		return -1
	}
	return toUnits(s, i)
}

// encode gives the units of a text.
func encode(s string) []uint16 { return utf16.Encode([]rune(s)) }

// decode makes a text of units.
func decode(u []uint16) string { return string(utf16.Decode(u)) }
