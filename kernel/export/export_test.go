package export

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCleaner(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"text", `a < b & c`, `a &lt; b &amp; c`},
		{"script", `<script>alert(1)</script>x`, `x`},
		{"script in SVG", `<svg><script>alert(1)</script><rect width="1"></rect></svg>`, `<svg><rect width="1"></rect></svg>`},
		{"event handler", `<b onclick="x()" class="c">t</b>`, `<b class="c">t</b>`},
		{"javascript link", `<a href=" javascript:x()">t</a>`, `<a>t</a>`},
		{"javascript link with a tab", "<a href=\"java\tscript:x()\">t</a>", `<a>t</a>`},
		{"data link", `<a href="data:text/html,x">t</a>`, `<a>t</a>`},
		{"web link", `<a href="https://example.org/">t</a>`, `<a href="https://example.org/" rel="noopener noreferrer">t</a>`},
		{"inner link", `<a href="#x">t</a><i id="x"></i>`, `<a href="#p-x">t</a><i id="p-x"></i>`},
		{"outside picture", `<img src="https://example.org/a.png" alt="A">`, `<span class="left-out">[picture from outside left out: A]</span>`},
		{"picture sources", `<img src="data:image/png;base64,AA==" srcset="https://example.org/a.png 2x">`, `<img src="data:image/png;base64,AA==">`},
		{"frame", `<iframe src="https://example.org/"></iframe>t`, `t`},
		{"form", `<form action="https://example.org/"><input></form>t`, `t`},
		{"meta", `<meta http-equiv="refresh" content="0;url=https://example.org/">t`, `t`},
		{"style sheet", `<style>@import "https://example.org/"</style>t`, `t`},
		{"style address", `<p style="background:url(https://example.org/);color:red">t</p>`, `<p style="color:red">t</p>`},
		{"style escape", `<p style="background:u\72l(x);color:red">t</p>`, `<p style="color:red">t</p>`},
		{"style that covers", `<p style="position:fixed;top:0">t</p>`, `<p style="top:0">t</p>`},
		{"gradient", `<svg><rect fill="url(#g)"></rect></svg>`, `<svg><rect fill="url(#p-g)"></rect></svg>`},
		{"outside fill", `<svg><rect fill="url(https://example.org/#g)"></rect></svg>`, `<svg><rect></rect></svg>`},
		{"outside use", `<svg><use xlink:href="https://example.org/#g"></use></svg>`, `<svg><use></use></svg>`},
		{"foreign object", `<svg><foreignObject><b>x</b></foreignObject></svg>`, `<svg></svg>`},
		{"camel case", `<svg viewBox="0 0 1 1"><linearGradient id="g"></linearGradient></svg>`, `<svg viewBox="0 0 1 1"><linearGradient id="p-g"></linearGradient></svg>`},
		{"unknown element", `<made-up>t</made-up>`, `t`},
		{"comment", `a<!-- <script> -->b`, `ab`},
		{"chart data", `<script type="application/json">{"a": "\u003c/script>"}</script>`, `<script type="application/json">{"a":"\u003c/script\u003e"}</script>`},
		{"chart data that is none", `<script type="application/json">alert(1)</script>`, ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := cleaner{prefix: "p-", charts: true}
			if got := k.clean(c.in); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestMarkdown(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"underscores in a formula", `$a_i b_i$`, `>aᵢ bᵢ</code>`},
		{"money", `costs $5 and $6`, `costs $5 and $6`},
		{"display", "$$\nx^2\n$$", `<code class="math display" title="x^2">x²</code>`},
		{"heading", "## A & B", `<h2 id="n-A-B">A &amp; B</h2>`},
		{"script", "<script>x</script>", ``},
		{"script link", `[t](javascript:x)`, `<a>t</a>`},
		{"table", "|a|\n|-|\n|b|", `<td>b</td>`},
		{"unclosed display", "$$ a", `$$ a`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := newProse().render(c.in, nil)
			if !strings.Contains(got, c.want) || strings.Contains(got, "<script") {
				t.Errorf("got %s, want %s in it", got, c.want)
			}
		})
	}
}

