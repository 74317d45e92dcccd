package leak

import (
	"context"

	"github.com/go-gota/gota/dataframe"

	"transferlab/tlkit/clean/impute"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// Imputers learn from a table that nobody has divided, or from the table of held rows.
func _(ctx context.Context, t frame.Table, df dataframe.DataFrame, held split.Held) {
	impute.Simple{}.Fit(ctx, nil, t)                          // ERROR: cannot use t (variable of struct type frame.Table) as split.Train value
	impute.KNN{}.Fit(ctx, nil, df)                            // ERROR: cannot use df (variable of struct type dataframe.DataFrame) as split.Train value
	impute.Iterative{}.Fit(ctx, nil, held.Table())            // ERROR: cannot use held.Table() (value of struct type frame.Table) as split.Train value
	impute.Compare(ctx, nil, t, nil, impute.CompareOptions{}) // ERROR: cannot use t (variable of struct type frame.Table) as split.Train value
}
