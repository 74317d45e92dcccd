package refine

import (
	"errors"
	"strings"

	"transferlab/tlkit/clean/grel"
	"transferlab/tlkit/clean/internal/strict"
	"transferlab/tlkit/clean/recipe"
	"transferlab/tlkit/frame"
)

// step makes a step of the operation, or notes why it cannot.
func (op *operation) step() recipe.Step {
	if op.Kind != strict.Object {
		op.fail(op.Errorf("%w: an operation is an object", ErrFormat))
		return nil
	}
	op.name = op.text("op", true)
	if op.name != "" && !strings.Contains(op.name, "/") {
		op.name = "core/" + op.name // as OpenRefine reads older histories
	}
	switch op.name {
	case "core/text-transform":
		return op.textTransform()
	case "core/mass-edit":
		return op.massEdit()
	case "core/column-addition":
		return op.columnAddition()
	case "core/column-rename":
		return recipe.Rename{From: op.text("oldColumnName", true), To: op.text("newColumnName", true)}
	case "core/column-removal":
		return recipe.Remove{Columns: []string{op.text("columnName", true)}}
	case "core/column-move":
		return op.columnMove()
	case "core/column-reorder":
		return op.columnReorder()
	case "core/column-split":
		return op.columnSplit()
	case "core/multivalued-cell-split":
		return op.sound(recipe.SplitCells{Column: op.text("columnName", true), Key: op.text("keyColumnName", true), Splitter: op.cellSplitter()})
	case "core/multivalued-cell-join":
		return recipe.JoinCells{Column: op.text("columnName", true), Key: op.text("keyColumnName", true), Separator: op.text("separator", true)}
	case "core/fill-down":
		return recipe.FillDown{Column: op.text("columnName", true), Where: op.where()}
	case "core/blank-down":
		return recipe.BlankDown{Column: op.text("columnName", true), Where: op.where()}
	case "core/row-removal":
		return recipe.DropRows{Where: op.where()}
	}
	if len(op.errs) == 0 {
		op.fail(errors.New(reason(op.name)))
	}
	return nil
}

// reason says why an operation is not replayed.
func reason(name string) string {
	switch name {
	case "core/row-star", "core/row-flag":
		return "tables have no stars and flags; keep the mark in a column of its own"
	case "core/transpose-columns-into-rows", "core/transpose-rows-into-columns", "core/key-value-columnize":
		return "rows and columns are not exchanged"
	case "core/row-reorder":
		return "rows are not sorted; sort the table afterwards"
	case "core/column-addition-by-fetching-urls":
		return "nothing is fetched"
	}
	switch {
	case strings.HasPrefix(name, "core/recon"), name == "core/extend-reconciled-data":
		return "there is no reconciliation"
	case strings.HasPrefix(name, "core/"):
		return "it is not among the operations that are replayed"
	}
	return "it belongs to an extension"
}

// expression is a GREL expression, which is read here so that all that is wrong in a history
// is known at once.
func (op *operation) expression(o object, key string) string {
	var source string
	there, err := o.take(key, &source)
	switch {
	case err != nil:
		op.fail(err)
	case !there:
		op.fail(o.Errorf("%w: %q is missing", ErrFormat, key))
	default:
		_, err := grel.Parse(source)
		op.fail(err)
	}
	return source
}

func (op *operation) onError() recipe.OnError {
	switch s := op.text("onError", false); s {
	case "keep-original":
		return recipe.KeepOriginal
	case "set-to-blank":
		return recipe.SetToBlank
	case "", "store-error": // a text transform without it stores errors
		return recipe.StoreError
	default:
		op.fail(op.Errorf("%w: onError %.40q", ErrFormat, s))
		return ""
	}
}

func (op *operation) textTransform() recipe.Step {
	t := recipe.Transform{
		Column: op.text("columnName", true), Expression: op.expression(op.object, "expression"),
		OnError: op.onError(), Where: op.where(),
	}
	if op.flag("repeat") {
		t.Repeat = op.number("repeatCount")
	}
	return op.sound(t)
}

func (op *operation) columnAddition() recipe.Step {
	if _, ok := op.get("onError"); !ok {
		op.fail(op.Errorf("%w: \"onError\" is missing", ErrFormat))
	}
	at := op.number("columnInsertIndex")
	return op.sound(recipe.AddColumn{
		Column: op.text("newColumnName", true), Base: op.text("baseColumnName", true),
		Expression: op.expression(op.object, "expression"), OnError: op.onError(), At: &at, Where: op.where(),
	})
}

func (op *operation) columnMove() recipe.Step {
	return op.sound(recipe.Move{Column: op.text("columnName", true), To: op.number("index")})
}

