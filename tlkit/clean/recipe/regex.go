package recipe

import (
	"strings"

	"transferlab/tlkit/clean/grel"
)

// Regular expressions are Java's, as package grel has them: the steps that come from
// OpenRefine find what OpenRefine finds, and what RE2 cannot do is refused by name. They
// are reached by expressions of GREL, in which a regular expression stands between slashes.

// regex is a regular expression that is ready.
type regex struct {
	find  *grel.Expr // all matches
	split *grel.Expr // what stands between them, empty texts at the end left out
	first *grel.Expr // the match at the start, if there is one
}

// compile reads a regular expression. unicode makes \d, \s and \w those of Unicode, as
// java.util.regex.Pattern.UNICODE_CHARACTER_CLASS does.
func compile(source string, fold, unicode bool) (*regex, error) {
	if unicode {
		var err error
		if source, err = unicodeClasses(source); err != nil {
			return nil, err
		}
	}
	flag := other(fold, "i")
	r := &regex{}
	for _, e := range []struct {
		to         **grel.Expr
		expression string
	}{
		{&r.find, "value.find(/" + slashes(source) + "/" + flag + ")"},
		{&r.split, "value.split(/" + slashes(source) + "/" + flag + ", true)"},
		{&r.first, "value.find(/\\A(?:" + slashes(source) + ")/" + flag + ")"},
	} {
		var err error
		if *e.to, err = grel.Parse(e.expression); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// slashes writes a regular expression so that it can stand between slashes.
func slashes(source string) string {
	var b strings.Builder
	quoted := false // between \Q and \E
	for i := 0; i < len(source); i++ {
		switch c := source[i]; {
		case c == '\\' && i+1 < len(source):
			i++
			quoted = source[i] == 'Q' || quoted && source[i] != 'E'
			b.WriteString(source[i-1 : i+1])
		case c == '/' && quoted:
			b.WriteString(`\E\/\Q`)
		case c == '/':
			b.WriteString(`\/`)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// Sets of characters, as Java's regular expressions write them.
const (
	unicodeDigit = `[\p{Nd}]`
	unicodeSpace = `[\t\n\x0B\f\r \x85\xA0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]`
	unicodeWord  = `[\p{IsAlphabetic}\p{Mn}\p{Me}\p{Mc}\p{Nd}\p{Pc}\u200C\u200D]`
)

// unicodeClasses writes out what UNICODE_CHARACTER_CLASS makes of \d, \s and \w.
func unicodeClasses(source string) (string, error) {
	var b strings.Builder
	quoted := false
	for i := 0; i < len(source); i++ {
		if source[i] != '\\' || i+1 == len(source) {
			b.WriteByte(source[i])
			continue
		}
		i++
		c := source[i]
		if quoted {
			quoted = c != 'E'
			b.WriteString(source[i-1 : i+1])
			continue
		}
		set := map[byte]string{'d': unicodeDigit, 's': unicodeSpace, 'w': unicodeWord}[c|0x20]
		switch {
		case set != "" && c&0x20 != 0:
			b.WriteString(set)
		case set != "":
			b.WriteString("[^" + set[1:])
		case (c == 'p' || c == 'P') && posix(source[i+1:]):
			return "", &grel.UnsupportedError{Name: source[i-1:], Offset: -1, Why: "the class has the letters of all scripts here; name a category of Unicode, such as \\p{L}"}
		default:
			quoted = c == 'Q'
			b.WriteString(source[i-1 : i+1])
		}
	}
	return b.String(), nil
}

// posix reports whether a class in braces is one that is ASCII otherwise.
func posix(s string) bool {
	name, _, ok := strings.Cut(strings.TrimPrefix(s, "{"), "}")
	if !ok {
		return false
	}
	switch name {
	case "Lower", "Upper", "Alpha", "Digit", "Alnum", "Punct", "Graph", "Print", "Blank", "Cntrl", "XDigit", "Space":
		return true
	}
	return false
}

// all gives what an expression of the regex finds in a text.
func (r *regex) all(e *grel.Expr, text string) ([]string, error) {
	v, err := e.Eval(grel.Bindings{Current: grel.StringValue(text)})
	if err != nil {
		return nil, err
	}
	out := make([]string, len(v.Items()))
	for i, item := range v.Items() {
		out[i] = item.Text()
	}
	return out, nil
}

// matches reports whether the regular expression is found in a text.
func (r *regex) matches(text string) (bool, error) {
	found, err := r.all(r.find, text)
	return len(found) > 0, err
}

// upTo splits a text as Pattern.split does with a limit: into most pieces at most, or any
// number, where 0 leaves empty pieces at the end out.
func (r *regex) upTo(text string, most int) ([]string, error) {
	pieces, err := r.all(r.split, text)
	if most == 0 || err != nil {
		return pieces, err
	}
	// What was found goes between the pieces, and with them makes up the text; so it is
	// known where each piece stands.
	found, err := r.all(r.find, text)
	if err != nil || len(found) == 0 {
		return []string{text}, err
	}
	if found[0] == "" {
		first, err := r.all(r.first, text)
		if err != nil {
			return nil, err
		}
		if len(first) > 0 {
			found = found[1:] // nothing at the start leaves nothing before it
		}
	}
	var out []string
	at := 0
	for i, f := range found {
		if len(out) == most-1 {
			break
		}
		piece := ""
		if i < len(pieces) {
			piece = pieces[i]
		}
		out = append(out, piece)
		at += len(piece) + len(f)
	}
	return append(out, text[at:]), nil
}
