package text_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"transferlab/tlkit/clean/text"
)

// typed are n different strings as people type them: names of companies, two to four words
// of 30 000, with slips, case, punctuation and accents.
func typed(n int, seed uint64) []text.Value {
	rng := rand.New(rand.NewPCG(seed, 0))
	syllables := strings.Fields("ba be bo da de do fa ga ge ka ke ko la le lo ma me mi mo na ne no pa pe po ra re ri ro sa se so ta te to va vi wa za ber ker man ner ren ser sen ton ven ein aus dor fel gra hol kla lun mar nor pol ris sch ste tro wal")
	words := make([]string, 30_000)
	for i := range words {
		for range 2 + rng.IntN(3) {
			words[i] += syllables[rng.IntN(len(syllables))]
		}
	}
	seen := map[string]bool{}
	var out []text.Value
	for len(out) < n {
		var b []string
		for range 2 + rng.IntN(3) {
			b = append(b, words[rng.IntN(len(words))])
		}
		name := strings.Join(b, " ")
		for range 1 + rng.IntN(3) { // and its variants
			s := name
			switch rng.IntN(8) {
			case 0:
				s = strings.ToUpper(s)
			case 1:
				s = strings.ReplaceAll(s, "o", "ö")
			case 2:
				s += "."
			case 3:
				s = b[len(b)-1] + ", " + strings.Join(b[:len(b)-1], " ")
			case 4:
				at := rng.IntN(len(s))
				s = s[:at] + s[at+1:]
			case 5:
				at := rng.IntN(len(s))
				s = s[:at] + "e" + s[at:]
			}
			if !seen[s] && len(out) < n {
				seen[s] = true
				out = append(out, text.Value{Text: s, Count: 1 + rng.IntN(5)})
			}
		}
	}
	return out
}

func BenchmarkClusters(b *testing.B) {
	many, some := typed(100_000, 1), typed(10_000, 2)
	for _, c := range []struct {
		values []text.Value
		o      text.ClusterOptions
	}{
		{many, text.ClusterOptions{}},
		{many, text.ClusterOptions{Method: text.ByNGram}},
		{many, text.ClusterOptions{Method: text.ByDoubleMetaphone}},
		{many, text.ClusterOptions{Method: text.ByCologne}},
		{many, text.ClusterOptions{Method: text.ByDaitchMokotoff}},
		{some, text.ClusterOptions{Method: text.ByLevenshtein}},
		{some, text.ClusterOptions{Method: text.ByLevenshtein, Radius: 3, Block: 3}},
		{some, text.ClusterOptions{Method: text.ByJaroWinkler}},
	} {
		b.Run(fmt.Sprintf("%v/%d/block%d", c.o.Method, len(c.values), c.o.Block), func(b *testing.B) {
			for b.Loop() {
				found, err := text.FindClusters(b.Context(), nil, c.values, c.o)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(len(found)), "clusters")
			}
		})
	}
}
