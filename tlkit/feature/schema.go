package feature

import "transferlab/tlkit/frame"

// Schema says how a file is to be read so that the pipeline takes it, also piece by piece:
// it is for the Types of [frame.CSVOptions]. Numbers are declared as floats, for a later
// piece may have fractions where the training rows have none; texts, truth values and dates
// are what they were; categories take any value, for what the training rows do not have is
// the encoder's business.
//
// It has the pipeline's inputs alone. A file from which the target is read too needs it
// beside them: f.Schema().With(f.Target()), or with a field that says Float if the target
// is numbers. The other columns of a file have their kinds inferred; name those that are
// needed in Columns, and the others are passed over.
func (f *Fitted) Schema() frame.Schema {
	out := make(frame.Schema, len(f.inputs))
	for k, i := range f.inputs {
		field := f.plan.fields[i]
		switch field.Kind {
		case frame.Int, frame.Float:
			field = frame.Field{Name: field.Name, Kind: frame.Float}
		case frame.Category:
			field = frame.Field{Name: field.Name, Kind: frame.Category}
		}
		out[k] = field
	}
	return out
}

// standing gives a table's column in the place of one that was fitted on. One of another
// kind in which every value is missing, as in a piece of a file whose column is empty
// there, is as good as one of the right kind.
func standing(want frame.Field, c frame.Column) (frame.Column, error) {
	err := same(want, c)
	if err == nil || c.CountMissing() < c.Len() {
		return c, err
	}
	empty := frame.Column{Field: want}
	switch {
	case formOf(want.Kind) == texts:
		empty.Texts = missing[string](c.Len())
	case want.Kind == frame.Bool:
		empty.Bools = missing[bool](c.Len())
	case want.Kind == frame.Int:
		empty.Ints = missing[int](c.Len())
	default:
		empty.Floats = missing[float64](c.Len())
	}
	return empty, nil
}

// missing are n cells without a value.
func missing[T frame.Value](n int) []frame.Cell[T] {
	cells := frame.MakeCells[T](n)
	for i := range cells {
		cells[i].Null = true
	}
	return cells
}
