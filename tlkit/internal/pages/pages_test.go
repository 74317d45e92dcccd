package pages

import "testing"

// Whatever the system does with the advice, a slice is there and is zero.
func TestMake(t *testing.T) {
	for _, n := range []int{0, 1, 511, largeEnough/8 - 1, largeEnough / 8, largeEnough/8 + 12345, 1 << 20} {
		s := Make[float64](n)
		if len(s) != n || cap(s) < n {
			t.Fatalf("%d elements: length %d", n, len(s))
		}
		for i := range s {
			if s[i] != 0 {
				t.Fatalf("%d elements: element %d is %v", n, i, s[i])
			}
			s[i] = float64(i)
		}
	}
	type nothing struct{}
	if s := Make[nothing](1000); len(s) != 1000 {
		t.Error("elements without size:", len(s))
	}
	texts := Make[string](1 << 19)
	texts[len(texts)-1] = "the collector still sees pointers"
	if texts[0] != "" {
		t.Error(texts[0])
	}
}

// largeEnough is about where the advice begins.
const largeEnough = 4 << 20

func BenchmarkMake(b *testing.B) {
	for b.Loop() {
		s := Make[float64](20_000_000)
		for i := 0; i < len(s); i += 512 {
			s[i] = 1
		}
	}
}
