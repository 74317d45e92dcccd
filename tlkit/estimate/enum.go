package estimate

import (
	"fmt"
	"slices"
	"strings"
)

// Named options are numbers in Go and names in JSON.

func enumName(names []string, i int, kind string) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("%s(%d)", kind, i)
}

func enumText(names []string, i int, kind string) ([]byte, error) {
	if i >= len(names) {
		return nil, fmt.Errorf("estimate: %w: %s(%d); the names are %s", ErrOption, kind, i, strings.Join(names, ", "))
	}
	return []byte(names[i]), nil
}

func enumValue(names []string, b []byte, kind string) (int, error) {
	i := slices.Index(names, string(b))
	if i < 0 {
		return 0, fmt.Errorf("estimate: %w: %.40q is no %s; the names are %s", ErrOption, b, kind, strings.Join(names, ", "))
	}
	return i, nil
}
