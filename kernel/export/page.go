package export

import (
	"fmt"
	"html"
	"html/template"
	"strings"

	"transferlab/kernel/provenance"
)

// page is a page in the making.
type page struct {
	options Options
	prose   *prose
	cells   []template.HTML
	record  provenance.Record
	charts  int
	outputs int
}

// add renders one cell. Cells tagged "remove-cell", "remove-input" or "remove-output" lose that much.
func (p *page) add(n int, c cell) {
	tags := map[string]bool{}
	for _, t := range c.Metadata.Tags {
		tags[t] = true
	}
	if tags["remove-cell"] {
		return
	}
	var b strings.Builder
	switch c.Type {
	case "markdown":
		b.WriteString(`<section class="cell prose">` + p.prose.render(string(c.Source), c.Attachments) + `</section>`)
	case "raw":
		b.WriteString(`<section class="cell prose"><pre>` + html.EscapeString(string(c.Source)) + `</pre></section>`)
	case "code":
		fmt.Fprintf(&b, `<section class="cell" aria-label="Cell %d">`, n)
		if !tags["remove-input"] && strings.TrimSpace(string(c.Source)) != "" {
			p.code(&b, c)
		}
		if !tags["remove-output"] {
			p.show(&b, c.Outputs)
		}
		b.WriteString(`</section>`)
	default:
		return
	}
	p.cells = append(p.cells, template.HTML(b.String()))
}

func (p *page) code(b *strings.Builder, c cell) {
	open, number := " open", "Code"
	if p.options.FoldCode {
		open = ""
	}
	if c.Count != nil {
		number = fmt.Sprintf("Code [%d]", *c.Count)
	}
	source := strings.Trim(string(c.Source), "\n")
	fmt.Fprintf(b, `<details class="code"%s><summary><span class="n">%s</span><span class="first" aria-hidden="true">%s</span></summary>`+
		`<pre tabindex="0"><code class="language-go">%s</code></pre></details>`, open, number, html.EscapeString(firstLine(source)), highlight(source))
}

// firstLine is what a folded cell shows of itself: the first line that says something.
func firstLine(source string) string {
	for l := range strings.SplitSeq(source, "\n") {
		l = strings.TrimSpace(l)
		if l == "" || l == "%%" || l == "import (" || l == "var (" {
			continue
		}
		if r := []rune(l); len(r) > 90 {
			l = string(r[:89]) + "…"
		}
		return l
	}
	return ""
}

// show renders a cell's outputs; neighbouring texts of one stream become one.
func (p *page) show(b *strings.Builder, outputs []output) {
	for i := 0; i < len(outputs); i++ {
		o := outputs[i]
		if o.Type == "stream" {
			for i+1 < len(outputs) && outputs[i+1].Type == "stream" && outputs[i+1].Name == o.Name {
				i++
				o.Text += outputs[i].Text
			}
		}
		if h := p.output(o); h != "" {
			b.WriteString(`<div class="output">` + h + `</div>`)
		}
	}
}

func (p *page) output(o output) string {
	switch o.Type {
	case "stream":
		if strings.TrimSpace(string(o.Text)) == "" {
			return ""
		}
		class, label := "stream", "printed text"
		if o.Name == "stderr" {
			class, label = "stream stderr", "error stream"
		}
		return `<pre class="` + class + `" aria-label="` + label + `" tabindex="0">` + strings.TrimRight(ansi(string(o.Text)), "\n") + `</pre>`
	case "error":
		text := strings.Join(o.Traceback, "\n")
		if strings.TrimSpace(text) == "" {
			text = strings.TrimPrefix(o.Error+": "+o.Value, ": ")
		}
		return `<pre class="error" role="alert" tabindex="0">` + ansi(text) + `</pre>`
	case "display_data", "execute_result":
		return p.data(o.Data)
	}
	return ""
}

