//go:build data

package stamps

import (
	"testing"

	"transferlab/tlkit/dataset"
	"transferlab/tlkit/store"
)

// The real ones, where they are: every picture can be read.
func TestRealStamps(t *testing.T) {
	home, err := store.Home()
	if err != nil {
		t.Fatal(err)
	}
	place, err := tuxpaint().folder(ctx, home)
	if err != nil {
		t.Fatal(err) // it says how to have them
	}
	cat, err := dataset.Folder(place, dataset.FolderOptions{}).Scan(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, p := range cat.Pictures {
		count[p.Class]++
	}
	for _, c := range Classes() {
		if count[c.Name] != c.Pictures {
			t.Errorf("%s: %d pictures, want %d", c.Name, count[c.Name], c.Pictures)
		}
	}
	if len(cat.Classes) != len(Classes()) || len(cat.Ignored) != 0 || len(cat.Pictures) != 357 {
		t.Error(len(cat.Classes), cat.Ignored, len(cat.Pictures))
	}
}
