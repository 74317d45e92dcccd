package torch

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

var forms = []string{"zip.pth", "old.pth", "protocol4.pth", "new.pth", "big.pth", "checkpoint.pth", "checkpoint_old.pth", "mixed.pth"}

// readAll reads whatever a file has, and fails the test if that is not as long as it says,
// or if an error says nothing of its kind.
func readAll(t testing.TB, data []byte) error {
	s, err := Decode(data, Limits{Bytes: 1 << 24, Pickle: 1 << 20, Tensors: 1000})
	if err != nil {
		if !errors.Is(err, ErrFormat) {
			t.Fatalf("an untyped error: %v", err)
		}
		return err
	}
	for _, x := range s.Tensors() {
		floats, ferr := x.Float32()
		whole, ierr := x.Int64()
		if ferr == nil && len(floats) != x.Len() || ierr == nil && len(whole) != x.Len() {
			t.Fatalf("%s has %d or %d elements, not %d", x.Name, len(floats), len(whole), x.Len())
		}
	}
	return nil
}

// No prefix of a file is taken for the file: every byte of some, every hundredth part of
// the others.
func TestTruncated(t *testing.T) {
	for _, form := range forms {
		whole := read(t, form)
		step := 1
		if form != "zip.pth" && form != "old.pth" {
			step = max(len(whole)/100, 1)
		}
		for n := 0; n < len(whole); n += step {
			if readAll(t, whole[:n]) == nil {
				t.Fatalf("%s cut to %d of %d bytes was read", form, n, len(whole))
			}
		}
	}
}

// Files with one to four bits changed are read or refused.
func TestBitFlips(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, form := range forms {
		whole := read(t, form)
		refused := 0
		for range 3000 {
			data := slices.Clone(whole)
			for range 1 + rng.IntN(4) {
				data[rng.IntN(len(data))] ^= 1 << rng.IntN(8)
			}
			if readAll(t, data) != nil {
				refused++
			}
		}
		if refused == 0 {
			t.Errorf("%s: none of 3000 damaged files was refused", form)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, name := range append(forms, "model.pth") {
		f.Add(read(f, name))
	}
	f.Add([]byte("\x80\x02]q\x00h\x00a.")) // a list that holds itself
	f.Add(oldWith("(S'ls'\nios\nsystem\n."))
	f.Fuzz(func(t *testing.T, data []byte) { _ = readAll(t, data) })
}
