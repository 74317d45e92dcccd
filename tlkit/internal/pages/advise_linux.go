package pages

import (
	"syscall"
	"unsafe"
)

const (
	largePage = 2 << 20       // what x86-64 and most others have
	worthIt   = 2 * largePage // smaller pieces hardly hold a whole page
)

// advise asks for large pages in a piece of memory. It is advice: the system may not
// heed it, and nothing depends on it.
func advise(start unsafe.Pointer, bytes uintptr) {
	if bytes < worthIt {
		return
	}
	skip := -uintptr(start) & (largePage - 1)
	if skip >= bytes {
		return
	}
	whole := (bytes - skip) &^ (largePage - 1)
	if whole == 0 {
		return
	}
	_ = syscall.Madvise(unsafe.Slice((*byte)(unsafe.Add(start, skip)), whole), syscall.MADV_HUGEPAGE)
}
