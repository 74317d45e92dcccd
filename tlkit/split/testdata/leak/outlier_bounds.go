package leak

import (
	"transferlab/tlkit/clean/outlier"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// Bounds of outliers are learnt from rows that are held back.
func _(t frame.Table, held split.Held) {
	outlier.Fit(held, outlier.Options{}) // ERROR: cannot use held (variable of struct type split.Held) as split.Train value
	outlier.Fit(t, outlier.Options{})    // ERROR: cannot use t (variable of struct type frame.Table) as split.Train value
}
