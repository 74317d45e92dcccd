package data

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"transferlab/tlkit/dataset"
	"transferlab/tlkit/split"
)

// The shipped pictures are what the notebooks say they are.
func TestEmoji(t *testing.T) {
	pictures := dataset.Folder("emoji", dataset.FolderOptions{})
	cat, err := pictures.Scan(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(cat.Pictures) != 462 || len(cat.Classes) != 10 || len(cat.Ignored) != 0 {
		t.Errorf("%d pictures, %d classes, ignored %v", len(cat.Pictures), len(cat.Classes), cat.Ignored)
	}
	groups := map[string]string{}
	for _, p := range cat.Pictures {
		if p.Width != 64 || p.Height != 64 || p.Format != "png" {
			t.Errorf("%s is %d×%d %s", p.ID, p.Width, p.Height, p.Format)
		}
		groups[p.ID] = p.Group
	}
	if g := groups["people/firefighter.png"]; g == "" || g != groups["people/woman-firefighter.png"] || g == groups["people/farmer.png"] {
		t.Errorf("firefighters are in group %q", g)
	}
	report, err := split.Check(context.Background(), pictures, split.Stratified(pictures, split.Options{Seed: 7}))
	if err != nil || len(report.Leaks) != 0 {
		t.Error(err, report)
	}
	t.Log("\n" + report.String())
	unseen, err := filepath.Glob("unseen/*.png")
	if err != nil || len(unseen) != 7 {
		t.Error(unseen, err)
	}
	for _, path := range unseen {
		if _, err := dataset.Open(path, dataset.FolderOptions{}); err != nil {
			t.Error(err)
		}
	}
}

// The tables are what their packages ship, and what the tests compare with the references.
func TestTables(t *testing.T) {
	for name, want := range map[string]string{
		"penguins.csv":        "144f623143c9360fd77322a4f86acb06dc198814dbd2669724c63e6457b907bd",
		"seattle_weather.csv": "0845078a290b48e3149ab8639966824110a251db4e06fc144c06ebb534af23be",
	} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if sum := fmt.Sprintf("%x", sha256.Sum256(b)); sum != want {
			t.Errorf("%s has the SHA-256 %s", name, sum)
		}
	}
	shown, errA := os.ReadFile("breast_cancer.csv.gz")
	tested, errB := os.ReadFile("../../tlkit/clean/impute/testdata/breast_cancer.csv.gz")
	if errA != nil || errB != nil || !bytes.Equal(shown, tested) {
		t.Errorf("breast_cancer.csv.gz is not the tests': %v, %v", errA, errB)
	}
}

func TestSize(t *testing.T) {
	var total int64
	err := filepath.WalkDir(".", func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		st, err := d.Info()
		total += st.Size()
		return err
	})
	if err != nil || total > 3<<20 {
		t.Errorf("%d bytes, %v", total, err)
	}
}
