package export

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"transferlab/kernel/export/browsertest"
)

// stand is a chart library of four lines: it fills its box, so that ink can be looked for.
const stand = `window.tlkitECharts={init:function(el){var c=document.createElement("canvas");c.width=el.clientWidth;` +
	`c.height=el.clientHeight;el.appendChild(c);return {setOption:function(o){var g=c.getContext("2d");g.fillStyle="#c33";` +
	`o.series[0].data.forEach(function(v,i){g.fillRect(20+i*60,c.height-v*40,40,v*40)})},resize:function(){},dispose:function(){c.remove()}}}};`

func sample(t *testing.T, o Options) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "sample.html")
	if err := File(t.Context(), "testdata/sample.ipynb", out, o); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPageInBrowserAsksForNothingAndDrawsItsCharts(t *testing.T) {
	for _, c := range []struct {
		name string
		o    browsertest.Options
	}{
		{"light", browsertest.Options{}},
		{"dark", browsertest.Options{Dark: true}},
		{"phone", browsertest.Options{Width: 390, Height: 800}},
		{"scripts off", browsertest.Options{NoScripts: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := browsertest.Open(t, sample(t, Options{ECharts: []byte(stand)}), c.o)
			if r := p.Requests(); len(r) > 0 {
				t.Errorf("the page asked for %q", r)
			}
			if r := p.Trouble(); len(r) > 0 {
				t.Errorf("trouble: %q", r)
			}
			if title := browsertest.Eval[string](t, p, `document.title`); title != "A small sample of everything" {
				t.Errorf("title %q: a script of the notebook may have run", title)
			}
			if c.o.NoScripts {
				still(t, p)
				return
			}
			alive(t, p)
		})
	}
}

// alive: the canvas has ink, the still picture has gone, nothing is wider than the page, code folds.
func alive(t *testing.T, p *browsertest.Page) {
	ink := browsertest.Eval[int](t, p, `(function(){var c=document.querySelector(".drawn canvas");if(!c)return 0;
		return c.getContext("2d").getImageData(0,0,c.width,c.height).data.filter(function(v){return v>0}).length})()`)
	if ink < 1000 {
		t.Errorf("the chart has %d inked values", ink)
	}
	wide := browsertest.Eval[int](t, p, `document.documentElement.scrollWidth-document.documentElement.clientWidth`)
	if wide > 0 {
		t.Errorf("the page is %d pixels wider than the window", wide)
	}
	open := browsertest.Eval[int](t, p, `(document.getElementById("fold").click(),document.querySelectorAll("details.code[open]").length)`)
	if open != 0 {
		t.Errorf("%d cells are still open after folding all", open)
	}
	current := browsertest.Eval[string](t, p, `document.querySelector("nav.toc a").hash.slice(1)`)
	if current == "" {
		t.Error("the contents lead nowhere")
	}
}

// still: with scripts off the SVG stands there with a size and a fill, and the buttons that need scripts do not.
func still(t *testing.T, p *browsertest.Page) {
	height := browsertest.Eval[float64](t, p, `document.querySelector("[data-tlkit-chart] svg").getBoundingClientRect().height`)
	if height < 100 {
		t.Errorf("the still picture is %v pixels high", height)
	}
	buttons := browsertest.Eval[string](t, p, `getComputedStyle(document.querySelector(".tools")).display`)
	if buttons != "none" {
		t.Errorf("buttons without effect are shown (%s)", buttons)
	}
}

func TestPageCarriesItsNotebook(t *testing.T) {
	want, err := os.ReadFile("testdata/sample.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(sample(t, Options{}))
	if err != nil {
		t.Fatal(err)
	}
	got, err := Notebook(page)
	if err != nil || string(got) != string(want) {
		t.Fatalf("took out %d of %d bytes: %v", len(got), len(want), err)
	}
	changed := strings.Replace(string(page), `data-sha256="`+string(carriedScript.FindSubmatch(page)[2][:4]), `data-sha256="0000`, 1)
	if _, err := Notebook([]byte(changed)); err == nil {
		t.Error("a page whose notebook differs from its hash was taken as intact")
	}
}

func TestPageIsTheSameEachTime(t *testing.T) {
	a, _ := os.ReadFile(sample(t, Options{}))
	b, _ := os.ReadFile(sample(t, Options{}))
	if len(a) == 0 || string(a) != string(b) {
		t.Error("two exports of one notebook differ")
	}
}
