package safetensors

import (
	"fmt"
	"path/filepath"
	"testing"
)

// BenchmarkOpen opens a file of 100 MB and reads it into slices of its own.
func BenchmarkOpen(b *testing.B) {
	const n, count = 1 << 18, 100
	path := filepath.Join(b.TempDir(), "weights.safetensors")
	var tensors []Tensor
	for i := range count {
		tensors = append(tensors, FromFloat32(fmt.Sprintf("layer%d.weight", i), make([]float32, n), 512, 512))
	}
	if err := WriteFile(path, nil, tensors); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(4 * n * count)
	b.ReportAllocs()
	for b.Loop() {
		f, err := Open(path, Limits{})
		if err != nil {
			b.Fatal(err)
		}
		for _, t := range f.Tensors() {
			if _, err := t.Float32(); err != nil {
				b.Fatal(err)
			}
		}
		f.Close()
	}
}
