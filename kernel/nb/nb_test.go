package nb

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"transferlab/kernel/provenance"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// notebook is a stage that keeps outputs as a front end does: one for each display id, in order.
type notebook struct {
	order []string
	last  map[string]*protocol.DisplayData
	sent  int
}

func (n *notebook) stage() *stage {
	n.last = map[string]*protocol.DisplayData{}
	return &stage{rich: true, pending: map[*board]bool{}, sync: func() {}, send: func(d *protocol.DisplayData) {
		n.sent++
		id := d.DisplayID
		if id == "" {
			id = fmt.Sprintf("plain-%d", n.sent)
		}
		if n.last[id] == nil {
			n.order = append(n.order, id)
		}
		n.last[id] = d
	}}
}

func (n *notebook) html(i int) string {
	h, _ := n.last[n.order[i]].Data[protocol.MIMETextHTML].(string)
	return h
}

const hostile = `<script>alert("x")</script>'&` + "\x1b[2J\x00\r\u202e"

func TestAllTextIsEscaped(t *testing.T) {
	df := dataframe.New(series.New([]string{hostile, "b"}, series.String, hostile))
	for _, c := range []struct {
		name  string
		value any
	}{
		{"text", hostile},
		{"error", errors.New(hostile)},
		{"table", df},
		{"caption of a table", Table(df, TableOptions{Caption: hostile})},
		{"caption of a picture", Picture{Image: image.NewGray(image.Rect(0, 0, 2, 2)), Caption: hostile, Alt: hostile}},
		{"caption of a grid", Grid(nil, GridOptions{Caption: hostile})},
		{"missing picture", Picture{Path: hostile}},
		{"sound", Audio{Data: wav(8000, 1), Caption: hostile}},
		{"bad sound", Audio{Data: []byte("no"), Caption: hostile}},
		{"struct", struct{ A string }{hostile}},
		{"map", map[string]string{hostile: hostile}},
		{"HTML that fails", failing{}},
		{"panic", panics{}},
		{"beside", Beside(hostile, errors.New(hostile))},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := render(c.value)
			if strings.Contains(b.html, "<script") || strings.ContainsAny(b.html, "\x1b\x00\r\u202e") {
				t.Errorf("hostile text got into the HTML: %q", b.html)
			}
			if strings.ContainsAny(b.text, "\x1b\x00\r\u202e") {
				t.Errorf("control characters got into the text: %q", b.text)
			}
			if b.html == "" || b.text == "" {
				t.Errorf("an output lacks a form: %+v", b)
			}
		})
	}
}

type failing struct{}

func (failing) HTML() (string, error) { return "", errors.New(hostile) }

type panics struct{}

func (panics) HTML() string { panic(hostile) }

type chart struct{}

func (chart) HTML() (string, error) { return "<svg></svg>", nil }
func (chart) Text() string          { return "three bars" }

func TestShow(t *testing.T) {
	var n notebook
	s := n.stage()
	s.show(join([]any{chart{}, "below"}, "tlkit-below"))
	if len(n.order) != 1 || !strings.Contains(n.html(0), "<svg></svg>") || !strings.Contains(n.html(0), "below") {
		t.Errorf("want one output with both: %q", n.html(0))
	}
	if text := n.last[n.order[0]].Data[protocol.MIMETextPlain]; text != "three bars\n\nbelow" {
		t.Errorf("plain text %q", text)
	}
	var b bytes.Buffer
	out := &stage{out: &b}
	out.show(render(chart{}))
	if b.String() != "three bars\n" {
		t.Errorf("outside a notebook: %q", b.String())
	}
}

func TestTableNamesKindsThatGotaLacks(t *testing.T) {
	table, err := frame.New(frame.Schema{{Name: "day", Kind: frame.Date}, {Name: "size", Kind: frame.Category}},
		frame.Series("day", []frame.Cell[string]{{Value: "2024-02-29"}, {Null: true}}),
		frame.Series("size", []frame.Cell[string]{{Value: "NaN"}, {Value: "S"}}))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{table, split.WholeAsTrain(table), Table(table, TableOptions{})} {
		got := render(v)
		for _, want := range []string{"date, 1 missing", "category", "NaN", "2024-02-29", "2 rows × 2 columns"} {
			if !strings.Contains(strings.ReplaceAll(got.text, "\u202f", " "), want) {
				t.Errorf("a %T: %q is not in\n%s", v, want, got.text)
			}
		}
	}
}

