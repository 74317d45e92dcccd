package grel

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var reference = flag.String("reference", "", "a file of cases with OpenRefine's results, as testdata/Evaluate.java writes them, to be compared instead of the golden ones")

// referenceCase is one line of the golden file: see testdata/Evaluate.java.
type referenceCase struct {
	Expression string            `json:"e"`
	Value      string            `json:"v"`
	Cells      map[string]string `json:"c"`
	Row        int               `json:"n"`
	Result     any               `json:"r"`
}

// TestReference evaluates what OpenRefine 3.9.3 evaluated and compares the results.
func TestReference(t *testing.T) {
	cases, refused := 0, map[string]int{}
	parsed := map[string]expression{}
	for c := range readCases(t) {
		cases++
		e, ok := parsed[c.Expression]
		if !ok {
			e.Expr, e.err = Parse(c.Expression)
			parsed[c.Expression] = e
		}
		got := evaluate(e, c)
		if name, ok := strings.CutPrefix(fmt.Sprint(got), "refused: "); ok {
			refused[name]++
			continue
		}
		if want := c.Result; !agrees(got, want) && !nearly(c.Expression, got, want) {
			t.Errorf("%s\n  of %q\n  is  %q\n  not %q", c.Expression, c.Value, fmt.Sprint(got), fmt.Sprint(want))
		}
	}
	if cases == 0 {
		t.Fatal("no cases")
	}
	total := 0
	for _, n := range refused {
		total += n
	}
	t.Logf("%d cases, %d of them refused: %v", cases, total, refused)
}

func readCases(t *testing.T) func(yield func(referenceCase) bool) {
	return func(yield func(referenceCase) bool) {
		name := *reference
		if name == "" {
			name = "testdata/golden.jsonl.gz"
		}
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		var r io.Reader = f
		if strings.HasSuffix(name, ".gz") {
			if r, err = gzip.NewReader(f); err != nil {
				t.Fatal(err)
			}
		}
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, 1<<24)
		for lines.Scan() {
			var c referenceCase
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				t.Fatal(err)
			}
			if !yield(c) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
	}
}

type expression struct {
	*Expr
	err error
}

// evaluate gives the result in the form of the reference.
func evaluate(e expression, c referenceCase) any {
	err := e.err
	var no *UnsupportedError
	var syntax *SyntaxError
	switch {
	case errors.As(err, &no):
		return "refused: " + no.Name
	case errors.As(err, &syntax):
		return "x:" + syntax.Msg
	case err != nil:
		return "refused: " + err.Error()
	}
	row := Bindings{Current: decodeValue(c.Value), RowIndex: c.Row, ColumnName: "it", Cells: map[string]Value{"it": decodeValue(c.Value)}}
	for name, v := range c.Cells {
		row.Cells[name] = decodeValue(v)
	}
	v, err := e.Eval(row)
	if errors.As(err, &no) {
		return "refused: " + no.Name
	}
	if err != nil {
		return "refused: " + err.Error()
	}
	return encodeValue(v)
}

func decodeValue(s string) Value {
	kind, rest, _ := strings.Cut(s, ":")
	switch kind {
	case "b":
		return BoolValue(rest == "true")
	case "i":
		n, _ := strconv.ParseInt(rest, 10, 64)
		return IntValue(n)
	case "f":
		bits, _ := strconv.ParseUint(rest, 16, 64)
		return FloatValue(math.Float64frombits(bits))
	case "s":
		return StringValue(rest)
	case "e":
		return ErrorValue(rest)
	case "d":
		return DateValue(decodeDate(rest))
	}
	return null
}

var javaDate = regexp.MustCompile(`^([+-]?\d+)-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d(?::\d\d)?)$`)

// decodeDate reads OffsetDateTime.toString.
func decodeDate(s string) time.Time {
	m := javaDate.FindStringSubmatch(s)
	n := func(i int) int {
		v, _ := strconv.Atoi(m[i])
		return v
	}
	nano, _ := strconv.Atoi((m[7] + "000000000")[:9])
	zone := time.UTC
	if m[8] != "Z" {
		parts := strings.Split(m[8][1:], ":")
		off := 0
		for i, unit := range []int{3600, 60, 1} {
			if i < len(parts) {
				v, _ := strconv.Atoi(parts[i])
				off += v * unit
			}
		}
		if m[8][0] == '-' {
			off = -off
		}
		zone = time.FixedZone("", off)
	}
	return time.Date(n(1), time.Month(n(2)), n(3), n(4), n(5), n(6), nano, zone)
}

func encodeValue(v Value) any {
	switch v.kind {
	case KindNull:
		return "n"
	case KindInt:
		if v.small {
			return fmt.Sprintf("j:%d", v.Int())
		}
		return fmt.Sprintf("i:%d", v.Int())
	case KindFloat:
		f := v.Float()
		if f != f {
			return "f:7ff8000000000000"
		}
		return fmt.Sprintf("f:%x", math.Float64bits(f))
	case KindDate:
		return "d:" + dateText(v.Time())
	case KindBool:
		return fmt.Sprintf("b:%t", v.Bool())
	case KindString:
		return "s:" + v.text
	case KindError:
		return "e:" + v.text
	case KindArray:
		out := []any{v.class()}
		for _, item := range v.Items() {
			out = append(out, encodeValue(item))
		}
		return out
	}
	return "o:" + v.class()
}

var trigonometric = regexp.MustCompile(`\b(sin|cos|tan)\(`)

// nearly lets sines of large numbers differ in their last digits.
func nearly(expression string, got, want any) bool {
	a, b := decodeValue(fmt.Sprint(got)), decodeValue(fmt.Sprint(want))
	return trigonometric.MatchString(expression) && a.kind == KindFloat && math.Abs(a.Float()-b.Float()) <= 1e-13*math.Abs(b.Float())
}

// looseMessages start errors whose ends are details of Java's.
var looseMessages = []string{
	"java.lang.ClassCastException", "java.util.regex.PatternSyntaxException", "java.time.DateTimeException: Invalid value for Year",
	"java.lang.StringIndexOutOfBoundsException: begin 0, end -", "Unknown format conversion ",
}

// agrees compares a result with OpenRefine's.
func agrees(got, want any) bool {
	g, isText := got.(string)
	w, wantText := want.(string)
	if !isText || !wantText {
		a, ok := got.([]any)
		b, also := want.([]any)
		return ok && also && slices.EqualFunc(a, b, agrees)
	}
	if g == w {
		return true
	}
	kind, want2, _ := strings.Cut(w, ":")
	gotKind, got2, _ := strings.Cut(g, ":")
	switch {
	case kind == "x":
		return gotKind == "x" // both cannot read it; the messages are our own
	case kind == "t":
		return g == "e:"+want2 // what stops OpenRefine is an error value here
	case kind == "f" && gotKind == "f":
		a, b := decodeValue(g).Float(), decodeValue(w).Float()
		return math.Abs(a-b) <= 4e-16*math.Abs(b) // Java's logarithms and powers have another last bit
	case kind == "e" && gotKind == "e":
		for _, loose := range looseMessages {
			if strings.HasPrefix(want2, loose) {
				return strings.HasPrefix(got2, loose)
			}
		}
	}
	return false
}
