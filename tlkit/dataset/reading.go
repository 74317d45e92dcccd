package dataset

import "fmt"

// Reading names what besides a file's content decides the pixels it gives: the version of
// this package's decoding and resizing, and the background. It belongs in the key of
// whatever is computed from pixels and kept.
func (p *Pictures) Reading() string {
	return fmt.Sprintf("pixels v%d on %v", pixelsVersion, p.opt.limits().background)
}

// pixelsVersion is raised when the same file gives other pixels.
const pixelsVersion = 1
