package grel

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// This file has the forms of Apache Commons Text 1.13's StringEscapeUtils, of Java's
// URLEncoder and of Guava's UrlEscapers.

// latin1Names are HTML's names of the characters from U+00A0 to U+00FF.
const latin1Names = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro " +
	"para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave " +
	"Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc " +
	"Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc " +
	"iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml"

// extendedNames are HTML 4's other names, each followed by its character.
const extendedNames = "OEligŒ oeligœ ScaronŠ scaronš YumlŸ fnofƒ circˆ tilde˜ AlphaΑ BetaΒ GammaΓ DeltaΔ EpsilonΕ ZetaΖ EtaΗ ThetaΘ " +
	"IotaΙ KappaΚ LambdaΛ MuΜ NuΝ XiΞ OmicronΟ PiΠ RhoΡ SigmaΣ TauΤ UpsilonΥ PhiΦ ChiΧ PsiΨ OmegaΩ alphaα betaβ gammaγ deltaδ " +
	"epsilonε zetaζ etaη thetaθ iotaι kappaκ lambdaλ muμ nuν xiξ omicronο piπ rhoρ sigmafς sigmaσ tauτ upsilonυ phiφ chiχ psiψ " +
	"omegaω thetasymϑ upsihϒ pivϖ ensp\u2002 emsp\u2003 thinsp\u2009 zwnj\u200c zwj\u200d lrm\u200e rlm\u200f ndash– mdash— lsquo‘ " +
	"rsquo’ sbquo‚ ldquo“ rdquo” bdquo„ dagger† Dagger‡ bull• hellip… permil‰ prime′ Prime″ lsaquo‹ rsaquo› oline‾ frasl⁄ euro€ " +
	"imageℑ weierp℘ realℜ trade™ alefsymℵ larr← uarr↑ rarr→ darr↓ harr↔ crarr↵ lArr⇐ uArr⇑ rArr⇒ dArr⇓ hArr⇔ forall∀ part∂ exist∃ " +
	"empty∅ nabla∇ isin∈ notin∉ ni∋ prod∏ sum∑ minus− lowast∗ radic√ prop∝ infin∞ ang∠ and∧ or∨ cap∩ cup∪ int∫ there4∴ sim∼ cong≅ " +
	"asymp≈ ne≠ equiv≡ le≤ ge≥ sub⊂ sup⊃ nsub⊄ sube⊆ supe⊇ oplus⊕ otimes⊗ perp⊥ sdot⋅ lceil⌈ rceil⌉ lfloor⌊ rfloor⌋ lang\u2329 " +
	"rang\u232a loz◊ spades♠ clubs♣ hearts♥ diams♦"

// htmlNames and xmlNames give the characters of names; htmlByRune gives the names back.
var (
	htmlNames  = map[string]rune{"quot": '"', "amp": '&', "lt": '<', "gt": '>'}
	xmlNames   = map[string]rune{"quot": '"', "amp": '&', "lt": '<', "gt": '>', "apos": '\''}
	htmlByRune = func() map[rune]string {
		r := rune(0xa0)
		for name := range strings.FieldsSeq(latin1Names) {
			htmlNames[name] = r
			r++
		}
		for pair := range strings.SplitSeq(extendedNames, " ") {
			r, n := utf8.DecodeLastRuneInString(pair)
			htmlNames[pair[:len(pair)-n]] = r
		}
		names := make(map[rune]string, len(htmlNames))
		for name, r := range htmlNames {
			names[r] = "&" + name + ";"
		}
		return names
	}()
)

