package frame

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// Sort agrees with a stable sort that compares cells.
func TestSortAgreesWithComparing(t *testing.T) {
	for seed := range uint64(30) {
		table := ugly(seed, []int{0, 1, 30, 47, 49, 800}[seed%6])
		rng := rand.New(rand.NewPCG(seed, 1))
		names := table.Names()
		rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		var by []By
		for _, n := range names[:1+rng.IntN(3)] {
			by = append(by, By{n, rng.IntN(2) == 0})
		}
		cols := must(table.Columns(names[:len(by)]...))(t)
		want := make([]int, table.Nrow())
		for i := range want {
			want[i] = i
		}
		slices.SortStableFunc(want, func(a, b int) int {
			for k, c := range cols {
				am, bm := c.Missing(a), c.Missing(b)
				if am || bm {
					if am != bm {
						if am {
							return 1
						}
						return -1
					}
					continue
				}
				v := 0
				switch c.Kind {
				case Int:
					v = better2(c.Ints[a].Value < c.Ints[b].Value, c.Ints[a].Value > c.Ints[b].Value)
				case Float:
					v = better2(c.Floats[a].Value < c.Floats[b].Value, c.Floats[a].Value > c.Floats[b].Value)
				case Bool:
					v = better2(!c.Bools[a].Value && c.Bools[b].Value, c.Bools[a].Value && !c.Bools[b].Value)
				case Category:
					v = slices.Index(c.Levels, c.Texts[a].Value) - slices.Index(c.Levels, c.Texts[b].Value)
				default:
					v = strings.Compare(c.Texts[a].Value, c.Texts[b].Value)
				}
				if by[k].Descending {
					v = -v
				}
				if v != 0 {
					return v
				}
			}
			return 0
		})
		if got := must(SortedRows(table, by...))(t); !slices.Equal(got, want) {
			t.Errorf("seed %d by %v: %v, want %v", seed, by, got, want)
		}
	}
}

func better2(less, more bool) int {
	switch {
	case less:
		return -1
	case more:
		return 1
	}
	return 0
}

func TestSortOfManyTexts(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	texts := make([]string, 40_000)
	for i := range texts {
		b := make([]byte, rng.IntN(12))
		for j := range b {
			b[j] = "ab\x00\xff"[rng.IntN(4)]
		}
		texts[i] = string(b)
	}
	got := must(Sort(mustTable(nil, Series("t", values(texts...))), Asc("t")))(t)
	slices.Sort(texts)
	for i, c := range must(got.Column("t"))(t).Texts {
		if c.Value != texts[i] {
			t.Fatalf("row %d is %q, want %q", i, c.Value, texts[i])
		}
	}
}

func TestSortOfDates(t *testing.T) {
	days := []string{"2023-12-31", "2024-01-01", "2024-01-01T11:59:59Z", "2024-01-01T12:00:00Z", "2024-01-01T12:00:00.25Z", "2024-01-01T12:00:00.5Z", "2024-01-01T12:00:01Z"}
	shuffled := slices.Clone(days)
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(days), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	got := must(Sort(mustTable(Schema{{Name: "at", Kind: Date}}, Series("at", values(shuffled...))), Asc("at")))(t)
	for i, c := range must(got.Column("at"))(t).Texts {
		if c.Value != days[i] {
			t.Errorf("place %d has %s, want %s", i, c.Value, days[i])
		}
	}
}

func TestSortErrors(t *testing.T) {
	if _, err := Sort(ugly(1, 3)); !errors.Is(err, ErrShape) || !strings.Contains(err.Error(), `Asc("text")`) {
		t.Errorf("nothing to sort by: %v", err)
	}
	if _, err := Sort(ugly(1, 3), Asc("flota")); !errors.Is(err, ErrColumn) || !strings.Contains(err.Error(), `"float"`) {
		t.Errorf("an unknown column: %v", err)
	}
	if _, err := Sort(Table{}, Asc("a")); !errors.Is(err, ErrColumn) {
		t.Errorf("a table without columns: %v", err)
	}
}

func TestOrderedBits(t *testing.T) {
	floats := []float64{math.Inf(-1), -1e300, -1, -5e-324, 0, 5e-324, 1, 1e300, math.Inf(1)}
	for i, v := range floats {
		if got := floatOfBits(floatBits(v)); got != v {
			t.Errorf("%v comes back as %v", v, got)
		}
		if i > 0 && floatBits(floats[i-1]) >= floatBits(v) {
			t.Errorf("%v is not before %v", floats[i-1], v)
		}
	}
	if floatBits(math.Copysign(0, -1)) != floatBits(0) {
		t.Error("the zeros differ")
	}
	ints := []int{math.MinInt, -1, 0, 1, math.MaxInt}
	for i, v := range ints {
		if intOfBits(intBits(v)) != v || i > 0 && intBits(ints[i-1]) >= intBits(v) {
			t.Errorf("%d comes back as %d, or is not in order", v, intOfBits(intBits(v)))
		}
	}
}

func ExampleSort() {
	t, _ := New(nil, Series("city", values("Rome", "Oslo", "Rome")), Series("price", values(3.0, 5.0, 4.5)))
	sorted, err := Sort(t, Asc("city"), Desc("price"))
	if err != nil {
		fmt.Println(err)
		return
	}
	cols, _ := sorted.Columns()
	for i := range sorted.Nrow() {
		fmt.Println(cols[0].Format(i), cols[1].Format(i))
	}
	// Output:
	// Oslo 5.0
	// Rome 4.5
	// Rome 3.0
}
