package export

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	ghtml "github.com/yuin/goldmark/renderer/html"
	gtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// heading is one line of the table of contents.
type heading struct {
	Level int
	ID    string // as in the page
	Text  string
}

// prose turns Markdown cells into HTML and gathers their headings.
type prose struct {
	md       goldmark.Markdown
	used     map[string]int
	headings []heading
}

// anchor is put before every id that comes from a notebook: it cannot take the name of one of the page's own.
const anchor = "n-"

func newProse() *prose {
	return &prose{
		used: map[string]int{},
		md: goldmark.New(
			goldmark.WithExtensions(extension.GFM, extension.Footnote),
			goldmark.WithParserOptions(
				parser.WithInlineParsers(util.Prioritized(mathParser{}, 150)), // before links and emphasis
			),
			goldmark.WithRendererOptions(
				ghtml.WithUnsafe(), // raw HTML passes here, and through the cleaner after
				renderer.WithNodeRenderers(util.Prioritized(mathRenderer{}, 500)),
			),
		),
	}
}

// render returns a cell's HTML, cleaned. Pictures attached to the cell become part of the page.
func (p *prose) render(source string, attachments map[string]mimeBundle) string {
	src := []byte(source)
	doc := p.md.Parser().Parse(gtext.NewReader(src))
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			p.heading(n, src)
		case *ast.Image:
			n.Destination = attached(n.Destination, attachments)
		}
		return ast.WalkContinue, nil
	})
	var b bytes.Buffer
	if err := p.md.Renderer().Render(&b, src, doc); err != nil {
		return "<pre>" + html.EscapeString(source) + "</pre>"
	}
	c := cleaner{prefix: anchor}
	return c.clean(b.String())
}

func (p *prose) heading(n *ast.Heading, src []byte) {
	words := strings.TrimSpace(plainText(n, src))
	id := slug(words)
	p.used[id]++
	if k := p.used[id]; k > 1 {
		id = fmt.Sprintf("%s-%d", id, k)
	}
	n.SetAttributeString("id", []byte(id))
	p.headings = append(p.headings, heading{n.Level, anchor + id, words})
}

// slug makes an anchor as Jupyter does, the words with dashes for spaces, less what an address cannot hold.
func slug(words string) string {
	s := strings.Map(func(r rune) rune {
		if strings.ContainsRune("\"'<>&`#%()[]{}\\", r) {
			return -1
		}
		return r
	}, words)
	s = strings.Join(strings.Fields(s), "-")
	if s == "" {
		return "section"
	}
	return s
}

// plainText is the text of a node without its marks.
func plainText(n ast.Node, src []byte) string {
	var b strings.Builder
	ast.Walk(n, func(k ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			switch k := k.(type) {
			case *ast.Text:
				b.Write(k.Segment.Value(src))
				if k.SoftLineBreak() {
					b.WriteByte(' ')
				}
			case *ast.String:
				b.Write(k.Value)
			case *mathNode:
				b.WriteString(k.tex)
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// attached returns a picture attached to the cell as data, and other destinations as they are.
func attached(dest []byte, attachments map[string]mimeBundle) []byte {
	name, ok := strings.CutPrefix(string(dest), "attachment:")
	if !ok {
		return dest
	}
	for mime := range attachments[name] {
		if data, ok := attachments[name].get(mime); ok {
			if uri, ok := pictureURI(mime, data); ok {
				return []byte(uri)
			}
		}
	}
	return dest
}

// pictureURI makes a data URI of base64 text, where it is a picture's.
func pictureURI(mime, data string) (string, bool) {
	switch mime {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
	default:
		return "", false
	}
	data = strings.Join(strings.Fields(data), "")
	if _, err := base64.StdEncoding.DecodeString(data); err != nil {
		return "", false
	}
	return "data:" + mime + ";base64," + data, true
}

// Mathematics. TeX between dollars is taken out before Markdown can eat its underscores.

type mathNode struct {
	ast.BaseInline
	tex     string
	display bool
}

var mathKind = ast.NewNodeKind("Math")

func (n *mathNode) Kind() ast.NodeKind            { return mathKind }
func (n *mathNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

type mathParser struct{}

func (mathParser) Trigger() []byte { return []byte{'$'} }

// inlineMath follows pandoc: no space inside the dollars, no digit after the last one, so that "$5 and $6" is money.
var inlineMath = regexp.MustCompile(`^\$((?:[^\s$\\]|\\.)(?:(?:[^$\\\n]|\\.)*?(?:[^\s$\\]|\\.))?)\$(?:[^0-9]|$)`)

func (mathParser) Parse(_ ast.Node, block gtext.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	if bytes.HasPrefix(line, []byte("$$")) {
		return displayMath(block)
	}
	m := inlineMath.FindSubmatch(line)
	if m == nil {
		return nil
	}
	block.Advance(len(m[1]) + 2)
	return &mathNode{tex: string(m[1])}
}

// displayMath reads up to the closing dollars, over several lines of one paragraph.
func displayMath(block gtext.Reader) ast.Node {
	l, pos := block.Position()
	block.Advance(2)
	var tex strings.Builder
	for {
		line, _ := block.PeekLine()
		if line == nil {
			block.SetPosition(l, pos)
			return nil
		}
		if end := bytes.Index(line, []byte("$$")); end >= 0 {
			tex.Write(line[:end])
			block.Advance(end + 2)
			return &mathNode{tex: strings.TrimSpace(tex.String()), display: true}
		}
		tex.Write(line)
		block.AdvanceLine()
	}
}

type mathRenderer struct{}

func (mathRenderer) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(mathKind, func(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
		if n := node.(*mathNode); entering {
			w.WriteString(formula(n.tex, n.display))
		}
		return ast.WalkContinue, nil
	})
}

// formula shows TeX as readable text: there is no script and no font to draw it with.
func formula(tex string, display bool) string {
	class := "math"
	if display {
		class = "math display"
	}
	return `<code class="` + class + `" title="` + html.EscapeString(tex) + `">` + html.EscapeString(readable(tex)) + `</code>`
}

// jsonText writes JSON for people, as far as it is JSON.
func jsonText(s string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(s), "", "  ") != nil {
		return s
	}
	return b.String()
}
