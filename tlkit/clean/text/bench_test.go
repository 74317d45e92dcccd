package text_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"transferlab/tlkit/clean/text"
)

func BenchmarkDistances(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{8, 20, 60, 200, 2000} {
		word := func() string {
			s := make([]byte, n)
			for i := range s {
				s[i] = "abcdefghijklmnopqrst     "[rng.IntN(25)]
			}
			return string(s)
		}
		x := word()
		y := "x" + x[:n/2] + "yy" + x[n/2+1:] + "z" // alike
		z := word()
		for name, other := range map[string]string{"alike": y, "unlike": z} {
			b.Run(fmt.Sprintf("Levenshtein/%d/%s", n, name), func(b *testing.B) {
				for b.Loop() {
					text.Levenshtein(x, other)
				}
			})
			b.Run(fmt.Sprintf("Within3/%d/%s", n, name), func(b *testing.B) {
				for b.Loop() {
					text.LevenshteinWithin(x, other, 3)
				}
			})
			b.Run(fmt.Sprintf("JaroWinkler/%d/%s", n, name), func(b *testing.B) {
				for b.Loop() {
					text.JaroWinkler(x, other)
				}
			})
			b.Run(fmt.Sprintf("TokenSet/%d/%s", n, name), func(b *testing.B) {
				for b.Loop() {
					text.TokenSet(x, other)
				}
			})
		}
	}
	long := strings.Repeat("ab", 50_000)
	b.Run("Levenshtein/100000", func(b *testing.B) {
		for b.Loop() {
			text.Levenshtein(long, "x"+strings.Repeat("ba", 50_000)+"y")
		}
	})
}
