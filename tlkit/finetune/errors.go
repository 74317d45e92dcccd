package finetune

import (
	"errors"
	"fmt"
)

// DivergedError says that the loss stopped being a number. Training stops at once;
// the best state before it is not touched.
type DivergedError struct {
	Phase string  // which phase: "head", "top blocks", "from scratch"
	Step  int     // the step of that phase, from 1
	Loss  float64 // NaN or an infinity
	Rate  float64 // the highest learning rate of the step
}

func (e *DivergedError) Error() string {
	return fmt.Sprintf("finetune: %s: the loss is %v at step %d with rate %g; try a rate ten times lower, "+
		"and look at the pictures of that batch", e.Phase, e.Loss, e.Step, e.Rate)
}

// StoppedError says that the context ended in the middle of training. It unwraps to the
// context's error, so errors.Is(err, context.Canceled) holds. Nothing half-written is
// left on disk.
type StoppedError struct {
	Phase string
	Epoch int // epochs of that phase that were complete

	// Best is the run as far as it came, with the best state so far restored. It can be
	// saved and predicted with. It is nil when no epoch was complete.
	Best *Run

	cause error
}

func (e *StoppedError) Error() string {
	kept := "nothing was trained yet"
	if e.Best != nil {
		kept = "the best state so far is kept in the error's Best"
	}
	return fmt.Sprintf("finetune: stopped in %s after %d epochs (%v); %s", e.Phase, e.Epoch, e.cause, kept)
}

// Unwrap gives the context's error.
func (e *StoppedError) Unwrap() error { return e.cause }

// ErrFrozenChanged is wrapped by the error for an array that was frozen and whose bits
// are not what they were. It means a fault in the library or in the backend.
var ErrFrozenChanged = errors.New("a frozen array changed")

// ErrMemory is wrapped by the error for a network that is too large for the memory that is
// free. It comes before any of it is taken.
var ErrMemory = errors.New("not enough memory")

// ErrCheckpoint is wrapped by every error that says that a file is not a checkpoint this
// package can use: truncated, damaged, incomplete, of another network.
var ErrCheckpoint = errors.New("not a usable checkpoint")

// SplitError says that a checkpoint was trained on another split than the one it is to be
// used with: its test pictures may have been in the other's training part.
type SplitError struct {
	Path       string
	Have, Want string // hash of the checkpoint's split, hash of the learner's
}

func (e *SplitError) Error() string {
	return fmt.Sprintf("finetune: %s was trained on split %.12s, this learner's split is %.12s: its test pictures may "+
		"have been trained on; train again, or use the pictures and the seed that made the checkpoint", e.Path, e.Have, e.Want)
}
