package frame

import (
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

func TestAnArrayOfObjectsIsReadAsLines(t *testing.T) {
	lines := `{"a": 1, "b": "x, y"}` + "\n" + `{"a": 2, "b": "[{\"\\"}` + "\n" + `{"b": null}`
	want, err := DecodeJSONLines(t.Context(), nil, strings.NewReader(lines), JSONOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"on one line":   "[" + strings.ReplaceAll(lines, "\n", ",") + "]",
		"a line each":   "[\n" + strings.ReplaceAll(lines, "\n", ",\n") + "\n]\n",
		"laid out":      "\n [ {\n\t\"a\": 1,\r\n\"b\":\n\"x, y\"\n},{\"a\": 2, \"b\": \"[{\\\"\\\\\"}, {\"b\"\n: null} ] \n\n",
		"after a mark":  "\uFEFF[" + strings.ReplaceAll(lines, "\n", ",") + "]",
		"lines as such": lines,
	} {
		got, err := DecodeJSONLines(t.Context(), nil, iotest.OneByteReader(strings.NewReader(text)), JSONOptions{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		a, _ := want.MarshalBinary()
		if b, _ := got.MarshalBinary(); !reflect.DeepEqual(a, b) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestWhatIsWrongInAnArrayIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		row  int64
	}{
		"no object":      {`[{"a": 1}, 7]`, 2},
		"two kinds":      {`[{"a": 1}, {"a": 2}, {"a": "x"}]`, 3},
		"cut":            {`[{"a": 1}, {"a":`, 2},
		"cut at a comma": {`[{"a": 1}, {"a": 2},`, 3},
		"never closed":   {`[{"a": 1}, {"a": 2}`, 2},
		"after its end":  {`[{"a": 1}] {"a": 2} x`, 2},
		"nested":         {`[{"a": 1}, {"a": [1, {"b": 2}]}]`, 2},
		"array of array": {`[[1, 2], [3, 4]]`, 1},
	} {
		_, err := DecodeJSONLines(t.Context(), nil, strings.NewReader(c.text), JSONOptions{})
		var bad *ParseError
		if !errors.As(err, &bad) || bad.Row != c.row || bad.Line != c.row {
			t.Errorf("%s: %+v: %v", name, bad, err)
		}
	}
}

func TestArrayLinesKeepsEveryOffset(t *testing.T) {
	text := " [ {\"a\":\n[1,2]} , {\"b\": \"],[\"} ] tail"
	got, err := io.ReadAll(&arrayLines{r: iotest.HalfReader(strings.NewReader(text))})
	if want := "   {\"a\": [1,2]} \n {\"b\": \"],[\"} \n tail"; err != nil || string(got) != want || len(got) != len(text) {
		t.Errorf("%q, want %q", got, want)
	}
}
