//go:build !linux || !cgo

package blocks

import "errors"

// Keep says that it cannot: the plugin for XLA is known on Linux only.
func Keep(string) error { return errors.New("blocks: only on Linux, with cgo") }

// Release does nothing.
func Release() {}

// Now is empty.
func Now() Use { return Use{} }
