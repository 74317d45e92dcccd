package export

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxStream is the most text of one stream or error that a page shows; the middle is cut and the cut is said.
const MaxStream = 200 << 10

// collapse applies what a terminal does with carriage returns and backspaces: a line that was overwritten shows
// its last state. Colour sequences pass.
func collapse(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if strings.ContainsAny(l, "\r\b") {
			lines[i] = overwrite(l)
		}
	}
	return strings.Join(lines, "\n")
}

// glyph is one place on a line: its character and the colour sequence in force there.
type glyph struct {
	r     rune
	style string
}

func overwrite(line string) string {
	var at int
	var style string
	var row []glyph
	for len(line) > 0 {
		if seq := escape(line); seq > 0 {
			if line[seq-1] == 'm' {
				style = line[:seq]
				if style == "\x1b[0m" || style == "\x1b[m" {
					style = ""
				}
			} else if line[seq-1] == 'K' {
				row = row[:min(at, len(row))]
			}
			line = line[seq:]
			continue
		}
		r, n := utf8.DecodeRuneInString(line)
		line = line[n:]
		switch r {
		case '\r':
			at = 0
		case '\b':
			at = max(0, at-1)
		default:
			for len(row) <= at {
				row = append(row, glyph{r: ' '})
			}
			row[at] = glyph{r, style}
			at++
		}
	}
	var b strings.Builder
	last := ""
	for _, g := range row {
		if g.style != last {
			b.WriteString("\x1b[0m" + g.style)
			last = g.style
		}
		b.WriteRune(g.r)
	}
	if last != "" {
		b.WriteString("\x1b[0m")
	}
	return strings.TrimRight(b.String(), " ")
}

// escape returns the length of the escape sequence that s begins with, or 0.
func escape(s string) int {
	if len(s) < 2 || s[0] != 0x1b {
		return 0
	}
	switch s[1] {
	case '[': // control sequence: parameters, then one final byte
		for i := 2; i < len(s) && i < 64; i++ {
			if s[i] >= 0x40 && s[i] <= 0x7e {
				return i + 1
			}
			if s[i] < 0x20 || s[i] > 0x7e {
				return i
			}
		}
		return min(len(s), 64)
	case ']': // operating system command (links, titles): up to BEL or ST
		for i := 2; i < len(s) && i < 4096; i++ {
			if s[i] == 7 {
				return i + 1
			}
			if s[i] == 0x1b && i+1 < len(s) && s[i+1] == '\\' {
				return i + 2
			}
		}
		return 2
	}
	return 2
}

// pen is the colours in force.
type pen struct {
	fg, bg                             string // class or colour
	bold, dim, italic, under, inverted bool
}

// ansi turns terminal text into HTML: colours become classes (16) or inline colours (256 and true colour),
// other control characters vanish, everything else is escaped.
func ansi(s string) string {
	s = collapse(cut(s))
	var b strings.Builder
	var p pen
	open := false
	for len(s) > 0 {
		if n := escape(s); n > 0 {
			if s[n-1] == 'm' && s[1] == '[' {
				if open {
					b.WriteString("</span>")
				}
				p.set(s[2 : n-1])
				open = p.write(&b)
			}
			s = s[n:]
			continue
		}
		end := strings.IndexByte(s[1:], 0x1b) + 1
		if end == 0 {
			end = len(s)
		}
		b.WriteString(html.EscapeString(visible(s[:end])))
		s = s[end:]
	}
	if open {
		b.WriteString("</span>")
	}
	return b.String()
}

func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || !unicode.IsControl(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, "�"))
}

func cut(s string) string {
	if len(s) <= MaxStream {
		return s
	}
	half := MaxStream / 2
	return strings.ToValidUTF8(s[:half], "") + fmt.Sprintf("\n… %d kB left out …\n", (len(s)-MaxStream)/1000) + strings.ToValidUTF8(s[len(s)-half:], "")
}

func (p *pen) set(params string) {
	var codes []int
	for f := range strings.FieldsFuncSeq(params+";", func(r rune) bool { return r == ';' || r == ':' }) {
		n, err := strconv.Atoi(f)
		if err != nil {
			return
		}
		codes = append(codes, n)
	}
	if len(codes) == 0 {
		codes = []int{0}
	}
	for i := 0; i < len(codes); i++ {
		switch c := codes[i]; {
		case c == 0:
			*p = pen{}
		case c == 1:
			p.bold = true
		case c == 2:
			p.dim = true
		case c == 3:
			p.italic = true
		case c == 4:
			p.under = true
		case c == 7:
			p.inverted = true
		case c == 22:
			p.bold, p.dim = false, false
		case c == 23:
			p.italic = false
		case c == 24:
			p.under = false
		case c == 27:
			p.inverted = false
		case c >= 30 && c <= 37:
			p.fg = strconv.Itoa(c - 30)
		case c >= 90 && c <= 97:
			p.fg = strconv.Itoa(c - 90 + 8)
		case c >= 40 && c <= 47:
			p.bg = strconv.Itoa(c - 40)
		case c >= 100 && c <= 107:
			p.bg = strconv.Itoa(c - 100 + 8)
		case c == 39:
			p.fg = ""
		case c == 49:
			p.bg = ""
		case c == 38 || c == 48:
			colour, used := extended(codes[i+1:])
			i += used
			if c == 38 {
				p.fg = colour
			} else {
				p.bg = colour
			}
		}
	}
}

// extended reads "5;n" (256 colours) or "2;r;g;b".
func extended(codes []int) (colour string, used int) {
	switch {
	case len(codes) >= 2 && codes[0] == 5:
		n := codes[1]
		switch {
		case n < 0 || n > 255:
			return "", 2
		case n < 16:
			return strconv.Itoa(n), 2
		case n < 232:
			level := func(v int) int { return min(v, 1)*55 + v*40 }
			n -= 16
			return fmt.Sprintf("#%02x%02x%02x", level(n/36), level(n/6%6), level(n%6)), 2
		default:
			g := 8 + 10*(n-232)
			return fmt.Sprintf("#%02x%02x%02x", g, g, g), 2
		}
	case len(codes) >= 4 && codes[0] == 2:
		return fmt.Sprintf("#%02x%02x%02x", codes[1]&255, codes[2]&255, codes[3]&255), 4
	}
	return "", len(codes)
}

func (p pen) write(b *strings.Builder) bool {
	var class, style []string
	add := func(kind, property, v string) {
		switch {
		case v == "":
		case v[0] == '#':
			style = append(style, property+":"+v)
		default:
			class = append(class, kind+v)
		}
	}
	fg, bg := p.fg, p.bg
	if p.inverted {
		class = append(class, "ansi-inverse")
	}
	add("ansi-fg-", "color", fg)
	add("ansi-bg-", "background-color", bg)
	for _, f := range []struct {
		on   bool
		name string
	}{{p.bold, "ansi-bold"}, {p.dim, "ansi-dim"}, {p.italic, "ansi-italic"}, {p.under, "ansi-under"}} {
		if f.on {
			class = append(class, f.name)
		}
	}
	if len(class)+len(style) == 0 {
		return false
	}
	b.WriteString("<span")
	if len(class) > 0 {
		b.WriteString(` class="` + strings.Join(class, " ") + `"`)
	}
	if len(style) > 0 {
		b.WriteString(` style="` + strings.Join(style, ";") + `"`)
	}
	b.WriteString(">")
	return true
}