// data renders the richest form of an output that a still page can show.
func (p *page) data(d mimeBundle) string {
	if t, ok := d.get(provenance.MIME); ok {
		if r, err := provenance.Read([]byte(t)); err == nil {
			p.record.Merge(r)
			return "" // it stands on top of the page
		}
	}
	if t, ok := d.get("text/html"); ok && strings.TrimSpace(t) != "" {
		return p.html(t)
	}
	if t, ok := d.get("image/svg+xml"); ok {
		return p.html(t)
	}
	for _, mime := range []string{"image/png", "image/jpeg", "image/gif", "image/webp"} {
		if t, ok := d.get(mime); ok {
			return p.picture(mime, t, d)
		}
	}
	if t, ok := d.get("text/markdown"); ok {
		return `<div class="prose">` + p.prose.render(t, nil) + `</div>`
	}
	if t, ok := d.get("text/latex"); ok {
		return formula(strings.Trim(strings.TrimSpace(t), "$"), true)
	}
	if t, ok := d.get("text/plain"); ok {
		if strings.TrimSpace(t) == "" {
			return ""
		}
		return `<pre class="stream" tabindex="0">` + ansi(t) + `</pre>`
	}
	if t, ok := d.get("application/json"); ok {
		return `<pre class="stream" tabindex="0">` + html.EscapeString(cut(jsonText(t))) + `</pre>`
	}
	for mime := range d {
		if mime == "text/javascript" || mime == "application/javascript" {
			return leftOut("A script was here. No script of a notebook runs in an exported page.")
		}
	}
	if len(d) > 0 {
		return leftOut("An output of a kind that a page cannot show was here.")
	}
	return ""
}

func leftOut(why string) string { return `<p class="left-out">` + html.EscapeString(why) + `</p>` }

func (p *page) html(source string) string {
	p.outputs++
	c := cleaner{prefix: fmt.Sprintf("o%d-", p.outputs), charts: true}
	h := c.clean(source)
	p.charts += strings.Count(h, `<script type="application/json"`)
	if strings.TrimSpace(h) == "" && c.scripts > 0 {
		return leftOut("A script was here. No script of a notebook runs in an exported page.")
	}
	return h
}

func (p *page) picture(mime, data string, d mimeBundle) string {
	uri, ok := pictureURI(mime, data)
	if !ok {
		return leftOut("A damaged picture was here.")
	}
	alt := "picture"
	if t, ok := d.get("text/plain"); ok && strings.TrimSpace(t) != "" && len(t) < 300 {
		alt = strings.TrimSpace(t)
	}
	return `<img src="` + uri + `" alt="` + html.EscapeString(alt) + `">`
}

// title is the page's name: what was asked for, what the notebook says, its first heading, or its file.
func (p *page) title(name string, n *notebook) string {
	for _, t := range []string{p.options.Title, n.Metadata.Title} {
		if t = strings.TrimSpace(t); t != "" {
			return t
		}
	}
	for _, h := range p.prose.headings {
		if h.Text != "" {
			return h.Text
		}
	}
	return strings.TrimSuffix(name, ".ipynb")
}

// contents lists the headings of the first three levels; a single title on top is not a chapter.
func (p *page) contents() []heading {
	var toc []heading
	ones := 0
	for _, h := range p.prose.headings {
		if h.Level == 1 {
			ones++
		}
	}
	for _, h := range p.prose.headings {
		if h.Level <= 3 && h.Text != "" && (h.Level > 1 || ones > 1) {
			toc = append(toc, h)
		}
	}
	return toc
}

// scripts are the page's own: its behaviour, and the chart library where there is a chart.
func (p *page) scripts() ([]template.JS, error) {
	scripts := []template.JS{template.JS(pageJS)}
	if p.charts == 0 || len(p.options.ECharts) == 0 {
		return scripts, nil
	}
	return append([]template.JS{template.JS(p.options.ECharts)}, scripts...), nil // the library comes first
}
