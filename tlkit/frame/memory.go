package frame

import "unsafe"

// MakeCells makes n cells for a column. Of a large column the system is asked to use large
// pages, as NumPy asks it for its arrays: memory that is touched for the first time is
// given page by page, and with pages of 4 KiB that takes longer than filling a column does.
func MakeCells[T Value](n int) []Cell[T] {
	cells := make([]Cell[T], n)
	if n > 0 {
		largePages(unsafe.Pointer(unsafe.SliceData(cells)), uintptr(n)*unsafe.Sizeof(cells[0]))
	}
	return cells
}

// makeSlice makes a large slice that is soon thrown away; see MakeCells.
func makeSlice[T any](n int) []T {
	s := make([]T, n)
	if n > 0 {
		largePages(unsafe.Pointer(unsafe.SliceData(s)), uintptr(n)*unsafe.Sizeof(s[0]))
	}
	return s
}
