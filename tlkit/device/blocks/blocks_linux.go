//go:build linux && cgo

package blocks

// #cgo LDFLAGS: -ldl
// #include "keep.h"
import "C"

import (
	"errors"
	"unsafe"
)

// Keep has the library at path, which must be loaded already, keep its blocks from now on.
// An error says why it does not; nothing is lost then but time.
func Keep(path string) error {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	if why := C.keep_plugin(name); why != nil {
		return errors.New("blocks: " + C.GoString(why))
	}
	return nil
}

// Release gives the blocks that are set aside back.
func Release() { C.keep_release() }

// Now tells the use of memory up to now.
func Now() Use {
	u := C.keep_use()
	return Use{Live: int64(u.live), Kept: int64(u.kept), Most: int64(u.most), Hits: int64(u.hits), Misses: int64(u.misses)}
}

// The two functions that the library calls, and the one that it may call past them, for the
// tests, which cannot have cgo.

func take(align, size int) (unsafe.Pointer, bool) {
	var p unsafe.Pointer
	failed := C.keep_alloc(&p, C.size_t(align), C.size_t(size))
	return p, failed == 0
}

func give(p unsafe.Pointer) { C.keep_free(p) }

func lose(p unsafe.Pointer) { C.free(p) }
