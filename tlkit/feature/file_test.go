package feature

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"transferlab/tlkit/frame"
)

func TestSaveAndLoad(t *testing.T) {
	table := people(t)
	f := mustFit(t, allOfThem, table)
	path := filepath.Join(t.TempDir(), "pipeline.json")
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if !sameBits(mustMatrix(t, f, table), mustMatrix(t, loaded, table)) {
		t.Error("other bits")
	}
	if loaded.Target().Name != "class" || strings.Join(loaded.Names(), " ") != strings.Join(f.Names(), " ") || len(loaded.Inputs()) != len(f.Inputs()) {
		t.Errorf("%+v %v", loaded.Target(), loaded.Names())
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if err := f.Save(filepath.Join(t.TempDir(), "no", "folder")); err == nil {
		t.Error("saved in a folder that is not there")
	}
	if err := (&Fitted{}).Save(path); !errors.Is(err, ErrFile) {
		t.Error(err)
	}
}

// A feature may be named after any text, and is found again by it.
func TestFilesOfNamesThatAreNotUTF8(t *testing.T) {
	table := tableOf(t, nil, textColumn("a", "\xff", "\xfe", "b"))
	f := mustFit(t, Pipeline{Steps: []Step{OneHotEncoder{}, Drop{[]string{"a=\xfe"}}}}, table)
	checkWays(t, f, table)
	f = mustFit(t, Pipeline{Steps: []Step{OneHotEncoder{}}}, tableOf(t, nil, textColumn("\xff", "a")))
	if _, err := f.MarshalJSON(); !errors.Is(err, ErrInput) {
		t.Error(err)
	}
}

// Each is a saved pipeline with one thing changed.
func TestFilesThatDoNotHoldTogether(t *testing.T) {
	table := people(t)
	b, err := json.Marshal(mustFit(t, Pipeline{Target: "class", Steps: []Step{
		StandardScaler{}, OneHotEncoder{Columns: []string{"town"}, MinFrequency: 2}, OrdinalEncoder{}, DateParts{Parts: []DatePart{Year}}, TargetEncoder{Columns: []string{"member"}}}}, table))
	if err != nil {
		t.Fatal(err)
	}
	good := string(b)
	if err := new(Fitted).UnmarshalJSON(b); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string][2]string{
		"format":             {format, "tlkit pipeline 0"},
		"step":               {"OrdinalEncoder", "OrdinalDecoder"},
		"unknown key":        {`"steps":`, `"stepz":1,"steps":`},
		"key in a step":      {`"centre":`, `"center":1,"centre":`},
		"column of a step":   {`"columns":["town"]`, `"columns":["twon"]`},
		"column twice":       {`"columns":["age","height"]`, `"columns":["age","age"]`},
		"fewer numbers":      {`"centre":[`, `"centre":[1,`},
		"kind":               {`"type":"number"`, `"type":"any"`},
		"other kind":         {`"type":"number"`, `"type":"string"`},
		"unknown kind":       {`"type":"number"`, `"type":"complex"`},
		"name twice":         {`"name":"height"`, `"name":"age"`},
		"value twice":        {`"texts":["Bonn","Ulm"]`, `"texts":["Ulm","Ulm"]`},
		"value of a number":  {`"texts":["Bonn","Ulm"]`, `"numbers":[1,2]`},
		"infrequent":         {`"infrequent":[0`, `"infrequent":[7`},
		"infrequent before":  {`"infrequent":[0`, `"infrequent":[-1`},
		"infrequent twice":   {`"infrequent":[0`, `"infrequent":[0,0`},
		"infinite value":     {`"numbers":[0,1]`, `"numbers":[0,"inf"]`},
		"no means":           {`"means":[`, `"means":[1,`},
		"a part":             {`"parts":[["year"]]`, `"parts":[["years"]]`},
		"a part twice":       {`"parts":[["year"]]`, `"parts":[["year","year"]]`},
		"parts of no column": {`"parts":[["year"]]`, `"parts":[]`},
		"as":                 {`"unknownAs":[`, `"unknownAs":[1,`},
		"is not a number":    {`"unknownAs":["NaN"]`, `"unknownAs":["none"]`},
	} {
		bad := strings.Replace(good, c[0], c[1], 1)
		if bad == good {
			t.Errorf("%s: there is no %s in %s", name, c[0], good)
		}
		f := &Fitted{}
		err := f.UnmarshalJSON([]byte(bad))
		if err == nil {
			t.Errorf("%s: it is loaded", name)
		} else if !errors.Is(err, ErrFile) && !errors.Is(err, frame.ErrKind) {
			t.Errorf("%s: %v", name, err)
		}
		if f.plan != nil {
			t.Errorf("%s: a half is loaded", name)
		}
	}
	for _, bad := range []string{"", "{", "[]", "null", `"x"`, good + good, good[:len(good)-2], strings.Repeat("[", 100_000)} {
		if err := new(Fitted).UnmarshalJSON([]byte(bad)); !errors.Is(err, ErrFile) {
			t.Errorf("%.20q: %v", bad, err)
		}
	}
}

