package export

import (
	"bytes"
	"encoding/json"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// The rule for what a notebook brings along: nothing of it runs, and nothing of it reaches out.
//
// Markdown and HTML outputs are parsed, and rebuilt from the elements and attributes listed here. Scripts, style
// sheets, frames, forms, event handlers, and references to anything but data within the page are left out.
// Charts survive because they are data: a JSON script element is inert, and the page's own script draws it.
// The page's content security policy is the second wall: it allows only the page's own scripts, by their hash.

// Elements kept, with their text.
var elements = set(`a abbr article aside audio b bdi bdo big blockquote br caption center cite code col colgroup dd
	del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark
	meter nav ol p pre progress q rp rt ruby s samp section small source span strike strong sub summary sup table
	tbody td tfoot th thead time tr tt u ul var wbr
	svg g path rect circle ellipse line polyline polygon text tspan textpath defs clippath clipPath lineargradient
	linearGradient radialgradient radialGradient stop title desc pattern mask symbol marker use
	math mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle mpadded mphantom msub msup msubsup munder mover
	munderover mmultiscripts mprescripts mtable mtr mtd semantics`)

// Elements left out together with all that is in them. Any other unknown element only loses its tags.
var dropped = set(`script style template iframe frame frameset object embed applet noscript noembed noframes
	textarea select option button input form foreignobject foreignObject annotation annotation-xml link meta base
	animate animateMotion animatemotion animateTransform animatetransform set image video canvas xmp plaintext
	portal dialog slot title-script`)

// Attributes kept on any element. Those that name an address are looked at besides.
var attributes = set(`abbr align alt aria-hidden aria-label aria-labelledby aria-describedby aria-level
	aria-valuemax aria-valuemin aria-valuenow aria-valuetext aria-roledescription axis bgcolor border cellpadding
	cellspacing class color colspan controls datetime dir face headers height hidden href id lang loop max min
	name open preload reversed role rowspan scope size span src start style tabindex title type valign value
	width xml:space data-tlkit-chart data-tlkit-option data-height data-width
	clip-path clip-rule cx cy d dominant-baseline alignment-baseline dx dy fill fill-opacity fill-rule font-family
	font-size font-style font-weight fx fy gradienttransform gradientTransform gradientunits gradientUnits
	letter-spacing marker-end marker-mid marker-start mask offset opacity paint-order patterntransform
	patternTransform patternunits patternUnits clippathunits clipPathUnits points preserveaspectratio
	preserveAspectRatio r refx refX refy refY rotate rx ry shape-rendering spreadmethod spreadMethod stop-color
	stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit
	stroke-opacity stroke-width text-anchor text-decoration textlength textLength lengthadjust lengthAdjust
	transform vector-effect version viewbox viewBox visibility word-spacing x x1 x2 xmlns y y1 y2
	display displaystyle mathvariant accent accentunder stretchy fence form lspace rspace scriptlevel columnalign
	linethickness`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// maxDepth bounds nested elements: deeper is an attack on the reader's browser, not a table.
const maxDepth = 200

// cleaner rebuilds HTML from what is allowed, and counts what it left out.
type cleaner struct {
	prefix  string // put before ids, so that two outputs with the same id do not meet
	charts  bool   // keep JSON scripts: for outputs, not for prose
	scripts int    // running scripts left out
}

// clean parses source as the content of a body and returns it rebuilt.
func (c *cleaner) clean(source string) string {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(source), body)
	if err != nil {
		return html.EscapeString(source) // a reader of strings gives no error; text is safe all the same
	}
	var b bytes.Buffer
	for _, n := range nodes {
		c.write(&b, n, 0)
	}
	return b.String()
}

func (c *cleaner) write(b *bytes.Buffer, n *html.Node, depth int) {
	switch n.Type {
	case html.TextNode:
		b.WriteString(html.EscapeString(n.Data))
		return
	case html.ElementNode:
	default:
		return // comments, doctypes
	}
	if depth > maxDepth {
		return
	}
	if n.Data == "script" {
		c.script(b, n)
		return
	}
	if dropped[n.Data] {
		return
	}
	if n.Data == "img" && !shown(n) {
		b.WriteString(`<span class="left-out">[picture from outside left out` + html.EscapeString(alt(n)) + `]</span>`)
		return
	}
	known := elements[n.Data]
	if known {
		b.WriteString("<" + n.Data)
		c.attributes(b, n)
		b.WriteString(">")
	}
	if void[n.Data] {
		return
	}
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		c.write(b, k, depth+1)
	}
	if known {
		b.WriteString("</" + n.Data + ">")
	}
}

var void = set(`br col hr img source wbr`)

// shown reports whether a picture is in the page.
func shown(n *html.Node) bool {
	for _, a := range n.Attr {
		if a.Key == "src" {
			return media("img", a.Val)
		}
	}
	return false
}

// alt is a picture's words, as the end of a sentence.
func alt(n *html.Node) string {
	for _, a := range n.Attr {
		if a.Key == "alt" && a.Val != "" {
			return ": " + a.Val
		}
	}
	return ""
}

