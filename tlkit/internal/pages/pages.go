// Package pages makes large slices whose memory the system is asked to give in large
// pages, as NumPy asks it for its arrays: memory that is touched for the first time is
// given page by page, and with pages of 4 KiB that takes longer than filling it does.
package pages

import "unsafe"

// Make makes a slice of n elements, all zero.
func Make[T any](n int) []T {
	s := make([]T, n)
	if n > 0 {
		advise(unsafe.Pointer(unsafe.SliceData(s)), uintptr(n)*unsafe.Sizeof(s[0]))
	}
	return s
}
