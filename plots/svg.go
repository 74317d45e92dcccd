package plots

import (
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"html"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dop251/goja"
)

//go:embed echarts/echarts.min.js
var echarts []byte

//go:embed bootstrap.js
var bootstrap string

// ECharts is the script that draws charts on a page. It sets the global tlkitECharts. Do
// not change the slice.
func ECharts() []byte { return echarts }

// patience bounds the drawing of one picture: a large one takes a tenth of a second.
const patience = 20 * time.Second

// engine is ECharts, loaded. Loading takes some hundred milliseconds, so a process does
// it once, when it first draws; this is the package's only state.
type engine struct {
	mu   sync.Mutex
	vm   *goja.Runtime
	draw goja.Callable
}

var loaded = sync.OnceValues(load)

func load() (*engine, error) {
	vm := goja.New()
	// ECharts puts off what only animations and pointers need; a still picture has neither.
	for name, result := range map[string]any{"setTimeout": 0, "clearTimeout": nil} {
		if err := vm.Set(name, func(goja.FunctionCall) goja.Value { return vm.ToValue(result) }); err != nil {
			return nil, fmt.Errorf("plots: %w", err)
		}
	}
	if _, err := vm.RunScript("echarts.min.js", string(echarts)); err != nil {
		return nil, fmt.Errorf("plots: loading ECharts: %w", err)
	}
	if err := vm.Set("tlkitWidth", textWidth); err != nil {
		return nil, fmt.Errorf("plots: %w", err)
	}
	v, err := vm.RunString(`tlkitECharts.setPlatformAPI({ measureText: function (text, font) { return { width: tlkitWidth(text || "", font || "") }; } });
	(function (option, width, height, corners) {
		var chart = tlkitECharts.init(null, null, { renderer: "svg", ssr: true, width: width, height: height });
		try {
			chart.setOption(JSON.parse(option));
			var at = JSON.parse(corners).map(function (p) { return chart.convertToPixel({ gridIndex: 0 }, p); });
			return [JSON.stringify(at), chart.renderToSVGString({ useViewBox: true })];
		} finally { chart.dispose(); }
	})`)
	if err != nil {
		return nil, fmt.Errorf("plots: loading ECharts: %w", err)
	}
	draw, ok := goja.AssertFunction(v)
	if !ok {
		return nil, errors.New("plots: loading ECharts: no function to draw with")
	}
	return &engine{vm: vm, draw: draw}, nil
}

// still draws an option. Of the corners, points in the chart's data, it says where in the
// picture they are.
func (e *engine) still(option []byte, width, height int, corners [][2]float64) (svg string, at [][2]float64, err error) {
	points, err := json.Marshal(append([][2]float64{}, corners...))
	if err != nil {
		return "", nil, fmt.Errorf("plots: drawing: %w", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	timer := time.AfterFunc(patience, func() { e.vm.Interrupt("it took too long") })
	defer func() {
		timer.Stop()
		e.vm.ClearInterrupt()
	}()
	v, err := e.draw(goja.Undefined(), e.vm.ToValue(string(option)), e.vm.ToValue(width), e.vm.ToValue(height), e.vm.ToValue(string(points)))
	if err != nil {
		return "", nil, fmt.Errorf("plots: drawing: %w", err)
	}
	var both []string
	if err := e.vm.ExportTo(v, &both); err != nil || len(both) != 2 {
		return "", nil, errors.New("plots: drawing: ECharts gave no picture")
	}
	if err := json.Unmarshal([]byte(both[0]), &at); err != nil {
		return "", nil, fmt.Errorf("plots: drawing: %w", err)
	}
	return both[1], at, nil
}

// figures counts the pictures of a process, so that the ids of two on one page differ.
var figures atomic.Uint64

// SVG is the chart as a still picture, with a title and a description for those who
// cannot see it.
func (c *Chart) SVG() (string, error) {
	e, err := loaded()
	if err != nil {
		return "", err
	}
	if c.marks == nil {
		svg, _, err := e.still(c.option, c.width, c.height, nil)
		if err != nil {
			return "", err
		}
		return c.dress(svg, c.prefix())
	}
	svg, at, err := e.still(c.marks.option, c.width, c.height, c.marks.corners)
	if err != nil {
		return "", err
	}
	end := strings.LastIndex(svg, "</svg>")
	if end < 0 || len(at) != 2 {
		return "", errors.New("plots: drawing: ECharts gave no picture")
	}
	return c.dress(svg[:end]+c.marks.draw(at)+svg[end:], c.prefix())
}

// prefix starts the ids of one picture.
func (c *Chart) prefix() string { return fmt.Sprintf("c%s%d-", c.digest(), figures.Add(1)) }

// digest tells charts apart.
func (c *Chart) digest() string {
	h := fnv.New64a()
	_, _ = h.Write(c.option)
	return hex.EncodeToString(h.Sum(nil))[:10]
}

// A still picture has no use for what ECharts adds for pointers: hover styles and marks of
// its own. Only tags are changed: text stays as the user wrote it.
var (
	tags     = regexp.MustCompile(`<[a-zA-Z][^>]*>`)
	styles   = regexp.MustCompile(`(?s)<style ?><!\[CDATA\[.*?\]\]>\s*</style>`)
	pointers = regexp.MustCompile(` (ecmeta_\w+|class)="[^"]*"`)
	ids      = regexp.MustCompile(`(id="|url\(#|href="#)zr\d+-`)
)

// dress gives the ids of a picture a prefix of its own, and describes it.
func (c *Chart) dress(svg, prefix string) (string, error) {
	at := strings.IndexByte(svg, '>')
	if !strings.HasPrefix(svg, "<svg") || at < 0 {
		return "", errors.New("plots: drawing: ECharts gave no picture")
	}
	body := tags.ReplaceAllStringFunc(styles.ReplaceAllString(svg[at+1:], ""), func(tag string) string {
		return ids.ReplaceAllString(pointers.ReplaceAllString(tag, ""), "${1}"+prefix)
	})
	desc := strings.TrimSpace(c.Text())
	if r := []rune(desc); len(r) > 2000 {
		desc = string(r[:2000]) + "…"
	}
	return fmt.Sprintf(`<svg width="%d" height="%d" viewBox="0 0 %d %d" xmlns="http://www.w3.org/2000/svg" role="img" style="max-width:100%%;height:auto;background:#fff" aria-labelledby="%st"><title id="%st">%s</title><desc>%s</desc>%s`,
		c.width, c.height, c.width, c.height, prefix, prefix, html.EscapeString(clean(c.title)), html.EscapeString(clean(desc)), body), nil
}