// script keeps a chart's data, written anew so that it can neither run nor end early.
func (c *cleaner) script(b *bytes.Buffer, n *html.Node) {
	kind, class, option := "", "", false
	for _, a := range n.Attr {
		switch a.Key {
		case "type":
			kind = strings.ToLower(strings.TrimSpace(a.Val))
		case "class":
			class = a.Val
		case "data-tlkit-option":
			option = true
		}
	}
	if kind != "application/json" {
		c.scripts++
		return
	}
	if !c.charts || n.FirstChild == nil {
		return
	}
	var compact bytes.Buffer
	if json.Compact(&compact, []byte(n.FirstChild.Data)) != nil {
		return
	}
	b.WriteString(`<script type="application/json"`)
	if class != "" {
		b.WriteString(` class="` + html.EscapeString(class) + `"`)
	}
	if option {
		b.WriteString(` data-tlkit-option=""`)
	}
	b.WriteString(">")
	json.HTMLEscape(b, compact.Bytes()) // < > & as \u003c …: no end tag, no comment can begin
	b.WriteString("</script>")
}

func (c *cleaner) attributes(b *bytes.Buffer, n *html.Node) {
	outside := false
	for _, a := range n.Attr {
		key := a.Key
		if a.Namespace != "" {
			if a.Namespace == "xlink" && key == "href" {
				key = "href" // SVG 2 has no prefix any more
			} else {
				continue
			}
		}
		value, ok := c.value(n.Data, key, a.Val)
		if !ok {
			continue
		}
		if n.Data == "a" && key == "href" && !strings.HasPrefix(value, "#") {
			outside = true
		}
		b.WriteString(" " + key + `="` + html.EscapeString(value) + `"`)
	}
	if outside {
		b.WriteString(` rel="noopener noreferrer"`)
	}
}

// value returns what is left of an attribute, and whether anything is.
func (c *cleaner) value(element, key, value string) (string, bool) {
	if !attributes[key] {
		return "", false
	}
	switch key {
	case "href":
		return c.address(element, value)
	case "src":
		return value, media(element, value)
	case "id", "name":
		return c.prefix + value, key == "id" && value != ""
	case "aria-labelledby", "aria-describedby", "headers":
		words := strings.Fields(value)
		for i := range words {
			words[i] = c.prefix + words[i]
		}
		return strings.Join(words, " "), true
	case "style":
		return c.style(value), true
	}
	if strings.Contains(strings.ToLower(value), "url(") { // fill="url(#gradient)" and its like
		return c.inside(value)
	}
	return value, true
}

// address allows links that a person follows (web, mail) and those within the page; SVG's use only the latter.
func (c *cleaner) address(element, value string) (string, bool) {
	v := strings.TrimSpace(value)
	if rest, ok := strings.CutPrefix(v, "#"); ok {
		return "#" + c.prefix + rest, true
	}
	if element != "a" {
		return "", false
	}
	scheme := strings.ToLower(v)
	for _, s := range []string{"https://", "http://", "mailto:"} {
		if strings.HasPrefix(scheme, s) {
			return v, true
		}
	}
	return "", false
}

// media allows pictures and sounds that are in the page already.
func media(element, value string) bool {
	v := strings.ToLower(strings.TrimSpace(value))
	switch element {
	case "img":
		for _, k := range []string{"png", "jpeg", "gif", "webp", "svg+xml"} {
			if strings.HasPrefix(v, "data:image/"+k+";base64,") {
				return true
			}
		}
	case "audio", "source":
		return strings.HasPrefix(v, "data:audio/") && strings.Contains(v[:min(len(v), 60)], ";base64,")
	}
	return false
}

// inside keeps url(#id), with the prefix, and nothing else that has an address.
func (c *cleaner) inside(value string) (string, bool) {
	v := strings.TrimSpace(value)
	id, ok := strings.CutPrefix(v, "url(#")
	id, closed := strings.CutSuffix(id, ")")
	if !ok || !closed || strings.ContainsAny(id, `()"'\<>`) {
		return "", false
	}
	return "url(#" + c.prefix + id + ")", true
}

// style keeps declarations that neither name an address nor leave their place.
func (c *cleaner) style(value string) string {
	var kept []string
	for d := range strings.SplitSeq(value, ";") {
		name, v, ok := strings.Cut(d, ":")
		name, v = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(v)
		low := strings.ToLower(v)
		switch {
		case !ok || name == "" || strings.ContainsAny(d, `\<>{}@`) || strings.Contains(low, "expression") || strings.Contains(low, "image-set"):
			continue
		case name == "position" && low != "relative" && low != "static" && low != "absolute":
			continue
		case name == "z-index" || name == "behavior" || name == "-moz-binding":
			continue
		case strings.Contains(low, "url("):
			if v, ok = c.inside(v); !ok {
				continue
			}
		}
		kept = append(kept, name+":"+v)
	}
	return strings.Join(kept, ";")
}
