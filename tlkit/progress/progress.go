// Package progress is the one small interface through which long work says how far it has come.
//
// Work takes a [Reporter] and calls Report now and then; who listens decides what it looks like: a line on a
// terminal ([Text]), a bar in a notebook cell, a chart that grows, or nothing ([Discard]). A nil Reporter is
// allowed wherever one is asked for; callees pass it through [Or].
package progress

// Event says how far one task has come. Events of one task share its Task name; Done never falls.
type Event struct {
	Task  string // what is being done, for people: "features", "head", "fold 2 of 5"
	Done  int64  // units finished
	Total int64  // units in all; 0 where nobody knows
	Unit  string // what is counted: "pictures", "steps", "bytes"
	Note  string // one short remark, for people; may be empty

	// Values are measurements taken at this point, for charts: a loss, an accuracy.
	Values []Value
}

// Finished reports whether the event closes its task.
func (e Event) Finished() bool { return e.Total > 0 && e.Done >= e.Total }

// Value is one measurement: the point (X, Y) of the line called Name.
type Value struct {
	Name string  // the line: "train loss"
	X    float64 // where on it: an epoch, a step
	Y    float64 // what was measured; may be NaN
}

// Reporter receives events. Report may be called from several goroutines at once and must return soon.
type Reporter interface {
	Report(Event)
}

// Func makes a plain function a Reporter.
type Func func(Event)

// Report calls f(e).
func (f Func) Report(e Event) { f(e) }

// Discard is a Reporter that ignores everything.
var Discard Reporter = Func(func(Event) {})

// Or returns r, or [Discard] where r is nil.
func Or(r Reporter) Reporter {
	if r == nil {
		return Discard
	}
	return r
}
