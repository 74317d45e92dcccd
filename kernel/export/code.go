package export

import (
	"go/scanner"
	"go/token"
	"html"
	"strings"
)

// highlight marks up Go source as it stands in a cell: GoNB's own lines (%%, %args, !ls) are marked as such,
// the rest goes through Go's own scanner. Broken source comes out as it is; not a character is lost.
func highlight(source string) string {
	var b strings.Builder
	var chunk []string
	flush := func() {
		if len(chunk) > 0 {
			goSource(&b, strings.Join(chunk, "\n"))
			chunk = nil
		}
	}
	lines := strings.Split(source, "\n")
	for i, l := range lines {
		end := i == len(lines)-1
		if t := strings.TrimSpace(l); strings.HasPrefix(t, "%") || (strings.HasPrefix(t, "!") && !strings.HasPrefix(t, "!=")) {
			if len(chunk) > 0 {
				chunk = append(chunk, "") // its line feed
			}
			flush()
			code, comment, found := strings.Cut(l, "//")
			b.WriteString(`<span class="magic">` + html.EscapeString(code) + `</span>`)
			if found {
				b.WriteString(`<span class="comment">` + html.EscapeString("//"+comment) + `</span>`)
			}
			if !end {
				b.WriteString("\n")
			}
			continue
		}
		chunk = append(chunk, l)
	}
	flush()
	return b.String()
}

func goSource(b *strings.Builder, src string) {
	var s scanner.Scanner
	files := token.NewFileSet()
	file := files.AddFile("", files.Base(), len(src))
	s.Init(file, []byte(src), nil, scanner.ScanComments)
	at := 0
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		if tok == token.SEMICOLON && lit != ";" {
			continue // put in by the scanner
		}
		start := file.Offset(pos)
		if lit == "" {
			lit = tok.String()
		}
		end := start + len(lit)
		if start < at || end > len(src) {
			continue
		}
		if tok == token.COMMENT || tok == token.STRING { // the scanner drops carriage returns in these
			end = max(end, start)
		}
		b.WriteString(html.EscapeString(src[at:start]))
		span(b, class(tok, lit, src[end:]), src[start:end])
		at = end
	}
	b.WriteString(html.EscapeString(src[at:]))
}

func span(b *strings.Builder, class, text string) {
	if class == "" {
		b.WriteString(html.EscapeString(text))
		return
	}
	b.WriteString(`<span class="` + class + `">` + html.EscapeString(text) + `</span>`)
}

var builtins = set(`append cap clear close complex copy delete imag len make max min new panic print println real
	recover true false nil iota any bool byte comparable error float32 float64 int int8 int16 int32 int64 rune string
	uint uint8 uint16 uint32 uint64 uintptr complex64 complex128`)

func class(tok token.Token, lit, rest string) string {
	switch {
	case tok == token.COMMENT:
		return "comment"
	case tok == token.STRING || tok == token.CHAR:
		return "string"
	case tok.IsLiteral() && tok != token.IDENT:
		return "number"
	case tok.IsKeyword():
		return "keyword"
	case tok == token.IDENT && builtins[lit]:
		return "builtin"
	case tok == token.IDENT && strings.HasPrefix(rest, "("):
		return "call"
	}
	return ""
}