func TestTerminalText(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"escaped", "<b>", "&lt;b&gt;"},
		{"colour", "\x1b[32mok\x1b[0m.", `<span class="ansi-fg-2">ok</span>.`},
		{"bold red", "\x1b[1;31mx", `<span class="ansi-fg-1 ansi-bold">x</span>`},
		{"256 colours", "\x1b[38;5;196mx", `<span style="color:#ff0000">x</span>`},
		{"true colour", "\x1b[48;2;1;2;3mx", `<span style="background-color:#010203">x</span>`},
		{"overwritten", "step 1\rstep 2\n", "step 2\n"},
		{"overwritten in part", "abcdef\rxy", "xycdef"},
		{"wiped", "abcdef\r\x1b[Kxy", "xy"},
		{"backspace", "ab\bc", "ac"},
		{"Windows lines", "a\r\nb", "a\nb"},
		{"overwritten with colour", "a\r\x1b[32mb\x1b[0m", `<span class="ansi-fg-2">b</span>`},
		{"title sequence", "\x1b]0;title\x07x", "x"},
		{"broken sequence", "\x1b[", ""},
		{"hostile style", "\x1b[38;5;\"onload=xm", "&#34;onload=xm"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ansi(c.in)
			if c.name == "hostile style" {
				if strings.Contains(got, `"onload`) && !strings.Contains(got, "&#34;") {
					t.Errorf("got %q", got)
				}
				return
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestHighlightLosesNothing(t *testing.T) {
	strip := func(s string) string {
		var b strings.Builder
		in := false
		for _, r := range s {
			switch {
			case r == '<':
				in = true
			case r == '>':
				in = false
			case !in:
				b.WriteRune(r)
			}
		}
		return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#39;", "'", "&amp;", "&").Replace(b.String())
	}
	for _, src := range []string{
		"%%\nx := 1 // one\n", "!ls -l\n%args a\nfunc f() {}", "a := \"unclosed\nb", "s := `raw\r\nline`", "/* open", "x <- y & z", "世界 := '世'", "",
		"%%\n\n\nfmt.Println()", "@ # ?",
	} {
		if got := strip(highlight(src)); got != src {
			t.Errorf("source %q came out as %q", src, got)
		}
	}
}

func TestErrorsSayWhere(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"not JSON", "hello", "not a Jupyter notebook"},
		{"empty", "", "not a Jupyter notebook"},
		{"old format", `{"nbformat":3,"cells":[]}`, "format 3"},
		{"source of a wrong kind", `{"nbformat":4,"cells":[{"cell_type":"code","source":7}]}`, "neither a string nor a list"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "bad.ipynb")
			os.WriteFile(path, []byte(c.in), 0o600)
			out := filepath.Join(t.TempDir(), "o", "bad.html")
			err := File(t.Context(), path, out, Options{})
			var ne *NotebookError
			if !errors.As(err, &ne) || ne.Path != path || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q about %s", err, c.want, path)
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("a page was written all the same")
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := File(ctx, "testdata/sample.ipynb", filepath.Join(t.TempDir(), "x.html"), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled export gave %v", err)
	}
}

func FuzzPage(f *testing.F) {
	data, err := os.ReadFile("testdata/sample.ipynb")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"nbformat":4,"cells":[{"cell_type":"markdown","source":"$$ <script>x</script> ![a](attachment:b)"}]}`))
	f.Add([]byte(`{"nbformat":4,"cells":[{"cell_type":"code","source":["%%\n","x"],"outputs":[{"output_type":"stream","text":"\u001b[3\rx"},{"output_type":"display_data","data":{"text/html":"<svg><script>x</script>","image/png":3}}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		page, err := Page(t.Context(), "f.ipynb", data, Options{})
		if err != nil {
			return
		}
		if _, err := Notebook(page); err != nil {
			t.Errorf("the page does not carry its notebook: %v", err)
		}
		if n := strings.Count(string(page), "<script>"); n != 1 {
			t.Errorf("%d running scripts in the page, want its own one", n)
		}
	})
}
