package frame

import (
	"errors"
	"fmt"
	"slices"
	"testing"
)

// naiveIds numbers texts in the order in which they occur.
func naiveIds(rows []string) (ids []int32, n int) {
	seen := map[string]int32{}
	for _, r := range rows {
		if _, ok := seen[r]; !ok {
			seen[r] = int32(len(seen))
		}
		ids = append(ids, seen[r])
	}
	return ids, len(seen)
}

func TestIdentifyAgreesWithAMapOfRows(t *testing.T) {
	for seed := range uint64(40) {
		table := ugly(seed, []int{0, 1, 2, 17, 300, 3000}[seed%6])
		for _, names := range [][]string{nil, {"text"}, {"float"}, {"int", "bool"}, {"big"}, {"day", "size", "text"}} {
			want, wantN := naiveIds(plainRows(t, table, names...))
			ids, n, err := table.Identify(names...)
			if err != nil {
				t.Fatal(err)
			}
			if n != wantN || !slices.Equal(ids, want) {
				t.Errorf("seed %d, %v: %d kinds, want %d", seed, names, n, wantN)
			}
		}
	}
}

func TestIdentifyOfManyRowsAgreesOnAnyNumberOfCores(t *testing.T) {
	table := sales(150_000) // several parts
	onCores(t, func(t *testing.T) string {
		ids, n, err := table.Identify()
		return fmt.Sprint(ids, n, err)
	})
	want, wantN := naiveIds(plainRows(t, table, "city", "product", "qty"))
	if ids, n, err := table.Identify("city", "product", "qty"); err != nil || n != wantN || !slices.Equal(ids, want) {
		t.Errorf("%d kinds, want %d, %v", n, wantN, err)
	}
}

// Rows that differ must be told apart even where their hashes are equal.
func TestIdentifyWithBadHashes(t *testing.T) {
	h := newHasher()
	check := func(table Table, names ...string) {
		t.Helper()
		var keys []keyColumn
		for _, c := range must(table.Columns(names...))(t) {
			keys = append(keys, keyOf(c))
		}
		want, wantN := naiveIds(plainRows(t, table, names...))
		if ids, n := identifyHashed(keys, table.Nrow(), h); n != wantN || !slices.Equal(ids, want) {
			t.Errorf("%v, keeping %x of the hash: %d kinds, want %d", names, h.keep, n, wantN)
		}
		if ids, n, ok := identifyCoded(keys, table.Nrow(), h); ok && (n != wantN || !slices.Equal(ids, want)) {
			t.Errorf("%v, keeping %x of the hash, by codes: %d kinds, want %d", names, h.keep, n, wantN)
		}
	}
	for _, h.keep = range []uint64{1, 1 << 63, 0x8000_0000_0001_0000, 7} {
		for seed := range uint64(6) {
			check(ugly(seed, 2000), "text", "int", "float", "big")
		}
	}
	h.keep = 0xFC00_0000_0000_03FF // often but not always equal, over several parts
	check(sales(40_000), "price")
	h.keep = 0xFF
	check(sales(20_000), "city", "product", "qty")
}

// A column that has few values at first and many later is noticed in time.
func TestIdentifyOfAColumnWithManyValuesLate(t *testing.T) {
	for _, kinds := range []int{mostCodes - 1, mostCodes, mostCodes + 1, 5 * mostCodes} {
		n := 4 * codePiece
		table := mustTable(nil, Series("v", fill(n, func(i int) Cell[int] {
			if i < codePiece {
				return Cell[int]{Value: i % 100}
			}
			return Cell[int]{Value: i % kinds, Null: i%1000 == 7}
		})))
		want, wantN := naiveIds(plainRows(t, table))
		if ids, n, err := table.Identify(); err != nil || n != wantN || !slices.Equal(ids, want) {
			t.Errorf("%d values: %d kinds, want %d, %v", kinds, n, wantN, err)
		}
	}
}

func TestIdentifyWithoutColumnsOrRows(t *testing.T) {
	if ids, n, err := (Table{}).Identify(); err != nil || len(ids) != 0 || n != 0 {
		t.Errorf("a table without columns: %v, %d, %v", ids, n, err)
	}
	none := must(ugly(1, 5).Pick())(t)
	if ids, n, err := none.Identify(); err != nil || !slices.Equal(ids, []int32{0, 0, 0, 0, 0}) || n != 1 {
		t.Errorf("five rows of no columns: %v, %d, %v", ids, n, err)
	}
	var missing *ColumnError
	if _, _, err := ugly(1, 5).Identify("txt"); !errors.As(err, &missing) || missing.Nearest != "text" {
		t.Errorf("an unknown column: %v", err)
	}
}
