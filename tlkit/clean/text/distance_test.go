package text_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"transferlab/tlkit/clean/text"
)

func TestDistancesAsRapidfuzz(t *testing.T) {
	eachLine(t, *distancesFile, 400, func(c [5]any) {
		a, b, edits := c[0].(string), c[1].(string), int(c[2].(float64))
		if got := text.Levenshtein(a, b); got != edits {
			t.Errorf("Levenshtein(%q, %q) = %d, want %d", a, b, got, edits)
		}
		for _, max := range []int{0, 1, 2, 5, edits - 1, edits, edits + 1, 1000, math.MaxInt} {
			got, ok := text.LevenshteinWithin(a, b, max)
			if max >= edits && (got != edits || !ok) || max < edits && (ok || got != max+1) {
				t.Errorf("LevenshteinWithin(%q, %q, %d) = %d, %v, want %d", a, b, max, got, ok, edits)
			}
		}
		near(t, "JaroWinkler", a, b, text.JaroWinkler(a, b), c[3].(float64))
		near(t, "TokenSet", a, b, text.TokenSet(a, b), c[4].(float64))
	})
}

func near(t *testing.T, what, a, b string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-12 {
		t.Errorf("%s(%q, %q) = %v, want %v", what, a, b, got, want)
	}
}

// plain is Levenshtein's distance as the definition has it.
func plain(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0]++
		for j := range b {
			cell := diagonal
			if a[i] != b[j] {
				cell++
			}
			diagonal = row[j+1]
			row[j+1] = min(cell, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func TestDistancesOfRandomStrings(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	alphabets := [][]rune{[]rune("ab"), []rune("abcdefgh "), []rune("aäöü日本😀"), {utf8.RuneError, 0, 'a', 0x10FFFF}}
	word := func() string {
		alphabet := alphabets[rng.IntN(len(alphabets))]
		var b strings.Builder
		for range rng.IntN([]int{5, 20, 63, 66, 130, 300}[rng.IntN(6)] + 1) {
			b.WriteRune(alphabet[rng.IntN(len(alphabet))])
		}
		return b.String()
	}
	for range 3000 {
		a, b := word(), word()
		if rng.IntN(2) == 0 { // alike
			at := rng.IntN(len([]rune(a)) + 1)
			b = string([]rune(a)[:at]) + word()[:0] + string([]rune(a)[min(at+rng.IntN(3), len([]rune(a))):]) + "x"
		}
		want := plain([]rune(a), []rune(b))
		if got := text.Levenshtein(a, b); got != want {
			t.Fatalf("Levenshtein(%q, %q) = %d, want %d", a, b, got, want)
		}
		max := rng.IntN(20)
		if got, ok := text.LevenshteinWithin(a, b, max); ok != (want <= max) || got != min(want, max+1) {
			t.Fatalf("LevenshteinWithin(%q, %q, %d) = %d, %v, want %d", a, b, max, got, ok, want)
		}
		for name, f := range map[string]func(a, b string) float64{"JaroWinkler": text.JaroWinkler, "TokenSet": text.TokenSet} {
			ab, ba := f(a, b), f(b, a)
			if ab != ba || ab < 0 || ab > 1 {
				t.Fatalf("%s(%q, %q) = %v, the other way round %v", name, a, b, ab, ba)
			}
			if same := f(a, a); same != 1 && !(name == "TokenSet" && len(strings.Fields(a)) == 0) {
				t.Fatalf("%s(%q, itself) = %v", name, a, same)
			}
		}
	}
}

func FuzzDistances(f *testing.F) {
	f.Add("kitten", "sitting", 2)
	f.Add("\xff\xfe", "\xff", 0)
	f.Add("a\u0301", "á", 1)
	f.Add(strings.Repeat("ab", 70), strings.Repeat("ba", 70), 3)
	f.Fuzz(func(t *testing.T, a, b string, max int) {
		a, b = a[:min(len(a), 2000)], b[:min(len(b), 2000)]
		d := text.Levenshtein(a, b)
		if want := plain([]rune(a), []rune(b)); d != want && a != b {
			t.Errorf("Levenshtein(%q, %q) = %d, want %d", a, b, d, want)
		}
		if got, ok := text.LevenshteinWithin(a, b, max); max >= 0 && (ok != (d <= max) || ok && got != d) {
			t.Errorf("LevenshteinWithin(%q, %q, %d) = %d, %v; the distance is %d", a, b, max, got, ok, d)
		}
		if s := text.JaroWinkler(a, b); !(s >= 0 && s <= 1) {
			t.Errorf("JaroWinkler(%q, %q) = %v", a, b, s)
		}
		if s := text.TokenSet(a, b); !(s >= 0 && s <= 1) {
			t.Errorf("TokenSet(%q, %q) = %v", a, b, s)
		}
	})
}
