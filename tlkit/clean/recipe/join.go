package recipe

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// JoinColumns writes the values of columns into one, as text.
type JoinColumns struct {
	Columns   []string `json:"columns"`
	To        string   `json:"to"` // a new column after the last of them, or one of them
	Separator string   `json:"separator,omitempty"`
	Missing   *string  `json:"missing,omitempty"` // written for a missing value; nil: it is left out, and its separator
	Remove    bool     `json:"remove,omitempty"`  // the columns that were joined are removed
}

func (JoinColumns) Name() string { return "join-columns" }

func (j JoinColumns) String() string {
	return fmt.Sprintf("join %s into %s, with %s between", listed("column", j.Columns), quoted(j.To), quoted(j.Separator))
}

func (j JoinColumns) check() error {
	if len(j.Columns) == 0 {
		return option("no columns to join; name at least one")
	}
	return nil
}

// A row without any value has none in the new column.
func (j JoinColumns) apply(ctx context.Context, _ progress.Reporter, s state) (outcome, error) {
	cols, err := s.Columns(j.Columns...)
	if err != nil {
		return outcome{}, err
	}
	names := s.Names()
	own := slices.Contains(j.Columns, j.To)
	if !own && slices.Contains(names, j.To) {
		return outcome{}, taken(j.To)
	}
	cells := make([]frame.Cell[string], s.Nrow())
	var made budget
	var full atomic.Pointer[error]
	err = parallel.Chunks(ctx, len(cells), diffPiece, func(_, low, high int) {
		var b []byte
		for i := low; i < high; i++ {
			if err := made.take(len(b)); err != nil {
				full.Store(&err)
				return
			}
			b = b[:0]
			n, any := 0, false
			for _, c := range cols {
				missing := c.Missing(i)
				if missing && j.Missing == nil {
					continue
				}
				if n++; n > 1 {
					b = append(b, j.Separator...)
				}
				if missing {
					b = append(b, *j.Missing...)
				} else {
					b, any = append(b, c.Format(i)...), true
				}
			}
			cells[i] = frame.Cell[string]{Value: string(b), Null: !any && j.Missing == nil}
		}
	})
	if e := full.Load(); e != nil {
		err = *e
	}
	if err != nil {
		return outcome{}, err
	}
	joined := built{series: frame.Series(j.To, cells), field: frame.Field{Name: j.To, Kind: frame.Text}}
	var out state
	if own {
		out, err = s.with(joined)
	} else {
		last := 0
		for _, c := range j.Columns {
			last = max(last, slices.Index(names, c)+1)
		}
		out, err = s.insert(last, joined)
	}
	if err == nil && j.Remove {
		gone := slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(j.Columns))), func(c string) bool { return c == j.To })
		out, err = out.without(gone...)
	}
	return outcome{state: out}, err
}
