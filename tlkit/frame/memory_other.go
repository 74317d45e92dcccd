//go:build !linux

package frame

import "unsafe"

// largePages does nothing where there is no advice to give.
func largePages(unsafe.Pointer, uintptr) {}
