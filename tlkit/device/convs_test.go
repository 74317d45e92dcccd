package device

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// opened opens a backend for a test. Without it the test is skipped with the reason, or
// fails where TLKIT_REQUIRE=all says that nothing may be missing.
func opened(t *testing.T, backend string) *Device {
	t.Helper()
	d, err := Open(Options{Backend: backend})
	if err != nil {
		if os.Getenv("TLKIT_REQUIRE") == "all" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	t.Cleanup(d.Close)
	return d
}

type convCase struct {
	name             string
	n, h, w, in, out int // out 0: depthwise
	kh, kw, stride   int
	pad              Padding
	tfSame           bool
	own              bool // GoMLX v0.28.2 has no gradient of it
}

func (c convCase) padding() Padding {
	if c.tfSame {
		return Same(c.h, c.w, c.kh, c.kw, c.stride)
	}
	return c.pad
}

func (c convCase) kernelShape() []int {
	if c.out == 0 {
		return []int{c.kh, c.kw, 1, c.in}
	}
	return []int{c.kh, c.kw, c.in, c.out}
}

func (c convCase) outShape() []int {
	p := c.padding()
	o := c.out
	if o == 0 {
		o = c.in
	}
	return []int{c.n, (c.h+p[0][0]+p[0][1]-c.kh)/c.stride + 1, (c.w+p[1][0]+p[1][1]-c.kw)/c.stride + 1, o}
}

// reference is the convolution by its definition, in float64, with the gradients of
// Σ y·weight.
func (c convCase) reference(x, k, weight []float32) (y, gx, gk []float64) {
	p, os := c.padding(), c.outShape()
	y, gx, gk = make([]float64, len(weight)), make([]float64, len(x)), make([]float64, len(k))
	for b := range c.n {
		for i := range os[1] {
			for j := range os[2] {
				for o := range os[3] {
					at := ((b*os[1]+i)*os[2]+j)*os[3] + o
					for a := range c.kh {
						for e := range c.kw {
							r, s := i*c.stride+a-p[0][0], j*c.stride+e-p[1][0]
							if r < 0 || r >= c.h || s < 0 || s >= c.w {
								continue
							}
							for ch := range c.in {
								if c.out == 0 && ch != o {
									continue
								}
								xi := ((b*c.h+r)*c.w+s)*c.in + ch
								ki := ((a*c.kw+e)*c.in+ch)*c.out + o
								if c.out == 0 {
									ki = (a*c.kw+e)*c.in + ch
								}
								y[at] += float64(x[xi]) * float64(k[ki])
								gx[xi] += float64(weight[at]) * float64(k[ki])
								gk[ki] += float64(weight[at]) * float64(x[xi])
							}
						}
					}
				}
			}
		}
	}
	return y, gx, gk
}

var convCases = []convCase{
	{name: "pointwise", n: 2, h: 5, w: 7, in: 3, out: 4, kh: 1, kw: 1, stride: 1},
	{name: "pointwise strided even", n: 2, h: 6, w: 8, in: 3, out: 2, kh: 1, kw: 1, stride: 2, tfSame: true},
	{name: "pointwise strided odd", n: 1, h: 7, w: 5, in: 2, out: 3, kh: 1, kw: 1, stride: 2, tfSame: true},
	{name: "pointwise single pixel", n: 1, h: 1, w: 1, in: 5, out: 6, kh: 1, kw: 1, stride: 1},
	{name: "stem even", n: 2, h: 8, w: 8, in: 3, out: 4, kh: 3, kw: 3, stride: 2, tfSame: true},
	{name: "stem odd", n: 1, h: 9, w: 7, in: 3, out: 4, kh: 3, kw: 3, stride: 2, tfSame: true},
	{name: "full explicit lopsided", n: 1, h: 6, w: 5, in: 2, out: 3, kh: 3, kw: 3, stride: 1, pad: Padding{{1, 0}, {0, 2}}},
	{name: "16 channels", n: 2, h: 5, w: 6, in: 16, out: 3, kh: 3, kw: 3, stride: 1, tfSame: true},
	{name: "16 channels, stride 2 even", n: 2, h: 6, w: 8, in: 16, out: 5, kh: 3, kw: 3, stride: 2, tfSame: true},
	{name: "16 channels, stride 2 around", n: 1, h: 8, w: 7, in: 17, out: 2, kh: 3, kw: 3, stride: 2, pad: Padding{{1, 1}, {1, 1}}},
	{name: "16 channels, rows left over", n: 1, h: 8, w: 8, in: 16, out: 2, kh: 3, kw: 3, stride: 2},
	{name: "16 channels, lopsided", n: 1, h: 6, w: 7, in: 16, out: 2, kh: 3, kw: 5, stride: 3, pad: Padding{{1, 0}, {0, 2}}},
	{name: "16 channels, padded widely", n: 1, h: 6, w: 7, in: 16, out: 2, kh: 2, kw: 5, stride: 3, pad: Padding{{1, 0}, {0, 4}}, own: true},
	{name: "16 channels, batch of 5, stride 2", n: 5, h: 7, w: 6, in: 18, out: 3, kh: 5, kw: 3, stride: 2, tfSame: true},
	{name: "stem 7, stride 2", n: 3, h: 12, w: 10, in: 3, out: 4, kh: 7, kw: 7, stride: 2, pad: Padding{{3, 3}, {3, 3}}},
	{name: "64 channels, few pixels", n: 2, h: 7, w: 6, in: 64, out: 66, kh: 3, kw: 3, stride: 1, tfSame: true},
	{name: "64 channels, few pixels, lopsided", n: 2, h: 7, w: 9, in: 65, out: 64, kh: 2, kw: 3, stride: 2, pad: Padding{{1, 0}, {0, 2}}, own: true},
	{name: "depthwise 3 same", n: 2, h: 6, w: 5, in: 4, kh: 3, kw: 3, stride: 1, tfSame: true},
	{name: "depthwise 3 valid", n: 1, h: 6, w: 5, in: 4, kh: 3, kw: 3, stride: 1},
	{name: "depthwise 3 stride 2 even", n: 2, h: 8, w: 6, in: 3, kh: 3, kw: 3, stride: 2, tfSame: true},
	{name: "depthwise 3 stride 2 odd", n: 2, h: 7, w: 9, in: 3, kh: 3, kw: 3, stride: 2, tfSame: true},
	{name: "depthwise 5 same", n: 1, h: 7, w: 7, in: 5, kh: 5, kw: 5, stride: 1, tfSame: true},
	{name: "depthwise 5 stride 2 even", n: 1, h: 10, w: 8, in: 2, kh: 5, kw: 5, stride: 2, tfSame: true},
	{name: "depthwise 5 stride 2 odd", n: 1, h: 9, w: 11, in: 2, kh: 5, kw: 5, stride: 2, tfSame: true},
	{name: "depthwise filter larger than picture", n: 1, h: 2, w: 3, in: 2, kh: 5, kw: 5, stride: 1, tfSame: true},
	{name: "depthwise lopsided filter, explicit", n: 1, h: 6, w: 8, in: 3, kh: 3, kw: 2, stride: 2, pad: Padding{{0, 2}, {1, 0}}},
	{name: "depthwise stride 3", n: 1, h: 11, w: 10, in: 2, kh: 3, kw: 3, stride: 3, tfSame: true},
	{name: "depthwise valid, rows left over", n: 1, h: 8, w: 8, in: 2, kh: 3, kw: 3, stride: 2},
}

// All forms give the convolution of the textbook, and its gradients, on each backend.
func TestFormsAgree(t *testing.T) {
	forms := map[string]Convs{
		"plain":          {},
		"matrix shifted": {Pointwise: Matrix, Depthwise: Shifted},
		"matrix looped":  {Pointwise: Matrix, Depthwise: Looped},
		"turned":         {Pointwise: Matrix, Depthwise: Shifted, Full: Turned},
		"turned looped":  {Pointwise: Matrix, Depthwise: Looped, Full: Turned},
	}
	for _, backend := range []string{"cpu", "go"} {
		d := opened(t, backend)
		for form, convs := range forms {
			if backend == "go" && (convs.Depthwise == Looped || convs.Full == Turned) {
				continue // it has no DynamicSlice
			}
			for _, c := range convCases {
				if c.own && convs.Full != Turned {
					continue
				}
				t.Run(fmt.Sprint(backend, "/", form, "/", c.name), func(t *testing.T) {
					checkCase(t, d, convs, c, true)
				})
			}
		}
	}
}

// ONNX Runtime runs forward only.
func TestFormsAgreeForward(t *testing.T) {
	d := opened(t, "onnx")
	for _, c := range convCases {
		t.Run(c.name, func(t *testing.T) {
			convs := d.Convs
			convs.ForwardOnly = true
			checkCase(t, d, convs, c, false)
		})
	}
}

func checkCase(t *testing.T, d *Device, convs Convs, c convCase, backward bool) {
	rng := rand.New(rand.NewPCG(1, 2))
	x := draw(rng, []int{c.n, c.h, c.w, c.in})
	k := draw(rng, c.kernelShape())
	weight := draw(rng, c.outShape())
	wantY, wantGX, wantGK := c.reference(x, k, weight)
	exec, err := graph.NewExec(d.Backend, func(in []*graph.Node) []*graph.Node {
		var y *graph.Node
		if c.out == 0 {
			y = convs.DepthwiseConv(in[0], in[1], c.stride, c.padding())
		} else {
			y = convs.Conv(in[0], in[1], c.stride, c.padding())
		}
		if !backward {
			return []*graph.Node{y}
		}
		loss := graph.ReduceAllSum(graph.Mul(y, in[2]))
		return append([]*graph.Node{y}, graph.Gradient(loss, in[0], in[1])...)
	})
	if err != nil {
		t.Fatal(err)
	}
	args := []any{tensors.FromFlatDataAndDimensions(x, c.n, c.h, c.w, c.in),
		tensors.FromFlatDataAndDimensions(k, c.kernelShape()...)}
	if backward {
		args = append(args, tensors.FromFlatDataAndDimensions(weight, c.outShape()...))
	}
	got, err := exec.Call(args...)
	if err != nil {
		t.Fatal(err)
	}
	within := 2e-5 * max(1, float64(c.kh*c.kw*max(c.in, c.out))/300)
	near(t, "y", got[0], wantY, within)
	if backward {
		near(t, "gradient of the input", got[1], wantGX, within)
		near(t, "gradient of the kernel", got[2], wantGK, within)
	}
}

func draw(rng *rand.Rand, shape []int) []float32 {
	n := 1
	for _, d := range shape {
		n *= d
	}
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(rng.NormFloat64())
	}
	return out
}

// near compares with a tolerance: 2e-5 allows the rounding of a few hundred float32 products.
func near(t *testing.T, what string, got *tensors.Tensor, want []float64, within float64) {
	t.Helper()
	flat := tensors.MustCopyFlatData[float32](got)
	if len(flat) != len(want) {
		t.Fatalf("%s has %d elements (%s), want %d", what, len(flat), got.Shape(), len(want))
	}
	for i := range want {
		if diff := math.Abs(float64(flat[i]) - want[i]); diff > within*(1+math.Abs(want[i])) || math.IsNaN(float64(flat[i])) {
			t.Fatalf("%s[%d] = %g, want %g", what, i, flat[i], want[i])
		}
	}
}
