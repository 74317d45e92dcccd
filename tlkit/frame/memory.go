package frame

import "transferlab/tlkit/internal/pages"

// MakeCells makes n cells for a column. Of a large column the system is asked to use large
// pages, as NumPy asks it for its arrays.
func MakeCells[T Value](n int) []Cell[T] { return pages.Make[Cell[T]](n) }

// makeSlice makes a large slice that is soon thrown away; see MakeCells.
func makeSlice[T any](n int) []T { return pages.Make[T](n) }
