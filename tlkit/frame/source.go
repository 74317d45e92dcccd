package frame

import (
	"context"

	"transferlab/tlkit/progress"
)

// Source is a table that can be read: a description, of which nothing is read before Read
// is called.
type Source interface {
	Read(ctx context.Context, rep progress.Reporter) (Table, error)
	String() string // where it comes from, for people
}
