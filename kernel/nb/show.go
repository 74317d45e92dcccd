package nb

import (
	"errors"
	"fmt"
	"html"
	"image"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
)

// MaxText is the most plain text, in bytes, that one value shows; the rest is cut and the cut is said.
const MaxText = 64 << 10

// Show shows values, one below the other. [Beside] puts several next to each other.
//
//   - tables, gota dataframes and series ([Table] sets how much of them);
//   - pictures: image.Image, [Picture], and [Grid] for many;
//   - sound: [Audio];
//   - anything with HTML() string or HTML() (string, error), such as the charts of plots and reports;
//   - errors, in a box that cannot be overlooked;
//   - anything else as text: its Text() or String(), or the way fmt prints it.
//
// A value that cannot be shown says so in its place; the others are still shown.
func Show(values ...any) {
	if len(values) == 0 {
		return
	}
	screen.show(join(values, "tlkit-below"))
}

// Group is values shown together; see [Beside] and [Below].
type Group struct {
	values []any
	class  string
}

// Beside puts values next to each other for [Show]; on a narrow page they wrap.
func Beside(values ...any) Group { return Group{values, "tlkit-beside"} }

// Below puts values one below the other for [Show], for use within [Beside].
func Below(values ...any) Group { return Group{values, "tlkit-below"} }

// join renders values into one output.
func join(values []any, class string) bundle {
	if len(values) == 1 {
		return render(values[0])
	}
	var h, t strings.Builder
	style := "display:flex;flex-direction:column;gap:12px"
	if class == "tlkit-beside" {
		style = "display:flex;flex-flow:row wrap;gap:12px 24px;align-items:flex-start"
	}
	fmt.Fprintf(&h, `<div class="%s" style="%s">`, class, style)
	for i, v := range values {
		b := render(v)
		fmt.Fprintf(&h, `<div style="min-width:0;max-width:100%%">%s</div>`, b.html)
		if i > 0 {
			t.WriteString("\n\n")
		}
		t.WriteString(trimNewline(b.text))
	}
	h.WriteString(`</div>`)
	return bundle{html: h.String(), text: t.String()}
}

// render makes one value's output. A panic in a value's own method is shown in its place.
func render(v any) (b bundle) {
	defer func() {
		if r := recover(); r != nil {
			b = problem(fmt.Errorf("showing a %T: %v", v, r))
		}
	}()
	switch v := v.(type) {
	case nil:
		return plain("nil")
	case Group:
		return join(v.values, v.class)
	case TableView:
		return v.render()
	case frame.Table:
		return Table(v, TableOptions{}).render()
	case dataframe.DataFrame:
		return Table(frame.Table{DataFrame: v}, TableOptions{}).render()
	case *dataframe.DataFrame:
		if v == nil {
			return plain("nil dataframe")
		}
		return Table(frame.Table{DataFrame: *v}, TableOptions{}).render()
	case series.Series:
		return Table(frame.Table{DataFrame: dataframe.New(v)}, TableOptions{}).render()
	case Sheet:
		return v.render()
	case Picture:
		return Grid([]Picture{v}, GridOptions{Size: defaultPicture}).render()
	case Audio:
		return v.render()
	case interface{ HTML() (string, error) }:
		h, err := v.HTML()
		if err != nil {
			return problem(fmt.Errorf("showing a %T: %w", v, err))
		}
		return bundle{html: dressed(h), text: textOf(v)}
	case interface{ HTML() string }:
		return bundle{html: dressed(v.HTML()), text: textOf(v)}
	case interface{ Table() frame.Table }: // the rows of a part
		return Table(v.Table(), TableOptions{}).render()
	case image.Image:
		return Grid([]Picture{{Image: v}}, GridOptions{Size: defaultPicture}).render()
	case error:
		return problem(v)
	default:
		return plain(textOf(v))
	}
}

// textOf is a value's plain text: its Text() or String() method, or what fmt makes of it.
func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []byte:
		if utf8.Valid(v) {
			return string(v)
		}
		return fmt.Sprintf("%d bytes", len(v))
	case interface{ Text() string }:
		return v.Text()
	case interface{ Text() (string, error) }:
		if s, err := v.Text(); err == nil {
			return s
		}
	case fmt.Stringer:
		return v.String()
	case error:
		return v.Error()
	case interface{ HTML() (string, error) }, interface{ HTML() string }:
		return fmt.Sprintf("(%T)", v) // its fields would be pages of data
	}
	return fmt.Sprintf("%+v", v)
}

// plain is text for people, in both forms.
func plain(s string) bundle {
	s = printable(s)
	return bundle{
		html: `<pre class="tlkit-text" style="margin:0;white-space:pre-wrap;overflow-wrap:anywhere">` + html.EscapeString(s) + `</pre>`,
		text: s,
	}
}

// problem is an error in both forms, with what it wraps left to its own words.
func problem(err error) bundle {
	var joined interface{ Unwrap() []error }
	text := printable(err.Error())
	if errors.As(err, &joined) && len(joined.Unwrap()) > 1 {
		text = strings.ReplaceAll(text, "\n", "\n- ")
	}
	return bundle{
		html: `<div class="tlkit-error" role="alert" style="border-left:4px solid #c62828;padding:.5em .8em;` +
			`background:rgba(198,40,40,.09);white-space:pre-wrap;overflow-wrap:anywhere"><strong>Error</strong> ` +
			html.EscapeString(text) + `</div>`,
		text: "Error: " + text,
	}
}

// printable cuts text to MaxText and replaces what is not text: control characters other than tab and line
// feed (a carriage return would overwrite, an escape would colour or move), broken UTF-8, and the marks that
// turn the direction of writing round.
func printable(s string) string {
	cut := ""
	if len(s) > MaxText {
		i := MaxText
		for i > 0 && !utf8.RuneStart(s[i]) {
			i--
		}
		cut = fmt.Sprintf("\n… %d bytes more", len(s)-i)
		s = s[:i]
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r):
			return '�'
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return '�'
		}
		return r
	}, strings.ToValidUTF8(s, "�")) + cut
}

// oneLine is printable text on one line, cut to n characters; whole is the text before the cut.
func oneLine(s string, n int) (short, whole string) {
	if len(s) > MaxText {
		s = s[:MaxText]
	}
	whole = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		return r
	}, printable(s))
	if r := []rune(whole); len(r) > n {
		return string(r[:n-1]) + "…", whole
	}
	return whole, whole
}
