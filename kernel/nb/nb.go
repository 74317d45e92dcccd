// Package nb is what a notebook cell imports to show things: [Show], [Progress], [Live], [Must], [Context].
//
// Every output is HTML with plain text beside it, never JavaScript of its own type and never a widget, so that
// it looks the same in JupyterLab, in other editors, in a run without anybody watching, and in the exported
// page. Outside a notebook the same calls write plain text to standard output, progress to standard error.
//
// All text that comes from data is escaped. What has an HTML method of its own is trusted to have done so.
package nb

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// Must returns v, and ends the cell where err is not nil: it panics with the error, which Jupyter shows as the
// cell's error, so that a notebook run stops there.
//
//	history := nb.Must(learner.FineTune(nb.Context(), nb.Live()))
func Must[T any](v T, err error) T {
	Check(err)
	return v
}

// Check ends the cell where err is not nil, as [Must] does for calls that return only an error.
func Check(err error) {
	if err == nil {
		return
	}
	screen.settle()
	panic(err)
}

// Context returns the cell's context. It is cancelled when the person interrupts the cell, presses Ctrl-C, or
// the process is asked to end; work that takes it then stops cleanly. GoNB kills a cell five seconds after the
// interrupt, so there is that long to finish. A second signal ends the process at once.
func Context() context.Context { return cell() }

var cell = sync.OnceValue(func() context.Context {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // gives the signals their usual effect back
	return ctx
})

// stage is where outputs go: the notebook, or plain text. There is one a process, as there is one cell.
type stage struct {
	mu      sync.Mutex
	rich    bool
	out     io.Writer
	send    func(*protocol.DisplayData)
	sync    func()
	pending map[*board]bool // drawings that still owe their last state
	ids     int
}

var screen = &stage{
	rich:    gonbui.IsNotebook,
	out:     os.Stdout,
	send:    gonbui.SendData,
	sync:    syncOrGiveUp,
	pending: map[*board]bool{},
}

// syncOrGiveUp waits until the kernel has taken every output, so that none is lost when the cell ends. A kernel
// that is gone must not hang the cell.
func syncOrGiveUp() {
	done := make(chan struct{})
	go func() { gonbui.Sync(); close(done) }()
	select {
	case <-done:
	case <-time.After(3 * time.Second):
	}
}

// bundle is one output in every form that it has.
type bundle struct {
	html, text string
	mime       map[string]string // further types, as JSON text
}

// show writes an output for good, below what is there.
func (s *stage) show(b bundle) {
	s.settle()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.rich {
		if b.text != "" {
			fmt.Fprintln(s.out, trimNewline(b.text))
		}
		return
	}
	s.send(b.data(""))
	s.sync()
}

// update replaces the output of that id, or makes it.
func (s *stage) update(id string, b bundle) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.send(b.data(id))
}

func (b bundle) data(id string) *protocol.DisplayData {
	d := &protocol.DisplayData{
		Data:      map[protocol.MIMEType]any{protocol.MIMETextPlain: b.text},
		DisplayID: id,
	}
	if b.html != "" {
		d.Data[protocol.MIMETextHTML] = b.html
	}
	for m, v := range b.mime {
		d.Data[protocol.MIMEType(m)] = v
	}
	return d
}

// settle draws what live outputs still owe, so that the order on the page is the order of the calls.
func (s *stage) settle() {
	s.mu.Lock()
	boards := make([]*board, 0, len(s.pending))
	for b := range s.pending {
		boards = append(boards, b)
	}
	s.mu.Unlock()
	for _, b := range boards {
		b.flush()
	}
}

func (s *stage) owes(b *board, yes bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if yes {
		s.pending[b] = true
	} else {
		delete(s.pending, b)
	}
}

func (s *stage) id() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids++
	return fmt.Sprintf("tlkit-%s-%d", gonbui.UniqueId(), s.ids)
}

func trimNewline(s string) string {
	for len(s) > 0 && s[len(s)-1] == '\n' {
		s = s[:len(s)-1]
	}
	return s
}
