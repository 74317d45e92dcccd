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
	for _, keep := range []uint64{1, 1 << 63, 0x8000_0000_0001_0000, 7} {
		h.keep = keep
		for seed := range uint64(6) {
			table := ugly(seed, 2000)
			cols := must(table.Columns("text", "int", "float", "big"))(t)
			var keys []keyColumn
			for _, c := range cols {
				keys = append(keys, keyOf(c))
			}
			ids, n, err := identify(keys, table.Nrow(), h)
			want, wantN := naiveIds(plainRows(t, table, "text", "int", "float", "big"))
			if err != nil || n != wantN || !slices.Equal(ids, want) {
				t.Errorf("keeping %x of the hash: %d kinds, want %d, %v", keep, n, wantN, err)
			}
		}
	}
	// Hashes that are often but not always equal, over several parts.
	table := sales(60_000)
	h.keep = 0xFC00_0000_0000_03FF
	key := []keyColumn{keyOf(must(table.Column("price"))(t))}
	ids, n, err := identify(key, table.Nrow(), h)
	want, wantN := naiveIds(plainRows(t, table, "price"))
	if err != nil || n != wantN || !slices.Equal(ids, want) {
		t.Errorf("prices: %d kinds, want %d, %v", n, wantN, err)
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
