package nb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"transferlab/tlkit/store"
)

// Inputs are what a result is made from, by name. A value may be a [File] or [Folder], which
// count with their content; another [Artefact], which counts with what made it; a dataframe,
// or what has a MarshalBinary, which count with their bytes; or anything that JSON can hold
// whole, which is without unexported fields.
type Inputs map[string]any

// File is an input that counts with the content of the file at this path.
type File string

// Folder is an input that counts with the names and contents of all files below this path.
type Folder string

// Artefact is a result that is kept in the store under everything that made it. It is a
// handle: declaring one computes nothing.
type Artefact[T any] struct {
	name    string
	inputs  Inputs
	produce func(context.Context) (T, error)
}

// Cached describes a result that takes a while to make, so that it is made once. Declare it
// at the top level, and ask for it with Get where it is needed:
//
//	var cleaned = nb.Cached("cleaned", nb.Inputs{"table": nb.File("data/cars.csv"), "rule": 3},
//		func(ctx context.Context) (dataframe.DataFrame, error) { return clean(ctx, "data/cars.csv", 3) })
//
// The result is made anew when an input changes; when the code of produce changes, or of
// the functions, types, constants and variables of the cells that it uses, whose comments
// and layout do not matter; when the source of a package of this module changes that this
// code uses; and when Go or another module gets another version. What produce reads besides
// does not count, so give it as an input; a local variable that it uses is refused for that
// reason.
//
// A result is kept as gob if it comes back equal from that, which is tried each time;
// dataframes have a form of their own. What cannot make the round trip is an [*UnkeepableError].
func Cached[T any](name string, inputs Inputs, produce func(context.Context) (T, error)) *Artefact[T] {
	return &Artefact[T]{name, inputs, produce}
}

// Get gives the result: from the store, or made now and kept. It says which, and what
// changed since the last time where it had to be made. Of several processes that ask at
// once, one makes it.
func (a *Artefact[T]) Get(ctx context.Context) (T, error) {
	var zero T
	s, err := store.Default()
	if err != nil {
		return zero, err
	}
	made, err := a.made(ctx)
	if err != nil {
		return zero, err
	}
	why, err := s.Explain(ctx, made)
	if err != nil {
		return zero, err
	}
	began := time.Now()
	var fresh T
	b, hit, err := s.Do(ctx, made, func(ctx context.Context) ([]byte, error) {
		v, err := a.produce(ctx)
		if err != nil {
			return nil, err
		}
		fresh = v
		return encode(a.name, v)
	})
	switch {
	case err != nil && b == nil:
		return zero, fmt.Errorf("nb: %s: %w", a.name, err)
	case err != nil: // made, and not kept
		small("%s: made in %v, not kept: %v", a.name, time.Since(began).Round(time.Millisecond), err)
		return fresh, nil
	case !hit:
		small("%s: made in %v (%s)", a.name, time.Since(began).Round(time.Millisecond), reason(why))
		return fresh, nil
	}
	v, err := decode[T](b)
	if err != nil {
		return zero, fmt.Errorf("nb: %s: what is kept cannot be read: %w; clear it with nb.Store().Clear", a.name, err)
	}
	small("%s: from the store (%.1f kB)", a.name, float64(len(b))/1e3)
	return v, nil
}

// reason is a miss in few words.
func reason(m *store.Miss) string {
	switch {
	case len(m.Changed) > 0:
		return "changed: " + strings.Join(m.Changed, ", ")
	case m.Known:
		return "it had been evicted or cleared, or is an earlier state"
	}
	return "for the first time"
}

// State says how an artefact's last result stands to its inputs.
type State struct {
	Name    string
	Kept    bool     // the result of today's inputs and code is in the store
	Changed []string // what changed since the result that is in the store was made: it is stale
}

// String is the state in one line.
func (s State) String() string {
	switch {
	case s.Kept:
		return s.Name + ": fresh"
	case len(s.Changed) > 0:
		return s.Name + ": STALE, changed since: " + strings.Join(s.Changed, ", ")
	}
	return s.Name + ": not made yet"
}

// State looks at the store without making anything.
func (a *Artefact[T]) State(ctx context.Context) (State, error) {
	out := State{Name: a.name}
	s, err := store.Default()
	if err != nil {
		return out, err
	}
	made, err := a.made(ctx)
	if err != nil {
		return out, err
	}
	_, err = s.Get(ctx, made)
	if !errors.Is(err, store.ErrMiss) {
		out.Kept = err == nil
		return out, err
	}
	why, err := s.Explain(ctx, made)
	if err == nil {
		out.Changed = why.Changed
	}
	return out, err
}