func TestFilesOfTooManyFeatures(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(`{"format":"` + format + `","columns":[{"name":"a","type":"string"},{"name":"b","type":"string"},{"name":"c","type":"string"}],"steps":[`)
	for i, c := range []string{"a", "b", "c"} {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"step":"HashingEncoder","columns":["` + c + `"],"learnt":{"bits":20,"name":"` + c + `"}}`)
	}
	b.WriteString(`]}`)
	if err := new(Fitted).UnmarshalJSON(b.Bytes()); !errors.Is(err, ErrLimit) {
		t.Error(err)
	}
}

// Whatever is loaded can be applied, to a table and to a row, and does not panic.
func FuzzLoad(f *testing.F) {
	table := people(f)
	for _, steps := range [][]Step{
		nil, {StandardScaler{}}, allOfThem.Steps, {OneHotEncoder{DropValue: DropFirst, MinFrequency: 2, Unknown: Infrequent}}, {OneHotEncoder{Columns: []string{"age", "member"}, SkipMissing: true}},
		{TargetEncoder{Columns: []string{"town", "age"}}}, {HashingEncoder{Bits: 2}}, {FrequencyEncoder{}}, {DateParts{Cyclic: true}},
		{OneHotEncoder{}, StandardScaler{Columns: []string{"town=Ulm"}}, Drop{[]string{"town=Bonn"}}}, {HashingEncoder{Bits: 2}, StandardScaler{Columns: []string{"hash#1"}}},
	} {
		b, err := json.Marshal(mustFit(f, Pipeline{Target: "class", Steps: steps}, table))
		if err != nil {
			f.Fatal(err)
		}
		for at, with := range []string{"", "1e300", `"inf"`, "-1", "[]", "{}", `"x"`, "null", "2", "[0,1]"} {
			f.Add(b, uint16(10*at), with)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, at uint16, with string) {
		applyLoaded(t, changed(b, int(at), with), table)
	})
}

// applyLoaded applies what is loaded in every way that there is, if it is.
func applyLoaded(t *testing.T, b []byte, table frame.Table) (ok bool) {
	loaded := &Fitted{}
	if err := loaded.UnmarshalJSON(b); err != nil {
		return false
	}
	if len(loaded.Names()) > 1<<12 {
		return true // it would be slow
	}
	again, err := json.Marshal(loaded)
	if err != nil {
		t.Fatalf("what was loaded cannot be saved: %v", err)
	}
	if err := new(Fitted).UnmarshalJSON(again); err != nil {
		t.Fatalf("what was saved cannot be loaded: %v\n%s", err, again)
	}
	x, err := loaded.Matrix(t.Context(), nil, table)
	if s, sparse := loaded.Sparse(t.Context(), nil, table); (err == nil) != (sparse == nil) || err == nil && !x.IsEmpty() && s.At(0, 0) != x.At(0, 0) && x.At(0, 0) == x.At(0, 0) {
		t.Fatalf("the matrix and the sparse one: %v, %v", err, sparse)
	}
	if made, err := loaded.Table(t.Context(), nil, table); err == nil {
		_, _ = loaded.Inverse(t.Context(), made)
	}
	r, err := loaded.Row()
	if err != nil {
		return true
	}
	for k := range loaded.Inputs() {
		_ = r.SetNumber(k, 1)
		_ = r.SetText(k, "Ulm")
	}
	_, _ = r.Features()
	return true
}

// changed is a JSON text with another one in one of its places.
func changed(b []byte, at int, with string) []byte {
	var whole, part any
	if json.Unmarshal(b, &whole) != nil || json.Unmarshal([]byte(with), &part) != nil {
		return b
	}
	var walk func(v any) any
	walk = func(v any) any {
		if at--; at == -1 {
			return part
		}
		switch v := v.(type) {
		case []any:
			for i := range v {
				v[i] = walk(v[i])
			}
		case map[string]any:
			for _, k := range slices.Sorted(maps.Keys(v)) {
				v[k] = walk(v[k])
			}
		}
		return v
	}
	out, err := json.Marshal(walk(whole))
	if err != nil {
		return b
	}
	return out
}

// Each value of a saved pipeline is replaced by several others, one at a time.
func TestChangedFilesDoNotPanic(t *testing.T) {
	table := people(t)
	for _, steps := range [][]Step{
		allOfThem.Steps, {OneHotEncoder{DropValue: DropFirst, MinFrequency: 2, Unknown: Infrequent}, OneHotEncoder{Columns: []string{"age", "member"}, SkipMissing: true}},
		{TargetEncoder{Columns: []string{"town", "age"}}, DateParts{Cyclic: true}, FrequencyEncoder{}}, {HashingEncoder{Bits: 2}, StandardScaler{Columns: []string{"hash#1"}}, Drop{[]string{"hash#2", "born"}}},
		{Impute{}, DateParts{}, OneHotEncoder{}},
	} {
		b, err := json.Marshal(mustFit(t, Pipeline{Target: "class", Steps: steps}, table))
		if err != nil {
			t.Fatal(err)
		}
		loads, places := 0, bytes.Count(b, []byte{':'})+bytes.Count(b, []byte{','})
		for at := range 2 * places {
			for _, with := range []string{"1e300", `"inf"`, "-1", "[]", `"age"`, "null", "[0,1]", `"string"`} {
				if applyLoaded(t, changed(b, at, with), table) {
					loads++
				}
			}
		}
		if loads < places {
			t.Errorf("of %d places, only %d changes are loaded", places, loads)
		}
	}
}

func TestLoadRefusesLargeFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "large")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := file.Truncate(MaxFile + 1); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); !errors.Is(err, ErrFile) {
		t.Error(err)
	}
}
