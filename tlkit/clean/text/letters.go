package text

// Phonetic keys look at A to Z and a few letters more. For them a string becomes one byte
// for each UTF-16 unit: its letter, or other where it is none that counts. Positions and
// lengths are then those of the programs that are matched, and patterns are plain strings.

// other stands for a unit that no phonetic rule names.
const other = '\x01'

// phonetic is upper-case s with a byte for each UTF-16 unit: ASCII as it is, what extra
// knows as extra has it, and the rest as other.
func phonetic(s string, extra func(r rune) byte) string {
	if isASCII(s) {
		return s
	}
	out := make([]byte, 0, len(s))
	for _, r := range s {
		switch {
		case r < 128:
			out = append(out, byte(r))
		case r > 0xFFFF:
			out = append(out, other, other)
		default:
			out = append(out, extra(r))
		}
	}
	return string(out)
}