// columnReorder keeps the columns that are named. OpenRefine passes over names of columns
// that it does not find; here they are an error when the recipe is applied.
func (op *operation) columnReorder() recipe.Step {
	if _, ok := op.get("columnNames"); !ok {
		op.fail(op.Errorf("%w: \"columnNames\" is missing", ErrFormat))
	}
	return recipe.Keep{Columns: op.texts("columnNames")}
}

func (op *operation) columnSplit() recipe.Step {
	c := recipe.SplitColumn{
		Column: op.text("columnName", true), Guess: op.flag("guessCellType"), Keep: !op.flag("removeOriginalColumn"), Where: op.where(),
	}
	if op.text("mode", false) == "separator" {
		for _, key := range []string{"regex", "maxColumns"} {
			if _, ok := op.get(key); !ok {
				op.fail(op.Errorf("%w: %q is missing", ErrFormat, key))
			}
		}
		c.Separator, c.Regexp, c.Most = op.text("separator", false), op.flag("regex"), op.number("maxColumns")
	} else {
		c.Lengths = op.lengths()
	}
	return op.sound(c)
}

// lengths are the lengths of fields; not nil.
func (op *operation) lengths() []int {
	if _, ok := op.get("fieldLengths"); !ok {
		op.fail(op.Errorf("%w: \"fieldLengths\" is missing", ErrFormat))
	}
	return append([]int{}, op.numbers("fieldLengths")...)
}

func (op *operation) cellSplitter() recipe.Splitter {
	var s recipe.Splitter
	switch mode := op.text("mode", false); mode {
	case "separator", "plain", "regex":
		s.Separator, s.Regexp = op.text("separator", true), op.flag("regex") || mode == "regex"
	default:
		s.Lengths = op.lengths()
		for i := range s.Lengths {
			s.Lengths[i] = max(s.Lengths[i], 0)
		}
		if len(s.Lengths) == 0 || s.Lengths[0] == 0 {
			s.Lengths = []int{1 << 30} // OpenRefine splits nothing then
		}
	}
	return s
}

// sound notes what is wrong with a step's options, if that is not noted yet.
func (op *operation) sound(s recipe.Step) recipe.Step {
	err := recipe.Check(s)
	if err == nil {
		return s
	}
	for _, known := range op.errs {
		if strings.Contains(err.Error(), known.Error()) {
			return s
		}
	}
	op.fail(err)
	return s
}

// massEdit makes the edits of a mass edit. Where several edits name a text, the last one
// counts, and one without a new value takes those before it back.
func (op *operation) massEdit() recipe.Step {
	r := recipe.Replace{Column: op.text("columnName", true), Expression: op.expression(op.object, "expression"), Where: op.where()}
	edits, ok := op.get("edits")
	if !ok || edits.Kind != strict.Array {
		op.fail(op.Errorf("%w: \"edits\": […] is missing", ErrFormat))
		return r
	}
	for _, n := range edits.Items {
		e, null := op.edit(object{n})
		if null {
			takeBack(r.Edits, e)
			continue
		}
		r.Edits = append(r.Edits, e)
	}
	return op.sound(r)
}

// takeBack takes what an edit names out of the edits before it.
func takeBack(before []recipe.Edit, e recipe.Edit) {
	for i := range before {
		b := &before[i]
		b.From = without(b.From, e.From)
		b.Blank = b.Blank && !e.Blank
		b.Errors = b.Errors && !e.Errors
	}
}

func without(list, gone []string) []string {
	var out []string
	for _, s := range list {
		found := false
		for _, g := range gone {
			found = found || s == g
		}
		if !found {
			out = append(out, s)
		}
	}
	return out
}

// edit is one edit; null: its new value is null, which OpenRefine takes for none.
func (op *operation) edit(o object) (e recipe.Edit, null bool) {
	if o.Kind != strict.Object {
		op.fail(o.Errorf("%w: an edit is an object", ErrFormat))
		return e, false
	}
	for _, field := range []struct {
		key string
		to  any
	}{{"from", &e.From}, {"fromBlank", &e.Blank}, {"fromError", &e.Errors}} {
		_, err := o.take(field.key, field.to)
		op.fail(err)
	}
	e.Blank = e.Blank || len(e.From) == 1 && e.From[0] == ""
	var kind string
	_, err := o.take("type", &kind)
	op.fail(err)
	to, ok := o.get("to")
	if !ok {
		return e, true
	}
	switch to.Kind {
	case strict.String:
		e.To, err = to.Text()
		e.As = frame.Text
		if kind == "date" {
			e.As = frame.Date
		}
		op.fail(err)
	case strict.Number:
		e.To, e.As = string(to.Raw()), frame.Int
		if strings.ContainsAny(e.To, ".eE") {
			e.As = frame.Float
		}
	case strict.Bool:
		e.To, e.As = string(to.Raw()), frame.Bool
	default:
		op.fail(to.Errorf("%w: a new value that is %v", ErrFormat, to.Kind))
	}
	return e, false
}
