package frame

import (
	"encoding/json"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

// fileGolden is what Python and pandas say; see testdata/files/golden.py.
type fileGolden struct {
	Floats []struct{ Bits, Text string }
	Dates  []struct {
		Format, Text string
		ISO          *string
	}
	Tables []struct {
		Name, Text string
		Options    CSVOptions
		Columns    []struct {
			Name, Kind string
			Values     []*string
		}
	}
}

func readFileGolden(t *testing.T) fileGolden {
	b, err := os.ReadFile("testdata/files/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var g fileGolden
	if err := json.Unmarshal(b, &g); err != nil || len(g.Floats) == 0 || len(g.Dates) == 0 || len(g.Tables) == 0 {
		t.Fatal("no golden", err)
	}
	return g
}

func TestFloatsAreWrittenAsPythonWritesThem(t *testing.T) {
	for _, c := range readFileGolden(t).Floats {
		bits, err := strconv.ParseUint(c.Bits, 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		if got := FormatFloat(math.Float64frombits(bits)); got != c.Text {
			t.Errorf("%s is written %s, by Python %s", c.Bits, got, c.Text)
		}
	}
}

func TestDatesAreReadAsPythonReadsThem(t *testing.T) {
	for _, c := range readFileGolden(t).Dates {
		form, err := ParseDateFormat(c.Format)
		if err != nil {
			t.Fatal(err)
		}
		m, ok := form.parse(c.Text)
		iso, fits := m.appendISO(nil)
		switch {
		case (ok && fits) != (c.ISO != nil):
			t.Errorf("%q as %q: %v, by Python %v", c.Text, c.Format, ok, c.ISO != nil)
		case ok && string(iso) != *c.ISO:
			t.Errorf("%q as %q is %s, by Python %s", c.Text, c.Format, iso, *c.ISO)
		}
	}
}

// pandas makes a column of whole numbers with a missing value one of floats; nothing else
// differs in these cases.
func TestCSVIsReadAsPandasReadsIt(t *testing.T) {
	for _, c := range readFileGolden(t).Tables {
		t.Run(c.Name, func(t *testing.T) {
			table, err := DecodeCSV(t.Context(), nil, strings.NewReader(c.Text), c.Options)
			if err != nil {
				t.Fatal(err)
			}
			cols, _ := table.Columns()
			if len(cols) != len(c.Columns) {
				t.Fatalf("%d columns, by pandas %d", len(cols), len(c.Columns))
			}
			for i, want := range c.Columns {
				got := cols[i]
				whole := got.Kind == Int && want.Kind == "number" && got.CountMissing() > 0
				if got.Name != want.Name || got.Kind.String() != want.Kind && !whole || got.Len() != len(want.Values) {
					t.Fatalf("%s %v, %d rows; by pandas %s %s, %d rows", got.Name, got.Kind, got.Len(), want.Name, want.Kind, len(want.Values))
				}
				for r, v := range want.Values {
					text := got.Format(r)
					if whole && !got.Missing(r) {
						text = FormatFloat(float64(got.Ints[r].Value))
					}
					if got.Missing(r) != (v == nil) || v != nil && text != *v {
						t.Errorf("row %d of %s is %q (missing %v)", r+1, got.Name, text, got.Missing(r))
					}
				}
			}
		})
	}
}
