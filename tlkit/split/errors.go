package split

import (
	"errors"
	"fmt"
)

// The kinds of errors, for errors.Is. Every error says which class, group or option is
// at fault and what to do.
var (
	ErrEmpty  = errors.New("nothing to split")
	ErrLabels = errors.New("label is missing")
	ErrIDs    = errors.New("ids are not unique")
	ErrRatios = errors.New("ratios do not make a split")
	ErrSmall  = errors.New("class is too small")
	ErrGroup  = errors.New("group is too large")
	ErrGroups = errors.New("group is missing")
	ErrTimes  = errors.New("times do not make a split")
	ErrFolds  = errors.New("number of folds does not fit")
	ErrOption = errors.New("option is out of range")
	ErrOther  = errors.New("split is of other items")
)

// A ClassError says that a class is too small to be in two parts. It is [ErrSmall].
type ClassError struct {
	Class string
	Items int // that have the class
	Units int // groups that stay together, of those items; a single item is one
	Need  int // the least Units
}

func (e *ClassError) Error() string {
	return fmt.Sprintf("split: %v: class %q has %d items in %d groups that stay together, and a stratified split needs at least %d; "+
		"add items, merge the class with another, drop it, or use Random", ErrSmall, e.Class, e.Items, e.Units, e.Need)
}

// Is makes errors.Is(err, ErrSmall) true.
func (e *ClassError) Is(target error) bool { return target == ErrSmall }

// A GroupError says that a group is so large that a part stays empty. It is [ErrGroup].
type GroupError struct {
	Group string  // the largest; empty where it is items of equal content
	Items int     // in the group
	Part  int     // that stays empty, from 1
	Share float64 // that the part should have
	Want  float64 // items that the part should have
}

func (e *GroupError) Error() string {
	name := e.Group
	if name == "" {
		name = "(equal contents)"
	}
	return fmt.Sprintf("split: %v: part %d, a share of %.3g, stays empty; the largest group, %q, has %d items and would fill it %.3g times; "+
		"ask for larger shares or fewer parts, or break the group up",
		ErrGroup, e.Part, e.Share, name, e.Items, float64(e.Items)/max(e.Want, 1e-9))
}

// Is makes errors.Is(err, ErrGroup) true.
func (e *GroupError) Is(target error) bool { return target == ErrGroup }

// A TimeError says that an item has no time, or comes before the item above it where the
// order was promised. It is [ErrTimes].
type TimeError struct {
	Item  int // its position in the source, from 0
	ID    string
	Early bool // it has a time, which is before that of the item above it
}

func (e *TimeError) Error() string {
	if e.Early {
		return fmt.Sprintf("split: %v: item %d (%.40q) is earlier than the one before it; sort the items, or leave InOrder off", ErrTimes, e.Item, e.ID)
	}
	return fmt.Sprintf("split: %v: item %d (%.40q) has no time; fill it in, or set DropMissing", ErrTimes, e.Item, e.ID)
}

// Is makes errors.Is(err, ErrTimes) true.
func (e *TimeError) Is(target error) bool { return target == ErrTimes }
