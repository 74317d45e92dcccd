package recipe

import (
	"bytes"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"transferlab/tlkit/clean/dedupe"
	"transferlab/tlkit/clean/impute"
	"transferlab/tlkit/clean/outlier"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

func TestGoIsFormatted(t *testing.T) {
	for name, r := range map[string]Recipe{
		"all":       {Source: Source{Path: "a\"`/b.csv", CSV: frame.CSVOptions{Comma: ';', Missing: []string{"NA"}, Types: frame.Schema{{Name: "d", Kind: frame.Date, Format: "%d.%m.%Y"}}}}, Steps: allSteps()},
		"none":      {},
		"stateless": {Steps: []Step{Rename{"a", "b"}}},
	} {
		for _, pkg := range []string{"", "main", "clean"} {
			source, err := r.Go(pkg)
			if err != nil {
				t.Fatal(err)
			}
			formatted, err := format.Source([]byte(source))
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, source)
			}
			if string(formatted) != source {
				t.Errorf("%s, package %q: not as gofmt has it:\n%s", name, pkg, source)
			}
		}
	}
	for _, pkg := range []string{"a b", "func", "_", "x;import \"os\"", "1"} {
		if _, err := (Recipe{}).Go(pkg); err == nil {
			t.Errorf("package %q", pkg)
		}
	}
	if _, err := (Recipe{Steps: []Step{Move{"a", -1}}}).Go(""); err == nil {
		t.Error("a recipe that cannot be is printed")
	}
}

// TestGoRuns builds printed programs and runs them: they give the table that the recipe
// gives.
func TestGoRuns(t *testing.T) {
	dir := t.TempDir()
	table := films(t)
	if err := frame.WriteCSV(filepath.Join(dir, "films.csv"), table, frame.CSVOptions{}); err != nil {
		t.Fatal(err)
	}
	r := Recipe{
		Source: Source{Path: "films.csv"},
		Steps: []Step{
			Text{Columns: []string{"title"}, Do: []TextOp{Trim, Title}},
			Transform{Column: "year", Expression: `value.replace("c. ", "").toNumber()`, OnError: SetToBlank},
			Replace{Column: "title", Edits: []Edit{{Blank: true, To: "\"none\"\n`"}}},
			DropRows{Where: Where{Facets: []Facet{{Range: &Range{Column: "gross", To: new(0.0)}}}}},
			DropDuplicates{Columns: []string{"title", "votes"}, Keep: dedupe.Last},
			Fill{Columns: []string{"gross", "year"}, Numbers: impute.Median, Indicators: true},
			Outliers{Find: outlier.Options{Columns: []string{"gross"}, Factor: 0.5}, Then: outlier.ApplyOptions{Action: outlier.Clip}},
			AddColumn{Column: "decade", Base: "year", Expression: "value - value % 10", At: new(1)},
		},
	}
	read, err := r.Source.Read(background, nil, dir)
	if err != nil {
		t.Fatal(err)
	}
	fitted, err := r.Fit(background, nil, split.WholeAsTrain(read))
	if err != nil {
		t.Fatal(err)
	}
	source, err := r.Go("main")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "main.go")
	if err := os.WriteFile(program, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "clean")
	build := exec.Command("go", "build", "-buildvcs=false", "-ldflags=-s", "-o", binary, program)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, source)
	}
	to := filepath.Join(dir, "cleaned.csv")
	out, err := exec.Command(binary, dir, to).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !bytes.Contains(out, []byte("8. add column")) {
		t.Errorf("the program says\n%s", out)
	}
	got, err := frame.CSV(to, frame.CSVOptions{}).Read(background, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := dump(t, fitted.Train().Table()); dump(t, got) != want {
		t.Errorf("the program gives\n%sthe recipe\n%s", dump(t, got), want)
	}
}

// FuzzGo: whatever texts are in a recipe, the program is one that Go's parser reads, with
// nothing in it but what the printer wrote.
func FuzzGo(f *testing.F) {
	for _, s := range []string{"a", "`", "\"", "\\", "*/", "\n// x", "\u202e\u2066", "\xff", "\x00\ufeff", "\"}, recipe.Rename{\"", "\r\npackage x", "%s%d", "\u2028"} {
		f.Add(s, "value.trim()", int64(3), 1.5)
	}
	f.Fuzz(func(t *testing.T, s, expression string, n int64, x float64) {
		if _, err := parse(expression); err != nil {
			expression = "value"
		}
		where := Where{Facets: []Facet{{List: &List{Column: s, Texts: []string{s}, Numbers: []float64{x}}}, {Range: &Range{Column: s, From: &x}}}}
		r := Recipe{Source: Source{Path: s}, Steps: []Step{
			Rename{s, s}, Transform{Column: s, Expression: expression, Where: where}, Replace{Column: s, Edits: []Edit{{From: []string{s, s}, To: s}}},
			JoinColumns{Columns: []string{s}, To: s, Separator: s, Missing: &s}, SplitCells{s, s, Splitter{Separator: s, Lengths: []int{int(n & 0xffff)}}},
			DropChosen{Columns: []string{s}, Groups: []Chosen{{Keep: []Value{{Text: s}}}}}, FillConstant{Value: impute.TextValue(s)},
			OddRows{Find: outlier.ForestOptions{Columns: []string{s}, Seed: uint64(n)}},
		}}
		source, err := r.Go("")
		if err != nil { // the path can be one that is refused, and x no number of JSON's
			r.Source, x = Source{}, 1
			where.Facets[0].List.Numbers[0] = 1
			if source, err = r.Go(""); err != nil {
				t.Fatal(err)
			}
		}
		file, err := parser.ParseFile(token.NewFileSet(), "", source, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		if len(file.Decls) > 6 || strings.Count(source, "\nfunc ") > 5 || len(file.Imports) > 12 {
			t.Fatalf("more was printed than is meant:\n%s", source)
		}
	})
}
