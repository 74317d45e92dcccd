package export

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"transferlab/kernel/export/browsertest"
	"transferlab/plots"
)

// charts is one real chart of each kind, with text that tries to break out.
func charts(t *testing.T) []*plots.Chart {
	t.Helper()
	ok := func(c *plots.Chart, err error) *plots.Chart {
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	evil := `<img src=x onerror="document.title='broken'"></script><script>document.title='broken'</script>{a}{b|c}`
	x, y := []float64{1, 2, 3, 4}, []float64{3, 1, 2, 5}
	return []*plots.Chart{
		ok(plots.Line([]plots.Series{{Name: evil, X: x, Y: y}, {Name: "other", X: x, Y: x}}, plots.LineOptions{Options: plots.Options{Title: evil, X: "x", Y: "y"}, Marks: []plots.Mark{{X: 2, Name: evil}}})),
		ok(plots.Bars([]plots.Bar{{Name: evil, Value: 0.5, Interval: true, Low: 0.4, High: 0.6}, {Name: "b", Value: 0.7}}, plots.BarOptions{Options: plots.Options{Notes: []string{evil}}})),
		ok(plots.Confusion([]string{evil, "b", "c"}, [][]int{{5, 1, 0}, {2, 6, 1}, {0, 0, 9}}, plots.Options{})),
		ok(plots.Scatter([]plots.Points{{Name: evil, X: x, Y: y, Labels: []string{evil, "b", "c", "d"}}}, plots.Options{})),
		ok(plots.Histogram([]plots.Sample{{Name: evil, Values: []float64{1, 2, 2, 3, 3, 3, 4, 9}}}, plots.Options{})),
		ok(plots.ClassCounts([]string{evil, "b"}, []plots.Part{{Name: evil, Counts: []int{3, 4}}, {Name: "test", Counts: []int{1, 2}}}, plots.Options{})),
	}
}

// chartNotebook is an executed notebook with a chart in each cell.
func chartNotebook(t *testing.T) string {
	t.Helper()
	cells := []any{map[string]any{"cell_type": "markdown", "metadata": map[string]any{}, "source": "# Charts"}}
	for _, c := range charts(t) {
		h, err := c.HTML()
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]any{"output_type": "display_data", "metadata": map[string]any{}, "data": map[string]any{"text/html": h, "text/plain": c.Text()}}
		cells = append(cells, map[string]any{"cell_type": "code", "metadata": map[string]any{}, "execution_count": 1, "source": "%%\nnb.Show(chart)", "outputs": []any{out}})
	}
	b, err := json.Marshal(map[string]any{"cells": cells, "metadata": map[string]any{}, "nbformat": 4, "nbformat_minor": 5})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "charts.ipynb")
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// ink tells, for each chart of a page, how many pixels of what is to be seen differ from
// white, drawn anew on a canvas: -1 where nothing is to be seen.
const ink = `Promise.all(Array.from(document.querySelectorAll("[data-tlkit-chart]")).map(function(f){
	var svg=Array.from(f.querySelectorAll("svg")).filter(function(s){var b=s.getBoundingClientRect();return b.width>50&&b.height>50})[0];
	if(!svg)return -1;
	var b=svg.getBoundingClientRect(),copy=svg.cloneNode(true);copy.setAttribute("width",b.width);copy.setAttribute("height",b.height);
	copy.setAttribute("xmlns","http://www.w3.org/2000/svg");
	return new Promise(function(done){var i=new Image();i.onload=function(){var c=document.createElement("canvas");c.width=b.width;c.height=b.height;
		var g=c.getContext("2d");g.fillStyle="#fff";g.fillRect(0,0,c.width,c.height);g.drawImage(i,0,0);
		var d=g.getImageData(0,0,c.width,c.height).data,n=0;for(var k=0;k<d.length;k+=4){if(d[k]<250||d[k+1]<250||d[k+2]<250)n++}done(n)};
		i.onerror=function(){done(-2)};i.src="data:image/svg+xml;charset=utf-8,"+encodeURIComponent(new XMLSerializer().serializeToString(copy))})
})).then(function(all){return JSON.stringify(all)})`

// inked checks that every chart of a page has ink, and returns how many there are.
func inked(t *testing.T, p *browsertest.Page) int {
	t.Helper()
	var all []int
	if err := json.Unmarshal([]byte(browsertest.Eval[string](t, p, ink)), &all); err != nil {
		t.Fatal(err)
	}
	for i, n := range all {
		if n < 500 {
			t.Errorf("chart %d has %d pixels of ink", i+1, n)
		}
	}
	return len(all)
}

