package leak

import (
	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// A Train is made of any table.
func _(t frame.Table) {
	_ = split.Train{table: t} // ERROR: cannot refer to unexported field table in struct literal of type split.Train
	_ = split.Train{t}        // ERROR: implicit assignment to unexported field table in struct literal of type split.Train
	_ = split.Train(t)        // ERROR: cannot convert t (variable of struct type frame.Table) to type split.Train
	var train split.Train
	train.table = t // ERROR: train.table undefined
	type same struct{ table frame.Table }
	_ = split.Train(same{t}) // ERROR: cannot convert same{…} (value of struct type same) to type split.Train
}
