package leak

import (
	"context"

	"transferlab/tlkit/clean/impute"
	"transferlab/tlkit/split"
)

// Imputers learn from rows that are held back.
func _(ctx context.Context, held split.Held) {
	impute.Simple{}.Fit(ctx, nil, held)    // ERROR: cannot use held (variable of struct type split.Held) as split.Train value
	impute.KNN{}.Fit(ctx, nil, held)       // ERROR: cannot use held (variable of struct type split.Held) as split.Train value
	impute.Iterative{}.Fit(ctx, nil, held) // ERROR: cannot use held (variable of struct type split.Held) as split.Train value
	var any impute.Imputer = impute.KNN{}
	any.Fit(ctx, nil, held)                                      // ERROR: cannot use held (variable of struct type split.Held) as split.Train value
	impute.Compare(ctx, nil, held, nil, impute.CompareOptions{}) // ERROR: cannot use held (variable of struct type split.Held) as split.Train value
}