func htmlEscape(t string) string {
	var b strings.Builder
	for _, r := range t {
		if name, ok := htmlByRune[r]; ok {
			b.WriteString(name)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// xmlEscape is XML 1.1's: what cannot stand in it is left out.
func xmlEscape(t string) string {
	var b strings.Builder
	for _, r := range t {
		switch {
		case r == '"':
			b.WriteString("&quot;")
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '\'':
			b.WriteString("&apos;")
		case r == 0 || r == 0xfffe || r == 0xffff:
		case r < 0x20 && r != '\t' && r != '\n' && r != '\r', r >= 0x7f && r <= 0x84, r >= 0x86 && r <= 0x9f:
			fmt.Fprintf(&b, "&#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// scriptEscape is for the inside of strings of JavaScript.
func scriptEscape(t string) string {
	var b strings.Builder
	for _, r := range t {
		switch {
		case strings.ContainsRune(`'"\/`, r):
			b.WriteString(`\` + string(r))
		case r == '\b' || r == '\n' || r == '\t' || r == '\f' || r == '\r':
			b.WriteString(`\` + string("btn_fr"[r-'\b']))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04X\u%04X`, high, low)
		case r < 0x20 || r > 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// unitWriter collects units of UTF-16, because some forms write half a character at a time.
type unitWriter []uint16

func (w *unitWriter) rune(r rune)     { *w = utf16.AppendRune(*w, r) }
func (w *unitWriter) unit(u int)      { *w = append(*w, uint16(u)) }
func (w unitWriter) String() string   { return decode(w) }
func (w *unitWriter) string(t string) { *w = append(*w, encode(t)...) }

// entities replaces &name; by the names' characters, and &#233; and &#xE9;.
func entities(t string, names map[string]rune) Value {
	if !strings.Contains(t, "&") {
		return StringValue(t)
	}
	var w unitWriter
	for t != "" {
		i := strings.IndexByte(t, '&')
		if i < 0 {
			w.string(t)
			break
		}
		w.string(t[:i])
		t = t[i+1:]
		end := strings.IndexByte(t[:min(len(t), 32)], ';')
		if end < 0 {
			w.rune('&')
			continue
		}
		if r, ok := names[t[:end]]; ok {
			w.rune(r)
		} else if n, ok := numericEntity(t[:end]); ok {
			if n > unicode.MaxRune {
				return javaError("IllegalArgumentException", fmt.Sprintf("Not a valid Unicode code point: 0x%X", n))
			}
			w.number(n)
		} else {
			w.rune('&')
			continue
		}
		t = t[end+1:]
	}
	return StringValue(w.String())
}

// number writes a character by its code, which may be half of one.
func (w *unitWriter) number(n int64) {
	if n > 0xffff {
		w.rune(rune(n))
	} else {
		w.unit(int(n))
	}
}

// numericEntity reads #233 and #xE9.
func numericEntity(t string) (int64, bool) {
	digits, ok := strings.CutPrefix(t, "#")
	if !ok || digits == "" {
		return 0, false
	}
	base := 10
	if digits[0] == 'x' || digits[0] == 'X' {
		digits, base = digits[1:], 16
	}
	if strings.Trim(digits, "0123456789abcdefABCDEF") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, base, 32)
	return n, err == nil
}

// scriptUnescape takes backslashes away: \n and its like, octal and \u codes. Before
// anything else a backslash just goes.
func scriptUnescape(t string) Value {
	if !strings.Contains(t, `\`) {
		return StringValue(t)
	}
	var w unitWriter
	for t != "" {
		i := strings.IndexByte(t, '\\')
		if i < 0 {
			w.string(t)
			break
		}
		w.string(t[:i])
		rest := t[i+1:]
		if n := octalDigits(rest); n > 0 {
			v, _ := strconv.ParseUint(rest[:n], 8, 16)
			w.unit(int(v))
			t = rest[n:]
			continue
		}
		switch c := rest; {
		case c == "":
			t = rest
		case c[0] == 'u':
			n, digits := codeDigits(c)
			if digits == "" {
				return javaError("IllegalArgumentException", "Less than 4 hex digits in unicode value: '"+t[i:]+"' due to end of CharSequence")
			}
			v, err := strconv.ParseInt(digits, 16, 32)
			if err != nil {
				return javaError("IllegalArgumentException", "Unable to parse unicode value: "+digits)
			}
			w.unit(int(v))
			t = rest[n:]
		case strings.IndexByte("bntfr", c[0]) >= 0:
			w.unit(int("\b\n\t\f\r"[strings.IndexByte("bntfr", c[0])]))
			t = rest[1:]
		case c[0] == '\\' || c[0] == '"' || c[0] == '\'':
			w.unit(int(c[0]))
			t = rest[1:]
		default:
			t = rest
		}
	}
	return StringValue(w.String())
}

// octalDigits is how many digits of an octal code stand at the start: up to 377.
func octalDigits(t string) int {
	n, most := 0, 2
	if t != "" && t[0] <= '3' {
		most = 3
	}
	for n < len(t) && n < most && t[n] >= '0' && t[n] <= '7' {
		n++
	}
	return n
}

// codeDigits gives the four characters after u, any number of them, and a plus; "" if
// there are not so many. n is where they end.
func codeDigits(t string) (n int, digits string) {
	n = len(t) - len(strings.TrimLeft(t, "u"))
	if n < len(t) && t[n] == '+' {
		n++
	}
	start := n
	for count := 0; count < 4; {
		if n >= len(t) {
			return n, ""
		}
		r, size := utf8.DecodeRuneInString(t[n:])
		count += units(string(r))
		n += size
	}
	return n, t[start:n]
}

// percent writes all but letters, digits and the safe characters as %XX of their UTF-8.
func percent(safe string, plusForSpace bool) func(string) string {
	return func(t string) string {
		var b strings.Builder
		for i := 0; i < len(t); i++ {
			switch c := t[i]; {
			case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(safe, c) >= 0:
				b.WriteByte(c)
			case c == ' ' && plusForSpace:
				b.WriteByte('+')
			default:
				fmt.Fprintf(&b, "%%%02X", c)
			}
		}
		return b.String()
	}
}

// percentDecode is URLDecoder.decode.
func percentDecode(t string) Value {
	var b strings.Builder
	for t != "" {
		switch t[0] {
		case '+':
			b.WriteByte(' ')
			t = t[1:]
		case '%':
			var bytes []byte
			for t != "" && t[0] == '%' {
				pair, ok := twoUnits(t[1:])
				if !ok {
					break
				}
				v, bad := hexPair(pair)
				if bad != "" {
					return javaError("IllegalArgumentException", "URLDecoder: Illegal hex characters in escape (%) pattern - "+bad)
				}
				bytes = append(bytes, v)
				t = t[1+len(pair):]
			}
			if t != "" && t[0] == '%' {
				return javaError("IllegalArgumentException", "URLDecoder: Incomplete trailing escape (%) pattern")
			}
			writeUTF8(&b, bytes)
		default:
			i := strings.IndexAny(t, "+%")
			if i < 0 {
				i = len(t)
			}
			b.WriteString(t[:i])
			t = t[i:]
		}
	}
	return StringValue(b.String())
}

// twoUnits is the start of a text that has two units of UTF-16.
func twoUnits(t string) (string, bool) {
	first, n := utf8.DecodeRuneInString(t)
	if first > 0xffff {
		return t[:n], true
	}
	if n == len(t) {
		return "", false
	}
	return t[:n+width(t, n)], true
}

// hexPair reads two characters as Integer.parseInt does, which knows signs.
func hexPair(pair string) (byte, string) {
	first, n := utf8.DecodeRuneInString(pair)
	second, _ := utf8.DecodeRuneInString(pair[n:])
	high, ok := hexDigit(first)
	low, also := hexDigit(second)
	switch {
	case ok && also:
		return byte(high<<4 | low), ""
	case first == '+' && also:
		return byte(low), ""
	case first == '-' && also && low == 0:
		return 0, ""
	case first == '-' && also:
		return 0, "negative value"
	case ok || first == '+' || first == '-':
		return 0, `Error at index 1 in: "` + pair + `"`
	}
	return 0, `Error at index 0 in: "` + pair + `"`
}

// writeUTF8 writes bytes as text: each piece that is none, as long as it could have become
// a character, as U+FFFD.
func writeUTF8(b *strings.Builder, bytes []byte) {
	for len(bytes) > 0 {
		r, n := utf8.DecodeRune(bytes)
		if r == utf8.RuneError && n == 1 {
			n = brokenLength(bytes)
		}
		b.WriteRune(r)
		bytes = bytes[n:]
	}
}

// brokenLength is the length of the start of a character that breaks off: its longest part
// that is right (Unicode 15, section 3.9, U+FFFD substitution of maximal subparts).
func brokenLength(b []byte) int {
	low, high, want := byte(0x80), byte(0xbf), 0
	switch c := b[0]; {
	case c >= 0xc2 && c <= 0xdf:
		want = 2
	case c >= 0xe0 && c <= 0xef:
		want = 3
		if c == 0xe0 {
			low = 0xa0
		} else if c == 0xed {
			high = 0x9f
		}
	case c >= 0xf0 && c <= 0xf4:
		want = 4
		if c == 0xf0 {
			low = 0x90
		} else if c == 0xf4 {
			high = 0x8f
		}
	}
	n := 1
	for n < want && n < len(b) && b[n] >= low && b[n] <= high {
		low, high = 0x80, 0xbf
		n++
	}
	return n
}
