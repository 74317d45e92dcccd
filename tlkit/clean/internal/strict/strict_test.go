package strict

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

type inner struct {
	Name string `json:"name"`
	N    int    `json:"n"`
}

type outer struct {
	inner
	List []inner          `json:"list"`
	At   *float64         `json:"at"`
	Map  map[string]inner `json:"map"`
	Raw  json.RawMessage  `json:"raw"`
	Skip string           `json:"-"`
}

func TestDecode(t *testing.T) {
	for _, c := range []struct {
		name, doc string
		want      error  // nil: it is read
		says      string // part of the error
	}{
		{"whole", `{"name":"a","n":1,"list":[{"name":"b"}],"at":1.5,"map":{"k":{"n":2}},"raw":[1]}`, nil, ""},
		{"null is the zero value", `{"name":null,"list":null}`, nil, ""},
		{"white space", " \n{ \"name\" : \"a\" }\r\n\t", nil, ""},
		{"empty", ``, ErrSyntax, "line 1, column 1: not as it should be written: the document ends here"},
		{"cut", `{"name":"a",`, ErrSyntax, "column 13"},
		{"cut in a text", `{"name":"a`, ErrSyntax, "never closed"},
		{"text after the end", "{}\n x", ErrSyntax, "line 2, column 2"},
		{"no value", `{"name":tru}`, ErrSyntax, "'t' begins no value"},
		{"a bad number", `{"n":01}`, ErrSyntax, `"01" is no number`},
		{"a bad escape", `{"name":"\x"}`, ErrSyntax, "escape"},
		{"a line end in a text", "{\"name\":\"a\nb\"}", ErrSyntax, "does not allow"},
		{"a comma too many", `{"list":[1,]}`, ErrSyntax, "']' begins no value"},
		{"no comma", `{"list":[1 2]}`, ErrSyntax, `a comma or "]"`},
		{"no colon", `{"n" 1}`, ErrSyntax, "colon"},
		{"no quotes", `{n:1}`, ErrSyntax, "a name in quotes"},
		{"a key twice", "{\"n\":1,\n\"n\":2}", ErrSyntax, `line 2, column 1: not as it should be written: "n" stands here twice`},
		{"an unknown key", "{\"list\":[{},\n {\"nmae\":\"x\"}]}", ErrSyntax, `line 2, column 10: not as it should be written: nothing here is called "nmae"; did you mean "name"`},
		{"a key in other letters", `{"Name":"x"}`, ErrSyntax, `called "Name"`},
		{"an unknown key in a map", `{"map":{"k":{"x":1}}}`, ErrSyntax, `called "x"`},
		{"a hidden field", `{"Skip":"x"}`, ErrSyntax, `called "Skip"`},
		{"another kind", "{\n\"n\":\"x\"}", ErrSyntax, `"n" is string, and a whole number`},
		{"a fraction", `{"n":1.5}`, ErrSyntax, "a whole number"},
		{"a list for an object", `[]`, ErrSyntax, "this is array, and an object is needed"},
		{"not UTF-8", "{\"name\":\"\xff\"}", ErrSyntax, "column 10: not as it should be written: this is not UTF-8"},
		{"too deep", strings.Repeat("[", 40), ErrLimit, "more than 32 deep"},
		{"too many values", "[" + strings.Repeat("0,", 100) + "0]", ErrLimit, "more than 50 values"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, err := Parse([]byte(c.doc), Limits{Values: 50})
			var v outer
			if err == nil {
				err = n.Decode(&v)
			}
			if c.want == nil {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var where *Error
			if !errors.Is(err, c.want) || !errors.As(err, &where) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v; want %v with %q", err, c.want, c.says)
			}
		})
	}
	if _, err := Parse([]byte("[1234]"), Limits{Bytes: 5}); !errors.Is(err, ErrLimit) {
		t.Errorf("too large: %v", err)
	}
}

func TestOpaque(t *testing.T) {
	doc := `{"a":{"state":{"x":[1,2,{"state":3}],"y":4},"b":[5]}}`
	n, err := Parse([]byte(doc), Limits{Values: 5, Opaque: "state"}) // {}, a's {}, state, b, 5
	if err != nil {
		t.Fatal(err)
	}
	a, _ := n.Get("a")
	state, _ := a.Get("state")
	b, ok := a.Get("b")
	if string(state.Raw()) != `{"x":[1,2,{"state":3}],"y":4}` || len(state.Items)+len(state.Keys) != 0 || !ok || len(b.Items) != 1 {
		t.Errorf("%s %v %v", state.Raw(), state, b)
	}
	if _, err := Parse([]byte(`{"state":{"x":1,"x":2}}`), Limits{Opaque: "state"}); !errors.Is(err, ErrSyntax) {
		t.Errorf("a key twice within: %v", err)
	}
}

// FuzzParse: what is read is JSON to encoding/json too, and says the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{`{"name":"a","list":[{"n":1}]}`, `[1e5,-0,"\ud83d\ude00",null,true]`, `{"a":{"a":[[]]}}`, "\"\xff\"", `{"a":1,"a":2}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := Parse(b, Limits{Values: 1000})
		if err != nil {
			var where *Error
			if errors.As(err, &where) && (where.Line < 1 || where.Column < 1) {
				t.Errorf("%+v", where)
			}
			return
		}
		if !json.Valid(b) {
			t.Fatalf("%q is no JSON to encoding/json", b)
		}
		var want any
		if json.Unmarshal(b, &want) != nil {
			return // a number out of range
		}
		if got := value(t, n); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v, encoding/json has %v", b, got, want)
		}
		var v outer
		_ = n.Decode(&v)
	})
}

func value(t *testing.T, n Node) any {
	switch n.Kind {
	case Array:
		out := []any{}
		for _, i := range n.Items {
			out = append(out, value(t, i))
		}
		return out
	case Object:
		out := map[string]any{}
		for i, k := range n.Keys {
			out[k] = value(t, n.Items[i])
		}
		return out
	}
	var v any
	if err := json.Unmarshal(n.Raw(), &v); err != nil {
		t.Fatal(err)
	}
	return v
}
