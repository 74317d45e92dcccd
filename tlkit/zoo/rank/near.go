package rank

import "math"

// Near is how much at home a source classifier is among the target's pictures, without a
// look at their labels. All three are between 0 and 1.
//
// A classifier that meets what it was trained on is sure of most pictures, and finds many
// of its classes among them; of pictures that are like nothing it knows it tends to be
// unsure, which is the usual baseline for telling them apart (Hendrycks and Gimpel 2017,
// arXiv:1610.02136). It is a hint, not a proof: networks can be sure of nonsense, and those
// with few classes are sure more easily. So compare networks of one source task.
type Near struct {
	// Confidence is the mean of the largest probability.
	Confidence float64

	// Sureness is 1 − the mean entropy over that of guessing: 1 where each picture is
	// certainly of some source class, 0 where all source classes are as probable.
	Sureness float64

	// Information is the mutual information of picture and source class, over the most there
	// can be: near 1 where each picture has a source class of its own, 0 where all pictures
	// look alike to the classifier, sure or not.
	Information float64
}

// Nearness measures how near pictures are to the source task, from the source classifier's
// probabilities, n rows that each sum to 1.
func Nearness[T Real](prob [][]T) (Near, error) {
	p, err := probabilities(prob)
	if err != nil {
		return Near{}, err
	}
	var out Near
	n, k, inEach := float64(len(p)), float64(len(p[0])), 0.0
	mean := make([]float64, len(p[0]))
	for _, row := range p {
		largest := 0.0
		for z, v := range row {
			largest = max(largest, v)
			mean[z] += v / n
		}
		out.Confidence += largest / n
		inEach += entropy(row) / n
	}
	out.Sureness = share(math.Log(k)-inEach, math.Log(k))
	out.Information = share(entropy(mean)-inEach, math.Log(min(k, n)))
	return out, nil
}

// share is a part of a whole, kept between 0 and 1 against rounding; 0 of nothing.
func share(part, whole float64) float64 {
	if !(whole > 0) {
		return 0
	}
	return min(max(part/whole, 0), 1)
}

// entropy of probabilities, in natural units.
func entropy(p []float64) float64 {
	sum := 0.0
	for _, v := range p {
		if v > 0 {
			sum -= v * math.Log(v)
		}
	}
	return sum
}
