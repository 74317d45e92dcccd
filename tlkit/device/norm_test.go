package device

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// normReference is the batch norm by its definition, in float64, and the gradients of
// Σ y·weight by the chain rule, one example at a time: ∂y_j/∂x_i over all j.
func normReference(x, scale, offset, weight []float32, epsilon float64) (y, mean, variance, gx, gs, gb []float64) {
	c := len(scale)
	n := len(x) / c
	y, gx = make([]float64, len(x)), make([]float64, len(x))
	mean, variance, gs, gb = make([]float64, c), make([]float64, c), make([]float64, c), make([]float64, c)
	for k := range c {
		for i := range n {
			mean[k] += float64(x[i*c+k]) / float64(n)
		}
		for i := range n {
			d := float64(x[i*c+k]) - mean[k]
			variance[k] += d * d / float64(n)
		}
		s := math.Sqrt(variance[k] + epsilon)
		for j := range n {
			dj, w := float64(x[j*c+k])-mean[k], float64(weight[j*c+k])
			y[j*c+k] = dj/s*float64(scale[k]) + float64(offset[k])
			gs[k] += w * dj / s
			gb[k] += w
			for i := range n {
				di := float64(x[i*c+k]) - mean[k]
				slope := -1/(float64(n)*s) - dj*di/(float64(n)*s*s*s)
				if i == j {
					slope += 1 / s
				}
				gx[i*c+k] += w * float64(scale[k]) * slope
			}
		}
	}
	return y, mean, variance, gx, gs, gb
}

// Both ways to sum give the batch norm of the textbook, and its gradients.
func TestBatchNorm(t *testing.T) {
	const epsilon = 1e-3
	for _, backend := range []string{"cpu", "go"} {
		d := opened(t, backend)
		for name, convs := range map[string]Convs{"sums": {}, "products": {Pointwise: Matrix}} {
			for _, shape := range [][]int{{1, 1, 1, 3}, {2, 3, 4, 5}, {3, 1, 2, 1}, {7, 2}} {
				t.Run(fmt.Sprint(backend, "/", name, "/", shape), func(t *testing.T) {
					rng, c := rand.New(rand.NewPCG(3, 4)), shape[len(shape)-1]
					x, scale, offset, weight := draw(rng, shape), draw(rng, []int{c}), draw(rng, []int{c}), draw(rng, shape)
					exec, err := graph.NewExec(d.Backend, func(in []*graph.Node) []*graph.Node {
						y, mean, variance := convs.BatchNorm(in[0], in[1], in[2], epsilon)
						loss := graph.ReduceAllSum(graph.Mul(y, in[3]))
						return append([]*graph.Node{y, mean, variance}, graph.Gradient(loss, in[0], in[1], in[2])...)
					})
					if err != nil {
						t.Fatal(err)
					}
					got, err := exec.Call(tensors.FromFlatDataAndDimensions(x, shape...), tensors.FromFlatDataAndDimensions(scale, c),
						tensors.FromFlatDataAndDimensions(offset, c), tensors.FromFlatDataAndDimensions(weight, shape...))
					if err != nil {
						t.Fatal(err)
					}
					y, mean, variance, gx, gs, gb := normReference(x, scale, offset, weight, epsilon)
					for i, want := range [][]float64{y, mean, variance, gx, gs, gb} {
						near(t, []string{"y", "mean", "variance", "gradient of x", "of the scale", "of the offset"}[i], got[i], want, 2e-5)
					}
				})
			}
		}
	}
}