// shapes counts the drawn shapes of the still pictures, for pages whose scripts are off.
const shapes = `JSON.stringify(Array.from(document.querySelectorAll("[data-tlkit-chart]")).map(function(f){var s=f.querySelector("svg");
	var b=s.getBoundingClientRect();return b.width>50&&b.height>50?s.querySelectorAll("path,rect,text,circle,polyline").length:0}))`

// fine checks one page with scripts and without.
func fine(t *testing.T, page string, atLeast int) {
	for _, off := range []bool{false, true} {
		t.Run(fmt.Sprintf("scripts off %v", off), func(t *testing.T) {
			p := browsertest.Open(t, page, browsertest.Options{NoScripts: off})
			if r := p.Requests(); len(r) > 0 {
				t.Errorf("the page asked for %q", r)
			}
			if r := p.Trouble(); len(r) > 0 {
				t.Errorf("trouble: %q", r)
			}
			if title := browsertest.Eval[string](t, p, `document.title`); title == "broken" {
				t.Error("text of a chart ran as a script")
			}
			if off {
				var all []int
				if err := json.Unmarshal([]byte(browsertest.Eval[string](t, p, shapes)), &all); err != nil || len(all) < atLeast {
					t.Fatalf("%v, %d charts, want %d", err, len(all), atLeast)
				}
				for i, n := range all {
					if n < 10 {
						t.Errorf("the still picture of chart %d has %d shapes", i+1, n)
					}
				}
				return
			}
			drawn := browsertest.Eval[int](t, p, `document.querySelectorAll("[data-tlkit-chart] .drawn svg").length`)
			if n := inked(t, p); n < atLeast || drawn != n {
				t.Errorf("%d charts, %d of them interactive, want %d", n, drawn, atLeast)
			}
		})
	}
}

func TestRealChartsOnAPage(t *testing.T) {
	page := filepath.Join(t.TempDir(), "charts.html")
	if err := File(t.Context(), chartNotebook(t), page, Options{ECharts: plots.ECharts()}); err != nil {
		t.Fatal(err)
	}
	fine(t, page, 6)
}

// The notebooks that were executed before this test, as `make test` does, are exported and
// looked at as a reader would.
func TestExecutedNotebooks(t *testing.T) {
	all, err := filepath.Glob("../../.cache/quick/*.ipynb")
	if err != nil || len(all) == 0 {
		why := "no notebook was executed: run make quick"
		if os.Getenv("TLKIT_REQUIRE") == "all" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	for _, path := range all {
		t.Run(filepath.Base(path), func(t *testing.T) {
			page := filepath.Join(t.TempDir(), "page.html")
			if err := File(t.Context(), path, page, Options{ECharts: plots.ECharts()}); err != nil {
				t.Fatal(err)
			}
			st, err := os.Stat(page)
			if err != nil || st.Size() > 4<<20 {
				t.Errorf("%v: %d bytes", err, st.Size())
			}
			fine(t, page, 1)
		})
	}
}

// In a page of its own, as in JupyterLab, a figure brings its own small script; RequireJS's
// define may be there.
func TestFiguresDrawThemselves(t *testing.T) {
	for name, before := range map[string]string{
		"plain":            "",
		"beside RequireJS": `<script>window.defined=0;window.define=function(){window.defined++};window.define.amd={}</script>`,
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			b.WriteString(`<!DOCTYPE html><html><head><meta charset="utf-8"><title>figures</title>` + before + `<script>` + string(plots.ECharts()) + `</script></head><body>`)
			for _, c := range charts(t) {
				for range 2 { // twice the same on one page
					h, err := c.HTML()
					if err != nil {
						t.Fatal(err)
					}
					b.WriteString(h)
				}
			}
			b.WriteString(`</body></html>`)
			page := filepath.Join(t.TempDir(), "figures.html")
			if err := os.WriteFile(page, []byte(b.String()), 0o666); err != nil {
				t.Fatal(err)
			}
			p := browsertest.Open(t, page, browsertest.Options{})
			if r := append(p.Requests(), p.Trouble()...); len(r) > 0 {
				t.Errorf("%q", r)
			}
			if title := browsertest.Eval[string](t, p, `document.title`); title != "figures" {
				t.Errorf("title is %q", title)
			}
			if n := inked(t, p); n != 12 {
				t.Errorf("%d charts", n)
			}
			if n := browsertest.Eval[int](t, p, `document.querySelectorAll("figure > div > div svg, figure > div > svg").length`); n != 12 {
				t.Errorf("%d interactive charts", n)
			}
			if before != "" {
				if n := browsertest.Eval[int](t, p, `window.defined`); n != 0 {
					t.Errorf("define was called %d times", n)
				}
			}
		})
	}
}
