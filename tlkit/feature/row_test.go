package feature

import (
	"errors"
	"math"
	"testing"

	"transferlab/tlkit/frame"
)

func TestRowChecksItsInputs(t *testing.T) {
	table := people(t)
	f := mustFit(t, allOfThem, table)
	r, err := f.Row()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for k, in := range f.Inputs() {
		at[in.Name] = k
	}
	for name, c := range map[string]struct{ got, want error }{
		"a text for a number": {r.SetText(at["age"], "3"), frame.ErrKind},
		"a number for a text": {r.SetNumber(at["town"], 3), frame.ErrKind},
		"infinite":            {r.SetNumber(at["age"], math.Inf(1)), ErrInput},
		"before the first":    {r.SetNumber(-1, 3), ErrInput},
		"after the last":      {r.SetText(len(f.Inputs()), ""), ErrInput},
		"a number":            {r.SetNumber(at["age"], 3), nil},
		"missing":             {r.SetNumber(at["height"], math.NaN()), nil},
		"a boolean":           {r.SetNumber(at["member"], 1), nil},
		"no boolean":          {r.SetNumber(at["member"], 5), ErrInput},
		"a missing boolean":   {r.SetNumber(at["member"], math.NaN()), nil},
		"a category":          {r.SetText(at["plan"], "big"), nil},
		"a date":              {r.SetText(at["born"], "2000-02-03"), nil},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v", name, c.got)
		}
	}
	r.SetMissing(-1)
	r.SetMissing(99)
	if _, err := r.Features(); err != nil {
		t.Error(err)
	}
	if err := r.SetText(at["born"], "tomorrow"); err != nil {
		t.Fatal(err)
	}
	var step *StepError
	if _, err := r.Features(); !errors.Is(err, ErrInput) || !errors.As(err, &step) || step.Name != "DateParts" {
		t.Error(err)
	}
	r.SetMissing(at["born"])
	if _, err := r.Features(); err != nil {
		t.Errorf("after an error: %v", err)
	}
}

// An input that was never set is missing, and one that was stays.
func TestRowKeepsWhatWasSet(t *testing.T) {
	table := tableOf(t, nil, numberColumn("a", 1, 3), textColumn("b", "x", none))
	f := mustFit(t, Pipeline{Steps: []Step{OneHotEncoder{}}}, table)
	r, err := f.Row()
	if err != nil {
		t.Fatal(err)
	}
	x, err := r.Features()
	if err != nil || x[0] == x[0] || x[1] != 0 || x[2] != 1 {
		t.Errorf("not set: %v, %v", x, err)
	}
	if err := errors.Join(r.SetNumber(0, 7), r.SetText(1, "x")); err != nil {
		t.Fatal(err)
	}
	if x, _ = r.Features(); x[0] != 7 || x[1] != 1 || x[2] != 0 {
		t.Errorf("set: %v", x)
	}
	r.SetMissing(0)
	if x, _ = r.Features(); x[0] == x[0] || x[1] != 1 {
		t.Errorf("one is missing: %v", x)
	}
}

func TestRowOfTexts(t *testing.T) {
	f := mustFit(t, Pipeline{}, tableOf(t, nil, textColumn("b", "x")))
	if _, err := f.Row(); !errors.Is(err, frame.ErrKind) {
		t.Error(err)
	}
	r, err := mustFit(t, Pipeline{Steps: []Step{Keep{}}}, tableOf(t, nil, textColumn("b", "x"))).Row()
	if err != nil {
		t.Fatal(err)
	}
	if x, err := r.Features(); err != nil || len(x) != 0 {
		t.Error(x, err)
	}
}
