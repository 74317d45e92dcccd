package text_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"transferlab/tlkit/clean/text"
)

// What OpenRefine and rapidfuzz say; testdata/parity.sh names larger files than those that
// are kept.
var (
	distancesFile = flag.String("distances", "testdata/distances.jsonl.gz", "pairs of strings and their distances, as testdata/distances.py writes them")
	keysFile      = flag.String("keys", "testdata/keys.jsonl.gz", "strings and their keys, as testdata/Reference.java writes them")
	clustersFile  = flag.String("clusters", "testdata/clusters.jsonl.gz", "values and their clusters")
)

// eachLine decodes each line of a file of JSON lines, which may be compressed.
func eachLine[T any](t *testing.T, path string, least int, f func(T)) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var r io.Reader = bufio.NewReader(file)
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(r); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	for dec := json.NewDecoder(r); ; n++ {
		var line T
		if err := dec.Decode(&line); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("%s: line %d: %v", path, n+1, err)
		}
		f(line)
	}
	if n < least {
		t.Errorf("%s has %d lines, want at least %d", path, n, least)
	}
}

var half = regexp.MustCompile(`\\u[0-9a-f]{4}`)

// halves makes halves of surrogate pairs, which the file has spelt out, WTF-8.
func halves(s string) string {
	return half.ReplaceAllStringFunc(s, func(h string) string {
		u, _ := strconv.ParseUint(h[2:], 16, 16)
		return string([]byte{0xE0 | byte(u>>12), 0x80 | byte(u>>6)&0x3F, 0x80 | byte(u)&0x3F})
	})
}

func TestKeysAsOpenRefine(t *testing.T) {
	type line struct {
		S, Fingerprint, Cologne, Daitch, Branches, Lower, Upper, Title, Trim, Collapse string
		Ngrams, Metaphone                                                              []string
	}
	bad := map[string]int{}
	eachLine(t, *keysFile, 1000, func(l line) {
		check := func(what, got, want string) {
			if got == want {
				return
			}
			if bad[what]++; bad[what] <= 5 {
				t.Errorf("%s(%q) = %q, want %q", what, l.S, got, want)
			}
		}
		check("Fingerprint", text.Fingerprint(l.S), l.Fingerprint)
		for i, want := range l.Ngrams {
			check("NGramFingerprint "+strconv.Itoa(i+1), text.NGramFingerprint(l.S, i+1), halves(want))
		}
		first, second := text.DoubleMetaphone(l.S, 0)
		check("DoubleMetaphone", first, l.Metaphone[0])
		check("DoubleMetaphone, alternate", second, l.Metaphone[1])
		first, second = text.DoubleMetaphone(l.S, 2000)
		check("DoubleMetaphone, long", first, l.Metaphone[2])
		check("DoubleMetaphone, long alternate", second, l.Metaphone[3])
		check("Cologne", text.Cologne(l.S), l.Cologne)
		check("DaitchMokotoff", text.DaitchMokotoff(l.S), l.Daitch)
		check("DaitchMokotoffBranches", strings.Join(text.DaitchMokotoffBranches(l.S), "|"), l.Branches)
		check("Lower", text.Lower(l.S), l.Lower)
		check("Upper", text.Upper(l.S), l.Upper)
		check("Title", text.Title(l.S), l.Title)
		check("Trim", text.Trim(l.S), l.Trim)
		check("CollapseBlanks", text.CollapseBlanks(l.S), l.Collapse)
	})
	for what, n := range bad {
		t.Errorf("%s: %d differ", what, n)
	}
}

func TestClustersAsOpenRefine(t *testing.T) {
	type value struct {
		V string
		C int
	}
	type line struct {
		Values   []string
		Function text.Method
		N        int
		Radius   float64
		Clusters [][]value
	}
	wrong := 0
	eachLine(t, *clustersFile, 300, func(l line) {
		got, err := text.FindClusters(t.Context(), nil, text.Count(l.Values), text.ClusterOptions{Method: l.Function, NGram: l.N, Block: l.N, Radius: l.Radius})
		if err != nil {
			t.Fatalf("%v of %q: %v", l.Function, l.Values, err)
		}
		// Each as one text. Clusters of one size come in no order from OpenRefine.
		var have, want []string
		for i, c := range got {
			if i > 0 && len(c.Values) > len(got[i-1].Values) {
				t.Errorf("cluster %d has more values than the one before: %v", i, got)
			}
			have = append(have, fmt.Sprint(c.Values))
		}
		for _, c := range l.Clusters {
			values := make([]text.Value, len(c))
			for i, v := range c {
				values[i] = text.Value{Text: v.V, Count: v.C}
			}
			want = append(want, fmt.Sprint(values))
		}
		slices.Sort(have)
		slices.Sort(want)
		if !slices.Equal(have, want) {
			if wrong++; wrong < 4 {
				t.Errorf("%v, n %d, radius %v of %q:\n got %q\nwant %q", l.Function, l.N, l.Radius, l.Values, have, want)
			}
		}
	})
	if wrong > 0 {
		t.Errorf("%d differ", wrong)
	}
}