func TestTable(t *testing.T) {
	n := 30
	ints, floats, texts := make([]int, n), make([]float64, n), make([]string, n)
	for i := range n {
		ints[i], floats[i], texts[i] = i*1000, float64(i)/3, "t"
	}
	floats[2], texts[1] = math.NaN(), strings.Repeat("long ", 20)
	b := render(dataframe.New(series.New(ints, series.Int, "i"), series.New(floats, series.Float, "f"), series.New(texts, series.String, "s")))
	want := strings.Join([]string{
		"        i                 f  s",
		"      int  float, 1 missing  string",
		" 0      0                 0  t",
		" 1   1000           0.33333  long long long long long long long long…",
		" 2   2000                 –  t",
		" 3   3000                 1  t",
	}, "\n") + "\n"
	if !strings.HasPrefix(b.text, want) {
		t.Errorf("got\n%s\nwant it to begin\n%s", b.text, want)
	}
	for _, part := range []string{"30 rows × 3 columns", "29000", "⋮", "–", "long long long long long long long long…"} {
		if !strings.Contains(b.text, part) {
			t.Errorf("%q is not in\n%s", part, b.text)
		}
	}
	for _, part := range []string{`title="` + strings.Repeat("long ", 20) + `"`, "1 missing", `text-align:right`, "float"} {
		if !strings.Contains(b.html, part) {
			t.Errorf("%q is not in the HTML", part)
		}
	}
	if rows := strings.Count(b.html, "<tr>"); rows != 1+8+1+4 {
		t.Errorf("%d rows of HTML", rows)
	}
}

func TestTableOddities(t *testing.T) {
	wide := make([]series.Series, 50)
	for i := range wide {
		wide[i] = series.New([]int{1}, series.Int, fmt.Sprintf("c%d", i))
	}
	for _, c := range []struct {
		name string
		v    any
		want string
	}{
		{"error inside", dataframe.ReadCSV(strings.NewReader("")), "holds an error"},
		{"no columns", dataframe.DataFrame{}, "no columns"},
		{"no rows", dataframe.New(series.New([]string{}, series.String, "a")), ""},
		{"one row", dataframe.New(series.New([]string{"x"}, series.String, "a")), "1 row × 1 column"},
		{"many columns", dataframe.New(wide...), "20 of them not shown"},
		{"no tail", Table(dataframe.New(series.New(make([]int, 20), series.Int, "a")), TableOptions{Head: 2, Tail: -1}), "20 rows"},
		{"nil pointer", (*dataframe.DataFrame)(nil), "nil"},
		{"series", series.New([]int{1}, series.Int, "a"), "1 row"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if b := render(c.v); !strings.Contains(b.text, c.want) || b.html == "" {
				t.Errorf("got %q", b.text)
			}
		})
	}
}

func TestNumber(t *testing.T) {
	for x, want := range map[float64]string{0: "0", 3: "3", 0.5: "0.5", 1.0 / 3: "0.33333", 1234.5678: "1234.57", -2.25: "-2.25",
		1e-7: "1e-07", 1.5e12: "1500000000000", 1.23456789e20: "1.23457e+20", math.Inf(1): "+Inf"} {
		if got := number(x); got != want {
			t.Errorf("number(%v) = %q, want %q", x, got, want)
		}
	}
}

func TestPictures(t *testing.T) {
	big := image.NewNRGBA(image.Rect(0, 0, 1000, 500))
	for i := range big.Pix {
		big.Pix[i] = 255
	}
	b := render(Grid([]Picture{{Image: big, Caption: "big"}}, GridOptions{Size: 100}))
	if !strings.Contains(b.html, `width="100" height="50"`) || !strings.Contains(b.html, "data:image/png;base64,") || b.text != "[picture 1000×500] big" {
		t.Errorf("got %.300s / %s", b.html, b.text)
	}
	many := make([]Picture, 70)
	for i := range many {
		many[i].Image = image.NewGray(image.Rect(0, 0, 1, 1))
	}
	if b := render(Grid(many, GridOptions{})); !strings.Contains(b.text, "60 of 70 pictures; 10 more not shown") {
		t.Errorf("what is left out must be said: %.200s", b.text)
	}
}

