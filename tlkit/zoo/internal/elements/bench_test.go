package elements

import (
	"bytes"
	"testing"
)

func BenchmarkFloat32(b *testing.B) {
	for name, kind := range map[string]Type{"float32": Float32, "float16": Float16, "bfloat16": BFloat16, "float64": Float64} {
		b.Run(name, func(b *testing.B) {
			dst := make([]float32, 1<<22)
			r := Run{R: bytes.NewReader(make([]byte, len(dst)*kind.Size())), Type: kind}
			b.SetBytes(int64(len(dst) * kind.Size()))
			for b.Loop() {
				if err := r.Float32(dst); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
