package leak

import "transferlab/tlkit/split"

// Rows that are held back are turned into training rows.
func _(held split.Held, fold split.FoldTable) {
	_ = split.Train(held)        // ERROR: cannot convert held (variable of struct type split.Held) to type split.Train
	var train split.Train = held // ERROR: cannot use held (variable of struct type split.Held) as split.Train value
	fold.Train = fold.Test       // ERROR: cannot use fold.Test (variable of struct type split.Held) as split.Train value
	_ = (*split.Train)(&held)    // ERROR: cannot convert &held (value of type *split.Held) to type *split.Train
	_ = any(train).(split.Held)
	split.WholeAsTrain(held) // ERROR: cannot use held (variable of struct type split.Held) as frame.Table value
}
