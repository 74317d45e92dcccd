package recipe

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// Splitter says how a text is split: at a separator, or into pieces of given lengths.
type Splitter struct {
	Separator string `json:"separator,omitempty"` // empty, without Lengths: at each white space
	Regexp    bool   `json:"regexp,omitempty"`    // Separator is a regular expression, in Java's syntax
	Lengths   []int  `json:"lengths,omitzero"`    // in UTF-16 units, as OpenRefine counts; what is left over is dropped
}

// String says how values are split, as part of a sentence: "at white space".
func (p Splitter) String() string {
	switch {
	case p.Lengths != nil:
		return fmt.Sprintf("into pieces of the lengths %v", p.Lengths)
	case p.Separator == "":
		return "at white space"
	case p.Regexp:
		return "at what matches " + quoted(p.Separator)
	}
	return "at " + quoted(p.Separator)
}

const maxPieces = 10_000

func (p Splitter) check() error {
	if len(p.Lengths) > maxPieces {
		return option("%d lengths; at most %d are allowed", len(p.Lengths), maxPieces)
	}
	for _, n := range p.Lengths {
		if n < 0 {
			return option("a piece of length %d", n)
		}
	}
	_, err := p.splitter(0, false)
	return err
}

// splitter splits texts into most pieces at most, the last one with all that is left; 0 and
// less mean as many as there are. At a regular expression, empty pieces at the end are
// left out where most is 0, as Java does. unicode is as for compile.
func (p Splitter) splitter(most int, unicode bool) (func(string) ([]string, error), error) {
	if p.Regexp && p.Lengths == nil {
		re, err := compile(p.Separator, false, unicode)
		if err != nil {
			return nil, err
		}
		return func(s string) ([]string, error) { return re.upTo(s, most) }, nil
	}
	if most <= 0 {
		most = -1
	}
	split := func(s string) []string { return strings.SplitN(s, p.Separator, most) }
	switch {
	case p.Lengths != nil:
		split = p.pieces
	case p.Separator == "":
		split = func(s string) []string { return splitSpace(s, most) }
	}
	return func(s string) ([]string, error) { return split(s), nil }, nil
}

// pieces cuts a text into pieces of the lengths.
func (p Splitter) pieces(s string) []string {
	units := utf16.Encode([]rune(s))
	out := make([]string, len(p.Lengths))
	for i, n := range p.Lengths {
		n = min(n, len(units))
		out[i] = string(utf16.Decode(units[:n]))
		units = units[n:]
	}
	return out
}

// splitSpace splits at each single character that java.lang.Character.isWhitespace names.
func splitSpace(s string, most int) []string {
	var out []string
	start := 0
	for i, r := range s {
		if len(out) == most-1 {
			break
		}
		if javaSpace(r) {
			out = append(out, s[start:i])
			start = i + len(string(r))
		}
	}
	return append(out, s[start:])
}

// javaSpace is java.lang.Character.isWhitespace: Unicode's separators but the three that do
// not break lines, and the control characters that separate.
func javaSpace(r rune) bool {
	switch {
	case r >= 0x09 && r <= 0x0D, r >= 0x1C && r <= 0x20, r == 0x1680,
		r >= 0x2000 && r <= 0x200A && r != 0x2007, r == 0x2028, r == 0x2029, r == 0x205F, r == 0x3000:
		return true
	}
	return false
}
