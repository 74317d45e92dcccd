package split

import (
	"errors"
	"testing"
)

func TestGivenFolds(t *testing.T) {
	folds := Given{{Train: []int{0}, Test: []int{1, 2}}, {Train: []int{1, 2}, Test: []int{0}}}
	got, err := folds.Parts(ctx)
	if err != nil || len(got) != 2 || &got[0] != &folds[0] {
		t.Error(got, err)
	}
	if _, err := (Given(nil)).Parts(ctx); !errors.Is(err, ErrFolds) {
		t.Error(err)
	}
}
