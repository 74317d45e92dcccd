package recipe

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"transferlab/tlkit/clean/impute"
	"transferlab/tlkit/clean/text"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/frame/parquet"
	"transferlab/tlkit/split"
)

func TestFitted(t *testing.T) {
	train := tableOf(t, "id integer: 1, 2, 3, 4, 5, 6", "x number: 1, 2, -, 4, 100, 3", "n integer: 1, -, 3, 4, 5, 6",
		"empty number: -, -, -, -, -, 1", "c category: a, b, a, -, a, b", "target boolean: true, false, true, true, false, false")
	r := Recipe{Steps: []Step{
		DropColumns{Rule: impute.MoreMissing, Share: 0.5},
		DropRows{Where: Where{Facets: []Facet{{Range: &Range{Column: "x", From: new(50.0)}}}}},
		Fill{Numbers: impute.Median, Indicators: true},
	}}
	f, err := r.Fit(background, nil, split.WholeAsTrain(train))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, f.Train().Table(), "id integer: 1, 2, 3, 4, 6", "x number: 1.0, 2.0, 2.5, 4.0, 3.0", "n number: 1.0, 3.5, 3.0, 4.0, 6.0", "c category: a, b, a, a, b",
		"target boolean: true, false, true, true, false", "x_missing boolean: false, false, true, false, false", "n_missing boolean: false, true, false, false, false",
		"c_missing boolean: false, false, false, true, false")
	if !slices.Equal(f.Log().Rows, []int{0, 1, 2, 3, 5}) || len(f.Log().Entries) != 3 {
		t.Errorf("%v", f.Log().Rows)
	}

	// Other rows get the training rows' values, whatever they hold, and the same columns.
	out, log, err := f.Apply(background, nil, tableOf(t, "extra string: u, v, w", "c category: -, z, a", "n integer: -, 1000, 2000", "x number: 60, -, 9", "id integer: 7, 8, 9", "empty number: 1, 2, 3", "target boolean: true, true, false"))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, out, "id integer: 8, 9", "x number: 2.5, 9.0", "n number: 1000.0, 2000.0", "c category: z, a", "target boolean: true, false",
		"x_missing boolean: true, false", "n_missing boolean: false, false", "c_missing boolean: false, false", "extra string: v, w")
	if !slices.Equal(log.Rows, []int{1, 2}) || !strings.Contains(log.String(), `column "extra" is not in the training rows`) {
		t.Errorf("%v\n%s", log.Rows, log)
	}
}

func TestFittedGivesTheSameKinds(t *testing.T) {
	train := tableOf(t, "i integer: 1, 2, 3", "f number: 1, 2.5, 3", "s string: a, b, c", "d datetime: 2001-01-01, -, -", "b boolean: true, -, false")
	f, err := Recipe{Steps: []Step{Text{Do: []TextOp{Trim}}}}.Fit(background, nil, split.WholeAsTrain(train))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		rows []string
		want []string // nil: an error that is ErrOther
		says string
	}{
		{"whole numbers for numbers", []string{"i integer: 1", "f integer: 7", "s string: a", "d datetime: -", "b boolean: -"},
			[]string{"i integer: 1", "f number: 7.0", "s string: a", "d datetime: -", "b boolean: -"}, ""},
		{"numbers for whole numbers stay, and are noted", []string{"i number: 1.5", "f number: 7", "s string: a", "d datetime: -", "b boolean: -"},
			[]string{"i number: 1.5", "f number: 7.0", "s string: a", "d datetime: -", "b boolean: -"}, `column "i" has fractions here`},
		{"no values at all", []string{"i string: -", "f string: -", "s number: -", "d integer: -", "b string: -"},
			[]string{"i integer: -", "f number: -", "s string: -", "d datetime: -", "b boolean: -"}, ""},
		{"no rows", []string{"i string:", "f string:", "s string:", "d string:", "b string:"},
			[]string{"i integer:", "f number:", "s string:", "d datetime:", "b boolean:"}, ""},
		{"other order, and one is not there", []string{"s string: a", "b boolean: true", "i integer: 1", "f number: 2"},
			[]string{"i integer: 1", "f number: 2.0", "s string: a", "b boolean: true"}, `column "d" of the training rows is not here`},
		{"text for numbers", []string{"i integer: 1", "f string: seven", "s string: a", "d datetime: -", "b boolean: -"}, nil, `column "f" is string here and was number`},
		{"booleans for whole numbers", []string{"i boolean: true", "f number: 7", "s string: a", "d datetime: -", "b boolean: -"}, nil, `column "i" is boolean here`},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, log, err := f.Apply(background, nil, tableOf(t, c.rows...))
			if c.want == nil {
				if !errors.Is(err, ErrOther) || !strings.Contains(err.Error(), c.says) || out.Ncol() != 0 {
					t.Fatal(err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			equal(t, out, c.want...)
			if !strings.Contains(log.String(), c.says) {
				t.Errorf("no %q in %s", c.says, log)
			}
		})
	}
}

func TestFittedLacksAColumn(t *testing.T) {
	f, err := Recipe{Steps: []Step{Rename{"a", "b"}, Fill{Columns: []string{"height"}}}}.Fit(background, nil, split.WholeAsTrain(tableOf(t, "a string: x", "height number: 1")))
	if err != nil {
		t.Fatal(err)
	}
	out, log, err := f.Apply(background, nil, tableOf(t, "a string: x", "hieght number: 1"))
	var where *StepError
	if !errors.As(err, &where) || where.Number != 2 || where.Step != "fill" || where.Column() != "height" || !strings.Contains(err.Error(), `did you mean "hieght"?`) {
		t.Errorf("%v", err)
	}
	if out.Ncol() != 0 || log != nil {
		t.Error("half a table beside the error")
	}
}

