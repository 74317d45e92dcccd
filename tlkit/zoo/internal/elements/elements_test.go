package elements

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// widen is what half and eight are compared with: the definition of a binary
// floating point number.
func widen(v uint32, exponent, fraction, bias int, infinities bool) float64 {
	e, f := int(v>>fraction)&(1<<exponent-1), float64(v&(1<<fraction-1))/float64(int(1)<<fraction)
	sign := 1.0
	if v>>(exponent+fraction)&1 == 1 {
		sign = -1
	}
	switch {
	case e == 0:
		return sign * math.Ldexp(f, 1-bias)
	case infinities && e == 1<<exponent-1 && f == 0:
		return sign * math.Inf(1)
	case infinities && e == 1<<exponent-1, !infinities && e == 1<<exponent-1 && f == 1-1/float64(int(1)<<fraction):
		return math.NaN()
	}
	return sign * math.Ldexp(1+f, e-bias)
}

// Every number of the short types.
func TestShortFloats(t *testing.T) {
	for _, c := range []struct {
		kind                     Type
		exponent, fraction, bias int
	}{{Float16, 5, 10, 15}, {BFloat16, 8, 7, 127}, {Float8E5M2, 5, 2, 15}, {Float8E4M3, 4, 3, 7}} {
		size := c.kind.Size()
		n := 1 << (8 * size)
		var src []byte
		for v := range n {
			src = append(src, binary.LittleEndian.AppendUint16(nil, uint16(v))[:size]...)
		}
		dst := make([]float32, n)
		if err := (Run{R: bytes.NewReader(src), Type: c.kind}).Float32(dst); err != nil {
			t.Fatal(err)
		}
		for v, got := range dst {
			want := float32(widen(uint32(v), c.exponent, c.fraction, c.bias, c.kind != Float8E4M3))
			if math.Float32bits(got) != math.Float32bits(want) && !(got != got && want != want) {
				t.Fatalf("type %d: %#x is %v, want %v", c.kind, v, got, want)
			}
		}
	}
}

func TestInt64(t *testing.T) {
	for _, c := range []struct {
		kind Type
		src  string
		want []int64
	}{
		{Bool, "\x00\x01", []int64{0, 1}},
		{Int8, "\x80\x7f", []int64{-128, 127}},
		{Uint8, "\x80\x7f", []int64{128, 127}},
		{Int16, "\xfe\xff", []int64{-2}},
		{Uint16, "\xfe\xff", []int64{65534}},
		{Int32, "\xfe\xff\xff\xff", []int64{-2}},
		{Uint32, "\xfe\xff\xff\xff", []int64{1<<32 - 2}},
		{Int64, "\xfe\xff\xff\xff\xff\xff\xff\xff", []int64{-2}},
		{Uint64, "\x01\x00\x00\x00\x00\x00\x00\x00", []int64{1}},
	} {
		big := []byte(c.src)
		swap(big, c.kind.Size())
		for _, r := range []Run{{bytes.NewReader([]byte(c.src)), 0, c.kind, false}, {bytes.NewReader(big), 0, c.kind, true}} {
			got := make([]int64, len(c.want))
			if err := r.Int64(got); err != nil || !slices.Equal(got, c.want) {
				t.Errorf("type %d, big %v: %v, %v", c.kind, r.Big, got, err)
			}
		}
	}
	all := bytes.NewReader(bytes.Repeat([]byte{0xff}, 8))
	if err := (Run{R: all, Type: Uint64}).Int64(make([]int64, 1)); !errors.Is(err, ErrType) {
		t.Errorf("2^64−1: %v", err)
	}
}

// Long runs are read in pieces; each number arrives at its place, of both orders.
func TestPieces(t *testing.T) {
	const n = 2*piece + 12345
	values := make([]float32, n)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range values {
		values[i] = rng.Float32()
	}
	little := append([]byte("head"), Bytes(values)...)
	big := slices.Clone(little)
	swap(big[4:], 4)
	wide := []byte("head")
	for _, v := range values {
		wide = binary.BigEndian.AppendUint64(wide, math.Float64bits(float64(v)))
	}
	for _, r := range []Run{
		{bytes.NewReader(little), 4, Float32, false}, {bytes.NewReader(big), 4, Float32, true}, {bytes.NewReader(wide), 4, Float64, true},
	} {
		got := make([]float32, n)
		if err := r.Float32(got); err != nil || !slices.Equal(got, values) {
			t.Errorf("type %d, big %v: not what was put in, %v", r.Type, r.Big, err)
		}
		if err := r.Float32(make([]float32, n+1)); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("one number too many: %v", err)
		}
	}
}

func TestTypes(t *testing.T) {
	r := bytes.NewReader(make([]byte, 64))
	for kind := range Type(40) {
		f := Run{R: r, Type: kind}.Float32(make([]float32, 1))
		i := Run{R: r, Type: kind}.Int64(make([]int64, 1))
		isFloat, isWhole := kind >= Float8E4M3 && kind <= Float64, kind >= Bool && kind <= Int64
		if (f == nil) != isFloat || (i == nil) != isWhole {
			t.Errorf("type %d: %v, %v", kind, f, i)
		}
		if (kind.Size() > 0) != (kind >= Bool && kind <= Complex128) {
			t.Errorf("type %d has size %d", kind, kind.Size())
		}
	}
}
