//go:build !linux

package pages

import "unsafe"

// advise does nothing where there is no advice to give.
func advise(unsafe.Pointer, uintptr) {}