func TestMergeClusters(t *testing.T) {
	in := tableOf(t, "c string: Acme Inc, acme inc., ACME inc, Other, -, Acme Inc")
	c, _ := in.Column("c")
	var texts []string
	for i := range c.Len() {
		if !c.Missing(i) {
			texts = append(texts, c.Format(i))
		}
	}
	clusters, err := text.FindClusters(background, nil, text.Count(texts), text.ClusterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	values, err := clusters.Merge(clusters.Proposals())
	if err != nil {
		t.Fatal(err)
	}
	out, _, err := Recipe{Steps: []Step{Merge("c", values)}}.Apply(background, nil, in)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, out, "c string: Acme Inc, Acme Inc, Acme Inc, Other, -, Acme Inc")
}

func TestSource(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "folder")
	if err := os.MkdirAll(filepath.Join(folder, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"secret.csv": "a\n1\n", "folder/a.csv": "x;y\n1,5;NA\n", "folder/sub/b.tsv": "x\ty\n1\t2\n", "folder/sub/c.csv": "d\n2001-02-03\n", "folder/d.jsonl": "{\"a\": 1, \"b\": \"x\"}\n{\"a\": null}\n",
		"folder/sub/c.csv.schema.json": `{"fields": [{"name": "d", "type": "datetime"}]}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"out.csv": "../secret.csv", "in.csv": "a.csv", "up": "..", "dev.csv": "/dev/zero"} {
		if err := os.Symlink(to, filepath.Join(folder, link)); err != nil {
			t.Fatal(err)
		}
	}
	bare := frame.CSVOptions{NoHeader: true}
	dates := tableOf(t, "when datetime: 2001-02-03, -", "n string: 1, 2")
	if err := frame.WriteCSV(filepath.Join(folder, "bare.csv.gz"), dates, bare); err != nil {
		t.Fatal(err)
	}
	films := films(t)
	if err := parquet.Write(filepath.Join(folder, "films.parquet"), films, parquet.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	semicolon := frame.CSVOptions{Comma: ';', DecimalComma: true, Missing: []string{"NA"}, Types: frame.Schema{{Name: "y", Kind: frame.Int}}}
	for _, c := range []struct {
		name string
		s    Source
		want string // "": refused
	}{
		{"as it says", Source{Path: "a.csv", CSV: semicolon}, "x number: 1.5\ny integer: -\n"},
		{"a link that stays within", Source{Path: "in.csv", CSV: semicolon}, "x number: 1.5\ny integer: -\n"},
		{"tabs by the ending", Source{Path: "sub/b.tsv"}, "x integer: 1\ny integer: 2\n"},
		{"a schema beside it", Source{Path: "sub/c.csv"}, "d datetime: 2001-02-03\n"},
		{"names in the schema beside it", Source{Path: "bare.csv.gz", CSV: bare}, dump(t, dates)},
		{"its schema left alone", Source{Path: "sub/../sub/c.csv", CSV: frame.CSVOptions{NoSchemaFile: true}}, "d string: 2001-02-03\n"},
		{"JSON lines", Source{Path: "d.jsonl"}, "a integer: 1, -\nb string: x, -\n"},
		{"JSON lines by another name, some columns", Source{Path: "d.jsonl", Format: JSONLines, JSON: frame.JSONOptions{Columns: []string{"b"}}}, "b string: x, -\n"},
		{"Parquet", Source{Path: "films.parquet"}, dump(t, films)},
		{"up", Source{Path: "../secret.csv"}, ""},
		{"up and down", Source{Path: "sub/../../secret.csv"}, ""},
		{"from the root", Source{Path: filepath.Join(dir, "secret.csv")}, ""},
		{"a link that leads out", Source{Path: "out.csv"}, ""},
		{"a folder that leads out", Source{Path: "up/secret.csv"}, ""},
		{"a device", Source{Path: "dev.csv"}, ""},
		{"a folder", Source{Path: "sub"}, ""},
		{"nothing", Source{Path: "no.csv"}, ""},
		{"no path", Source{Format: CSV}, ""},
		{"no source", Source{}, ""},
		{"an unknown format", Source{Path: "a.csv", Format: "exe"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.s.Read(background, nil, folder)
			switch {
			case c.want == "" && err == nil:
				t.Errorf("read\n%s", dump(t, got))
			case c.want != "" && err != nil:
				t.Error(err)
			case c.want != "" && dump(t, got) != c.want:
				t.Errorf("got\n%swant\n%s", dump(t, got), c.want)
			}
		})
	}
}

// TestNumbersThatNoColumnHolds: NaN is a value in OpenRefine, and missing in a table; the
// steps go on with it.
func TestNumbersThatNoColumnHolds(t *testing.T) {
	in := tableOf(t, "x number: 0, 1")
	out, _, err := Recipe{Steps: []Step{
		Transform{Column: "x", Expression: "0.0/value"},
		AddColumn{Column: "t", Base: "x", Expression: `value + ""`},
	}}.Apply(background, nil, in)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, out, "x number: -, 0.0", "t string: NaN, 0.0")
	if c, _ := out.Column("x"); !math.IsNaN(c.Floats[0].Value) {
		t.Errorf("%v", c.Floats[0])
	}
}
