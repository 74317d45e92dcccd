package recipe

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"transferlab/tlkit/clean/grel"
	"transferlab/tlkit/frame"
)

func TestLimits(t *testing.T) {
	for _, c := range []struct {
		rows, columns int
		ok            bool
	}{{0, 0, true}, {1 << 40, 0, true}, {1 << 29, 1, true}, {1<<29 + 1, 1, false}, {1 << 20, 512, true}, {1 << 20, 513, false}, {1 << 62, 1 << 62, false}} {
		if err := fits(c.rows, c.columns); (err == nil) != c.ok || err != nil && !errors.Is(err, frame.ErrLimit) {
			t.Errorf("%d × %d: %v", c.rows, c.columns, err)
		}
	}
	var b budget
	if err := b.take(maxBytes); err != nil {
		t.Error(err)
	}
	if err := b.take(1); !errors.Is(err, frame.ErrLimit) {
		t.Error(err)
	}

	// A text that doubles at every step ends in an error, not in all of the memory.
	r := Recipe{}
	for range 40 {
		r.Steps = append(r.Steps, Transform{Column: "a", Expression: "value+value", OnError: StoreError})
	}
	if _, _, err := r.Apply(background, nil, tableOf(t, "a string: abc")); !errors.Is(err, grel.ErrLimit) {
		t.Errorf("%v", err)
	}
	if _, _, err := (Recipe{Steps: []Step{SplitColumn{Column: "a", Splitter: Splitter{Separator: "."}}}}).Apply(background, nil,
		tableOf(t, "a string: "+strings.Repeat(".", maxColumns+1))); !errors.Is(err, frame.ErrLimit) {
		t.Errorf("%v", err)
	}
	steps := strings.Repeat(`{"step": "fill-down", "column": "a"},`, MaxSteps) + `{"step": "fill-down", "column": "a"}`
	if _, err := Read(strings.NewReader(fmt.Sprintf(`{"recipe": 1, "steps": [%s]}`, steps))); !errors.Is(err, frame.ErrLimit) {
		t.Errorf("%.200v", err)
	}
}

// TestEndsWithItsContext: an expression that takes long for each row is given up when the
// context ends.
func TestEndsWithItsContext(t *testing.T) {
	cells := make([]frame.Cell[string], 5000)
	for i := range cells {
		cells[i].Value = strings.Repeat("ab", 5000) + fmt.Sprint(i)
	}
	table, err := frame.New(nil, frame.Series("a", cells))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(background)
	time.AfterFunc(50*time.Millisecond, cancel)
	_, _, err = Recipe{Steps: []Step{Transform{Column: "a", Expression: `value.split(/b/).sort().join("").reverse().fingerprint()`}}}.Apply(ctx, nil, table)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
