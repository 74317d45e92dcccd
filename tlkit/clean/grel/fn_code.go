package grel

import (
	"strings"
	"unicode/utf8"

	"transferlab/tlkit/clean/text"
)

// Functions that write texts in another form.
var codeFunctions = map[string]func(*state, []Value) Value{
	"escape":           escape,
	"unescape":         unescape,
	"fingerprint":      fingerprint,
	"ngramFingerprint": ngramFingerprint,
}

// escape writes a text for the inside of HTML, XML, CSV, JavaScript or an address.
func escape(s *state, args []Value) Value {
	if len(args) != 2 || args[1].kind != KindString {
		return null
	}
	t, ok := s.shown(args[0])
	if !ok {
		return s.stop()
	}
	write, mode := escapers[text.Lower(args[1].text)], text.Lower(args[1].text)
	if write == nil {
		return ErrorValue(s.name + " does not recognize mode " + mode + ".")
	}
	if len(t) > maxText/12 {
		return s.tooLong() // no mode makes a byte more than twelve
	}
	return s.string(write(t))
}

var escapers = map[string]func(string) string{
	"html":        htmlEscape,
	"xml":         xmlEscape,
	"csv":         csvEscape,
	"javascript":  scriptEscape,
	"url":         percent("-_.*", true),
	"urlform":     percent("-_.*", true),
	"urlpath":     percent("-._~!$'()*,;&=@:+/", false),
	"urlfragment": percent("-._~!$'()*,;&=@:+/?", false),
}

// unescape takes such a form back.
func unescape(s *state, args []Value) Value {
	t, mode, ok := texts(args)
	if !ok {
		return null
	}
	switch mode = text.Lower(mode); mode {
	case "html":
		return entities(t, htmlNames)
	case "xml":
		return entities(t, xmlNames)
	case "csv":
		return csvUnescape(t)
	case "javascript":
		return scriptUnescape(t)
	case "url":
		return percentDecode(t)
	}
	return ErrorValue(s.name + " does not recognize mode " + mode + ".")
}

func csvEscape(t string) string {
	if !strings.ContainsAny(t, ",\"\r\n") {
		return t
	}
	return `"` + strings.ReplaceAll(t, `"`, `""`) + `"`
}

func csvUnescape(t string) Value {
	if t == "" || t[0] != '"' || t[len(t)-1] != '"' {
		return StringValue(t)
	}
	if len(t) == 1 {
		return beyond(1, 0, 1)
	}
	return StringValue(strings.ReplaceAll(t[1:len(t)-1], `""`, `"`))
}

// fingerprint is the key by which OpenRefine clusters: see [text.Fingerprint].
func fingerprint(s *state, args []Value) Value {
	if len(args) != 1 || args[0].IsNull() {
		return null
	}
	t, ok := s.text(args[0])
	if !ok {
		return s.stop()
	}
	if !s.spend(8 * len(t)) {
		return s.stop()
	}
	return s.string(text.Fingerprint(t))
}

// ngramFingerprint is [text.NGramFingerprint], with pieces of one character if nothing is
// said.
func ngramFingerprint(s *state, args []Value) Value {
	if len(args) < 1 || len(args) > 2 {
		return s.expects("at least a string")
	}
	if args[0].IsNull() {
		return null
	}
	n := 1
	if len(args) == 2 && !args[1].IsNull() {
		if n = args[1].int32(); !args[1].number() {
			digits, ok := s.text(args[1])
			if !ok {
				return s.stop()
			}
			long, ok := parseLong(digits)
			if !ok || long != int64(int32(long)) {
				return javaError("NumberFormatException", `For input string: "`+digits+`"`)
			}
			n = int(long)
		}
	}
	t, ok := s.text(args[0])
	if !ok {
		return s.stop()
	}
	if n < 0 {
		return javaError("StringIndexOutOfBoundsException", "begin 0, end "+text10(n))
	}
	if made := len(t) * max(1, min(n, len(t))); made > 4*maxText {
		return s.tooLong()
	} else if !s.spend(8 * made) {
		return s.stop()
	}
	return s.string(wholeText(text.NGramFingerprint(t, n)))
}

// wholeText puts U+FFFD for each half of a character in WTF-8.
func wholeText(t string) string {
	if utf8.ValidString(t) {
		return t
	}
	var b strings.Builder
	for i := 0; i < len(t); {
		r, n := utf8.DecodeRuneInString(t[i:])
		if r == utf8.RuneError && n == 1 && t[i] == 0xed {
			n = min(3, len(t)-i)
		}
		b.WriteRune(r)
		i += n
	}
	return b.String()
}
