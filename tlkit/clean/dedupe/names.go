package dedupe

import (
	"fmt"
	"slices"
)

// Choices are written in JSON by their names.

func named(names []string, i uint8, of string) string {
	if int(i) < len(names) {
		return names[i]
	}
	return fmt.Sprintf("%s(%d)", of, i)
}

func writeName(names []string, i uint8, of string) ([]byte, error) {
	if int(i) >= len(names) {
		return nil, fmt.Errorf("dedupe: %w: %s %d; there are %v", ErrOptions, of, i, names)
	}
	return []byte(names[i]), nil
}

func readName(names []string, to *uint8, b []byte, of string) error {
	i := slices.Index(names, string(b))
	if i < 0 {
		return fmt.Errorf("dedupe: %w: %.40q is no %s; there are %v", ErrOptions, b, of, names)
	}
	*to = uint8(i)
	return nil
}
