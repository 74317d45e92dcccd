package text

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Mojibake finds text that was UTF-8 and was read as Windows-1252 or Latin-1, and mends
// it: MÃ¼ller is Müller. Found is false, and mended is s, unless all characters of s
// beyond ASCII are the bytes of UTF-8 for letters of European scripts, Hebrew, Arabic or
// East Asian ones, punctuation or emoji; chance seldom does that.
func Mojibake(s string) (mended string, found bool) {
	if isASCII(s) {
		return s, false
	}
	raw := make([]byte, 0, len(s))
	for _, r := range s {
		b, ok := charmap.Windows1252.EncodeRune(r)
		if !ok && r >= 0x80 && r <= 0xFF { // Latin-1 has what Windows-1252 leaves out
			b, ok = byte(r), true
		}
		if !ok {
			return s, false
		}
		raw = append(raw, b)
	}
	if !utf8.Valid(raw) {
		return s, false
	}
	for _, r := range string(raw) {
		if r >= utf8.RuneSelf && !plausible(r) {
			return s, false
		}
	}
	return strings.TrimPrefix(string(raw), "\uFEFF"), true
}

// plausible is what text is likely to have of what UTF-8 writes in more than one byte.
func plausible(r rune) bool {
	switch {
	case r >= 0xA0 && r < 0x180, // Latin
		r >= 0x370 && r < 0x460,   // Greek, Cyrillic
		r >= 0x5D0 && r < 0x660,   // Hebrew, Arabic
		r >= 0x2000 && r < 0x2E80, // punctuation, symbols
		r >= 0x3000 && r < 0xD800, // East Asian
		r == 0xFEFF,
		r >= 0x1F000 && r < 0x20000: // emoji
		return true
	}
	return false
}