// String is the artefact's state.
func (a *Artefact[T]) String() string {
	s, err := a.State(Context())
	if err != nil {
		return a.name + ": " + err.Error()
	}
	return s.String()
}

// HTML is the artefact's state; a stale one stands out.
func (a *Artefact[T]) HTML() string {
	s := a.String()
	style := "margin:.2em 0"
	if strings.Contains(s, ": STALE") {
		style += ";border-left:4px solid #b26a00;padding-left:.6em"
	}
	return `<p class="tlkit-artefact" style="` + style + `">` + html.EscapeString(printable(s)) + `</p>`
}

// digest lets an artefact be an input of another.
func (a *Artefact[T]) digest(ctx context.Context) (string, error) {
	m, err := a.made(ctx)
	if err != nil {
		return "", err
	}
	return m.Key(), nil
}

// cachedVersion changes when what is kept changes its form.
const cachedVersion = 1

// made names the result.
func (a *Artefact[T]) made(ctx context.Context) (store.Made, error) {
	if a == nil || a.name == "" || a.produce == nil {
		return store.Made{}, errors.New("nb: Cached needs a name and a function")
	}
	m := store.Made{Producer: "notebook: " + a.name, Version: cachedVersion}
	for _, name := range slices.Sorted(maps.Keys(a.inputs)) {
		d, err := inputDigest(ctx, a.inputs[name])
		if err != nil {
			return m, fmt.Errorf("nb: %s: input %s: %w", a.name, name, err)
		}
		m.Inputs = append(m.Inputs, store.Input{Name: name, Digest: d})
	}
	pc := reflect.ValueOf(a.produce).Pointer()
	file, line := runtime.FuncForPC(pc).FileLine(pc)
	code, err := codeOf(file, line, moduleRoot())
	if err != nil {
		return m, fmt.Errorf("nb: %s: %w", a.name, err)
	}
	m.Inputs = append(m.Inputs, code...)
	m.Inputs = append(m.Inputs, store.Input{Name: "type of the result", Digest: reflect.TypeFor[T]().String()}, versions(moduleRoot()))
	return m, nil
}

// moduleRoot is this module's folder as it was compiled from; "" where that is not told.
func moduleRoot() string {
	_, file, _, ok := runtime.Caller(0)
	if !ok || !filepath.IsAbs(file) {
		return ""
	}
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}

// versions are Go's and every module's: those that this module asks for as a whole, so that
// cells which link more or fewer of them share what is kept, and each of the others that the
// cell brought along.
func versions(root string) store.Input {
	var ours []byte
	if root != "" {
		ours, _ = os.ReadFile(filepath.Join(root, "go.mod")) // without it every module counts by itself
	}
	all := []string{runtime.Version(), string(ours)}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			if !namesModule(ours, d.Path, d.Version) {
				all = append(all, d.Path+"@"+d.Version)
			}
		}
	}
	slices.Sort(all)
	d, _ := store.DigestValue(all) // strings always have one
	return store.Input{Name: "versions of Go and of modules", Digest: d}
}

// namesModule says whether a go.mod asks for this version of a module.
func namesModule(mod []byte, path, version string) bool {
	line := "\t" + path + " " + version
	return bytes.Contains(mod, []byte(line+"\n")) || bytes.Contains(mod, []byte(line+" "))
}

// small shows a remark that should not draw the eye.
func small(format string, args ...any) {
	s := printable(fmt.Sprintf(format, args...))
	screen.show(bundle{html: `<p class="tlkit-note" style="font-size:.85em;opacity:.75;margin:.2em 0">` + html.EscapeString(s) + `</p>`, text: s})
}

// Kept is what the store holds, for [Show].
type Kept struct{ store *store.Store }

// Store gives what is kept, by whom it was made.
func Store() (Kept, error) {
	s, err := store.Default()
	return Kept{s}, err
}

// Clear removes what one [Cached] has kept, by its name; "" removes everything, features and
// finished runs included. It returns the bytes that were freed.
func (k Kept) Clear(ctx context.Context, name string) (int64, error) {
	if name != "" {
		name = "notebook: " + name
	}
	return k.store.Clear(ctx, name)
}

// String lists what is kept.
func (k Kept) String() string { return k.store.String() }

// HTML lists what is kept.
func (k Kept) HTML() string { return plain(k.store.String()).html }
