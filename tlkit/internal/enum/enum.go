// Package enum gives the values of small integer types their names, for people and for
// JSON: the methods String, MarshalText and UnmarshalText of such a type are a line each.
package enum

import (
	"fmt"
	"slices"
	"strings"
)

// Names are the names of a type's values 0, 1, 2, …
type Names struct {
	Type string   // the type's name, as an error and the String of other values say it
	List []string // the names, each once
	Err  error    // what the errors wrap, and begin with: fmt.Errorf("impute: %w", ErrOption)
}

// String is the name of value i, or the like of "Method(9)" if it has none.
func (n Names) String(i uint8) string {
	if int(i) < len(n.List) {
		return n.List[i]
	}
	return fmt.Sprintf("%s(%d)", n.Type, i)
}

// Check is an error if value i has no name.
func (n Names) Check(i uint8) error {
	if int(i) < len(n.List) {
		return nil
	}
	return fmt.Errorf("%w: there is no %s; the names are %s", n.Err, n.String(i), strings.Join(n.List, ", "))
}

// Marshal is the name of value i, or [Names.Check]'s error.
func (n Names) Marshal(i uint8) ([]byte, error) {
	if err := n.Check(i); err != nil {
		return nil, err
	}
	return []byte(n.List[i]), nil
}

// Unmarshal sets a value to the one that has the name b. If none has, it is an error, and
// the value stays as it is.
func (n Names) Unmarshal(b []byte, to *uint8) error {
	i := slices.Index(n.List, string(b))
	if i < 0 {
		return fmt.Errorf("%w: %.40q is no %s; the names are %s", n.Err, b, n.Type, strings.Join(n.List, ", "))
	}
	*to = uint8(i)
	return nil
}
