package plots

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// widths are those of the printable ASCII characters of DejaVu Sans 2.37, from the space on,
// in hundredths of the font's size. It is the widest of the usual fonts for screens: where
// the reader's is narrower, labels have a little more room, and none is clipped.
const widths = "\x20\x28\x2e\x54\x40\x5f\x4e\x1b\x27\x27\x32\x54\x20\x24\x20\x22\x40\x40\x40\x40\x40\x40\x40\x40\x40\x40\x22\x22\x54\x54\x54\x35" +
	"\x64\x44\x45\x46\x4d\x3f\x3a\x4d\x4b\x1d\x1d\x42\x38\x56\x4b\x4f\x3c\x4f\x45\x3f\x3d\x49\x44\x63\x45\x3d\x45\x27\x22\x27\x54\x32" +
	"\x32\x3d\x3f\x37\x3f\x3e\x23\x3f\x3f\x1c\x1c\x3a\x1c\x61\x3f\x3d\x3f\x3f\x29\x34\x27\x3f\x3b\x52\x3b\x3b\x34\x40\x22\x40\x54"

var fontSize = regexp.MustCompile(`([0-9.]+)px`)

// textWidth says how wide a text is, in pixels, in a CSS font such as "600 15px Arial":
// ECharts asks, and in Go there is no browser to measure.
func textWidth(text, font string) float64 {
	size := 12.0
	if m := fontSize.FindStringSubmatch(font); m != nil {
		if v, err := strconv.ParseFloat(m[1], 64); err == nil {
			size = v
		}
	}
	if strings.Contains(font, "bold") || strings.HasPrefix(font, "600") || strings.Contains(font, " 600 ") {
		size *= 1.1
	}
	sum := 0.0
	for _, r := range text {
		sum += runeWidth(r)
	}
	return sum * size
}

func runeWidth(r rune) float64 {
	switch {
	case r >= ' ' && int(r-' ') < len(widths):
		return float64(widths[r-' ']) / 100
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case r >= 0x1f000: // emoji
		return 1.3
	case r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana), r >= 0xff00 && r < 0xff61:
		return 1
	case unicode.IsUpper(r):
		return 0.75
	}
	return 0.65
}
