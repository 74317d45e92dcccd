package frame

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

func TestSchemasGoThroughJSON(t *testing.T) {
	s := Schema{{Name: "d", Kind: Date, Format: "%Y"}, {Name: "c", Kind: Category, Levels: []string{"a", ""}, Ordered: true}, {Name: "i", Kind: Int}, {Name: "x"}}
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"fields":[{"name":"d","type":"datetime","format":"%Y"},{"name":"c","type":"category","categories":["a",""],"categoriesOrdered":true},{"name":"i","type":"integer"},{"name":"x"}]}`
	if string(b) != want {
		t.Errorf("got  %s\nwant %s", b, want)
	}
	var back Schema
	if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(back, s) {
		t.Errorf("%+v %v", back, err)
	}
	if b, err = json.Marshal(Schema(nil)); err != nil || string(b) != `{"fields":[]}` {
		t.Errorf("%s %v", b, err)
	}
	// What others write beside what is known here.
	text := `{"$schema":"x","missingValues":[""],"fields":[{"name":"a","type":"date","title":"A"},{"name":"b","type":"any"}],"primaryKey":"a"}`
	if err := json.Unmarshal([]byte(text), &back); err != nil || !reflect.DeepEqual(back, Schema{{Name: "a", Kind: Date}, {Name: "b"}}) {
		t.Errorf("%+v %v", back, err)
	}
}

func TestSchemasThatCannotBe(t *testing.T) {
	for text, is := range map[string]error{
		`{"fields":[{"name":"a","type":"colour"}]}`:        ErrKind,
		`{"fields":[{"name":"a"},{"name":"a"}]}`:           ErrShape,
		`{"fields":{"a":"b"}}`:                             nil,
		`[]`:                                               nil,
		`{"fields":[{"name":"a","categories":[1]}]}`:       nil,
		`{"fields":[{"name":"b"},{"name":"a","type":""}]}`: ErrKind,
	} {
		s := Schema{{Name: "before"}}
		err := json.Unmarshal([]byte(text), &s)
		if err == nil || is != nil && !errors.Is(err, is) || s[0].Name != "before" {
			t.Errorf("%s: %v, %+v", text, err, s)
		}
	}
	if _, err := json.Marshal(Schema{{Name: "a", Kind: 42}}); err == nil || !strings.Contains(err.Error(), "Kind(42)") {
		t.Errorf("%v", err)
	}
}

func TestKindsHaveNames(t *testing.T) {
	for k := Auto; k <= Category; k++ {
		b, err := k.MarshalText()
		var back Kind
		if err != nil || back.UnmarshalText(b) != nil || back != k || string(b) != k.String() {
			t.Errorf("%v: %s %v", k, b, err)
		}
	}
}

func TestSchemasAreNotChanged(t *testing.T) {
	s := Schema{{Name: "a", Kind: Date}, {Name: "b", Kind: Text}, {Name: "c", Kind: Category}}
	before := append(Schema{}, s...)
	for name, c := range map[string]struct{ got, want Schema }{
		"with":        {s.With(Field{Name: "b", Kind: Date}, Field{Name: "d"}), Schema{{Name: "a", Kind: Date}, {Name: "b", Kind: Date}, {Name: "c", Kind: Category}, {Name: "d"}}},
		"without":     {s.Without("a", "x"), Schema{{Name: "b", Kind: Text}, {Name: "c", Kind: Category}}},
		"only":        {s.Only("c", "x", "a"), Schema{{Name: "a", Kind: Date}, {Name: "c", Kind: Category}}},
		"renamed":     {s.Renamed("b", "z"), Schema{{Name: "a", Kind: Date}, {Name: "z", Kind: Text}, {Name: "c", Kind: Category}}},
		"none":        {s.Only(), nil},
		"not renamed": {s.Renamed("x", "z"), before},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s: %+v", name, c.got)
		}
	}
	if !reflect.DeepEqual(s, before) {
		t.Errorf("%+v", s)
	}
	if f, ok := s.Lookup("c"); !ok || f.Kind != Category {
		t.Errorf("%+v", f)
	}
	if f, ok := s.Lookup("x"); ok || f.Name != "x" || f.Kind != Auto {
		t.Errorf("%+v", f)
	}
}

func TestFilesOfAFileSystem(t *testing.T) {
	fsys := fstest.MapFS{
		"in/a.csv":               {Data: []byte("d\n2001-02-03\n")},
		"in/a.csv.schema.json":   {Data: []byte(`{"fields": [{"name": "d", "type": "datetime"}]}`)},
		"in/b.jsonl":             {Data: []byte(`{"d": "2001-02-03"}`)},
		"in/b.jsonl.schema.json": {Data: []byte(`{"fields": [{"name": "d", "type": "category"}]}`)},
	}
	for _, c := range []struct {
		file Source
		kind Kind
		says string
	}{
		{&CSVFile{Path: "in/a.csv", FS: fsys}, Date, `CSV file "in/a.csv", with the kinds of a.csv.schema.json`},
		{&CSVFile{Path: "in/a.csv", FS: fsys, Options: CSVOptions{NoSchemaFile: true}}, Text, `CSV file "in/a.csv"`},
		{&JSONFile{Path: "in/b.jsonl", FS: fsys}, Category, `JSON lines in "in/b.jsonl", with the kinds of b.jsonl.schema.json`},
	} {
		table, err := c.file.Read(t.Context(), nil)
		if err != nil {
			t.Errorf("%v: %v", c.file, err)
			continue
		}
		if d := must(table.Column("d"))(t); d.Kind != c.kind || d.Format(0) != "2001-02-03" || c.file.String() != c.says {
			t.Errorf("%v: %v %v", c.file, d.Kind, d.Format(0))
		}
	}
	if _, err := (&CSVFile{Path: "../a.csv", FS: fsys}).Read(t.Context(), nil); !errors.Is(err, ErrParse) {
		t.Errorf("out of the file system: %v", err)
	}
}