func TestPictureFilesAreCheckedFirst(t *testing.T) {
	dir := t.TempDir()
	var good bytes.Buffer
	png.Encode(&good, image.NewGray(image.Rect(0, 0, 4, 4)))
	bomb := bytes.Clone(good.Bytes())
	binary.BigEndian.PutUint32(bomb[16:], 1<<30) // width, in the header chunk
	binary.BigEndian.PutUint32(bomb[29:], crc(bomb[12:29]))
	for _, c := range []struct {
		name, want string
		data       []byte
	}{
		{"good.png", "[picture 4×4] good.png", good.Bytes()},
		{"empty.png", "not a PNG, JPEG, GIF or WebP", nil},
		{"cut.png", "damaged", good.Bytes()[:good.Len()-20]},
		{"bomb.png", "over the limit", bomb},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(dir, c.name)
			os.WriteFile(path, c.data, 0o600)
			if b := render(Picture{Path: path}); !strings.Contains(b.text, c.want) || !strings.Contains(b.text, c.name) {
				t.Errorf("got %q, want %q", b.text, c.want)
			}
		})
	}
}

func crc(b []byte) uint32 {
	c := ^uint32(0)
	for _, x := range b {
		c ^= uint32(x)
		for range 8 {
			c = c>>1 ^ 0xedb88320&-(c&1)
		}
	}
	return ^c
}

func wav(rate uint32, seconds int) []byte {
	n := int(rate) * seconds * 2
	b := append([]byte("RIFF\x00\x00\x00\x00WAVEfmt "), 16, 0, 0, 0, 1, 0, 1, 0)
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint32(b, rate*2)
	b = append(b, 2, 0, 16, 0)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(n))
	return append(b, make([]byte, n)...)
}

func TestAudio(t *testing.T) {
	for _, c := range []struct {
		name, want string
		a          Audio
	}{
		{"wav", "[sound: WAV, 2.00 s, 8000 Hz, 1 channel] beep", Audio{Data: wav(8000, 2), Caption: "beep"}},
		{"ogg", "[sound: Ogg, 1 kB]", Audio{Data: []byte("OggS....")}},
		{"neither", "neither WAV nor Ogg", Audio{Data: []byte("MZ")}},
		{"nothing", "neither Data nor Path", Audio{}},
		{"too long", "over the limit", Audio{Data: make([]byte, MaxAudioBytes+1)}},
		{"missing file", "no such file", Audio{Path: "missing.wav"}},
		{"a chunk that lies", "WAV, 1 kB", Audio{Data: []byte("RIFF....WAVExxxx\xff\xff\xff\xff")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if b := render(c.a); !strings.Contains(b.text, c.want) {
				t.Errorf("got %q, want %q", b.text, c.want)
			}
		})
	}
}

func TestLiveEndsAsOneOutputInOrder(t *testing.T) {
	var n notebook
	s := n.stage()
	b := newBoard(s, true)
	const events = 2000
	for i := range events {
		b.Report(progress.Event{Task: "head", Done: int64(i), Total: 2 * events, Unit: "steps", Note: hostile,
			Values: []progress.Value{{Name: "loss" + hostile, X: float64(i), Y: 1 / float64(i+1)}, {Name: "accuracy", X: float64(i), Y: math.NaN()}}})
	}
	s.show(plain("after")) // stopped early: nothing says so, and the last state must be there all the same
	if len(n.order) != 2 || !strings.Contains(n.html(1), "after") {
		t.Fatalf("outputs %v", n.order)
	}
	last := n.html(0)
	if !strings.Contains(last, fmt.Sprintf("%d/%d steps", events-1, 2*events)) || !strings.Contains(last, "<polyline") {
		t.Errorf("the last state is not there: %.400s", last)
	}
	if strings.Contains(last, "<script") || strings.Contains(last, "NaN") {
		t.Error("hostile text or a number that is none got into the chart")
	}
	if n.sent > 50 {
		t.Errorf("%d drawings of %d events: not throttled", n.sent, events)
	}
	if len(s.pending) != 0 {
		t.Error("a drawing is still owed")
	}
}

