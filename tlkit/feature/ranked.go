package feature

import "slices"

// ranked gives the numbers that would stand at these places if v was put in order, by
// Hoare's selection (1961), for several places at once. v has no NaN and is changed. Each
// place is one of v's.
func ranked(v []float64, places []int) []float64 {
	wanted := slices.Clone(places)
	slices.Sort(wanted)
	arrange(v, 0, slices.Compact(wanted))
	out := make([]float64, len(places))
	for i, p := range places {
		out[i] = v[p]
	}
	return out
}

// fewToSort is how many numbers are sorted rather than divided.
const fewToSort = 64

// arrange puts the right numbers at the places, which count from first and rise.
func arrange(v []float64, first int, places []int) {
	for depth := 0; len(places) > 0; depth++ {
		if len(v) <= fewToSort || depth > 60 {
			slices.Sort(v)
			return
		}
		low, high := divide(v, pivot(v))
		a, _ := slices.BinarySearch(places, first+low)
		b, _ := slices.BinarySearch(places, first+high)
		arrange(v[:low], first, places[:a])
		v, places, first = v[high:], places[b:], first+high
	}
}

// pivot is the median of nine numbers from all over v.
func pivot(v []float64) float64 {
	var some [9]float64
	for i := range some {
		some[i] = v[i*(len(v)-1)/(len(some)-1)]
	}
	slices.Sort(some[:])
	return some[len(some)/2]
}

// divide puts the numbers less than p first and those greater than p last; those that are p
// stand from low to high.
func divide(v []float64, p float64) (low, high int) {
	for i, x := range v { // without a branch that would be guessed wrong
		v[i] = v[low]
		v[low] = x
		if x < p {
			low++
		}
	}
	high = low
	for i := low; i < len(v); i++ {
		x := v[i]
		v[i] = v[high]
		v[high] = x
		if x <= p {
			high++
		}
	}
	return low, high
}
