package finetune

import "testing"

func TestRepeatsAreNoFurtherEvidence(t *testing.T) {
	prob := func(right ...bool) (rows [][]float64) {
		for _, r := range right {
			if r {
				rows = append(rows, []float64{1, 0})
			} else {
				rows = append(rows, []float64{0, 1})
			}
		}
		return rows
	}
	ids, labels := []string{"a", "b", "c", "d", "e", "f"}, make([]int, 6)
	once := func(name string, right ...bool) Result {
		r := Result{Name: name, OutOfFold: Predictions{ids, labels, prob(right...)}}
		r.finish()
		return r
	}
	a, b := once("a", true, true, true, true, true, true), once("b", false, false, false, false, true, true)
	first := pair(a, b)
	for _, r := range []*Result{&a, &b} {
		for range 9 {
			r.OutOfFold.add(Predictions{ids, labels, r.OutOfFold.Prob[:6]})
		}
		r.finish()
	}
	if again := pair(a, b); again != first {
		t.Errorf("ten repeats changed %+v to %+v", first, again)
	}
	if fresh := once("b", false, false, false, false, true, true); fresh.Low != b.Low || fresh.High != b.High {
		t.Errorf("ten repeats narrowed %v…%v to %v…%v", fresh.Low, fresh.High, b.Low, b.High)
	}
}