func TestLiveDrawsLateEventsByItself(t *testing.T) {
	var n notebook
	s := n.stage()
	b := newBoard(s, false)
	b.Report(progress.Event{Task: "a", Done: 1, Total: 3})
	b.Report(progress.Event{Task: "a", Done: 2, Total: 3})
	time.Sleep(3 * drawEvery)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !strings.Contains(n.html(0), "2/3") {
		t.Errorf("the second event was never drawn: %s", n.html(0))
	}
}

func TestMustAndCheck(t *testing.T) {
	if Must(3, nil) != 3 {
		t.Error("Must lost its value")
	}
	cause := errors.New("cause")
	defer func() {
		if r := recover(); r != cause {
			t.Errorf("panicked with %v", r)
		}
	}()
	Must(0, cause)
}

func TestContextIsCancelledByTheInterrupt(t *testing.T) {
	if os.Getenv("NB_TEST_CHILD") == "1" {
		fmt.Println("ready")
		<-Context().Done()
		fmt.Println("stopped cleanly:", Context().Err() == context.Canceled)
		return
	}
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestContextIsCancelledByTheInterrupt$")
		cmd.Env = append(os.Environ(), "NB_TEST_CHILD=1")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var seen bytes.Buffer
		buf := make([]byte, 1024)
		for !strings.Contains(seen.String(), "ready") {
			n, err := out.Read(buf)
			if err != nil {
				t.Fatal(err)
			}
			seen.Write(buf[:n])
		}
		time.Sleep(100 * time.Millisecond) // from the line to the signal handler
		cmd.Process.Signal(sig)
		seen.ReadFrom(out)
		if err := cmd.Wait(); err != nil || !strings.Contains(seen.String(), "stopped cleanly: true") {
			t.Errorf("%v: %v, %q", sig, err, seen.String())
		}
	}
}

func TestProvenanceRecord(t *testing.T) {
	r, err := provenance.Of(struct {
		Backend string `json:"backend"`
		Seed    int64  `json:"seed"`
		Data    []string
	}{"go", math.MaxInt64, []string{"a", "b\n<b>"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Text(); got != "backend  go\nseed     9223372036854775807\nData     a, b <b>\n" {
		t.Errorf("got %q", got)
	}
	if h := provenanceHTML(r); strings.Contains(h, "<b>") {
		t.Errorf("not escaped: %s", h)
	}
	if _, err := provenance.Of(7); err == nil {
		t.Error("a number is no record")
	}
	if self().Get("Go") == "" {
		t.Error("the record lacks the version of Go")
	}
}

func FuzzText(f *testing.F) {
	f.Add(hostile)
	f.Add(strings.Repeat("x", 1000))
	f.Add("\xff\xfe")
	f.Fuzz(func(t *testing.T, s string) {
		b := render(dataframe.New(series.New([]string{s}, series.String, "a")))
		if strings.Contains(b.html, "<script") || strings.ContainsRune(b.html, 0x1b) {
			t.Errorf("%q", b.html)
		}
	})
}

// A report's bare table gets the look of Table; what its cells say of themselves counts
// last, and text in it stays as it is.
func TestBareTablesAreDressed(t *testing.T) {
	got := dressed(`<p>x</p><table class="tlkit-table"><thead><tr><th style="text-align:left">a</th><th>n</th></tr></thead><tbody><tr><th scope="row" style="text-align:left">&lt;td&gt;</th><td>1</td></tr></tbody></table><td>`)
	for _, want := range []string{
		`<p>x</p><div style="overflow-x:auto"><table class="tlkit-table" style="border-collapse`, `font-weight:600;text-align:left">a</th>`,
		`<th scope="row" style="text-align:right;padding:3px`, `;text-align:left">&lt;td&gt;</th>`, `white-space:nowrap">1</td>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %s: %s", want, got)
		}
	}
	if !strings.HasSuffix(got, "</table></div><td>") {
		t.Error("what is beside the table changed: ", got)
	}
	for _, same := range []string{"", "<table><td></table>", bareTable + "<td>", `<table class="tlkit-table" style="x"><td></table>`} {
		if dressed(same) != same {
			t.Errorf("%q became %q", same, dressed(same))
		}
	}
}
