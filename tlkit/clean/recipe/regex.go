package recipe

import (
	"regexp"
)

// maxPattern bounds a regular expression; RE2 bounds what it can become.
const maxPattern = 10_000 // bytes

// compile reads a regular expression.
func compile(source string, fold bool) (*regexp.Regexp, error) {
	if len(source) > maxPattern {
		return nil, option("a regular expression of %d bytes; at most %d are allowed", len(source), maxPattern)
	}
	if fold {
		source = "(?i)" + source
	}
	re, err := regexp.Compile(source)
	if err != nil {
		return nil, option("%v", err)
	}
	return re, nil
}

// splitRegexp splits as java.util.regex.Pattern does.
func splitRegexp(source string, most int) (func(string) []string, error) {
	re, err := compile(source, false)
	if err != nil {
		return nil, err
	}
	return func(s string) []string {
		var out []string
		at := 0
		for _, m := range re.FindAllStringIndex(s, -1) {
			if most > 0 && len(out) == most-1 {
				break
			}
			if m[1] == 0 {
				continue // nothing at the start gives no empty piece
			}
			out = append(out, s[at:m[0]])
			at = m[1]
		}
		if at == 0 {
			return []string{s}
		}
		out = append(out, s[at:])
		if most == 0 {
			for len(out) > 0 && out[len(out)-1] == "" {
				out = out[:len(out)-1]
			}
		}
		return out
	}, nil
}
