// Package store keeps results on disk under the hash of everything that made them, so that
// no work is done twice.
//
// An entry is named by a [Made]: who produced it, which version of the code, from which
// inputs. The file of an entry is a line "tlkit store 1", a line of JSON (what made it, the
// length and SHA-256 of the payload), and the payload:
//
//	<folder>/<producer>/<first two digits of the key>/<key>
//
// Entries are written under a temporary name, synced and renamed, so nobody reads half of
// one; each is checked when it is read, and a damaged one is removed and counts as a miss.
// Any number of processes may share a folder. The folder is bounded in size: what was used
// longest ago goes first. A file that is open for reading is never cut short by that.
package store

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"transferlab/tlkit/replace"
)

// HomeEnv names the environment variable that says where tlkit keeps its files.
const HomeEnv = "TLKIT_HOME"

// Home is the folder below which tlkit keeps its files: TLKIT_HOME, or "tlkit" in the
// user's cache folder. It need not exist.
func Home() (string, error) {
	if h := os.Getenv(HomeEnv); h != "" {
		if !filepath.IsAbs(h) {
			return "", fmt.Errorf("store: %s is %q; give an absolute path, or unset it", HomeEnv, h)
		}
		return h, nil
	}
	c, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("store: no folder to keep files in: %w; set %s", err, HomeEnv)
	}
	return filepath.Join(c, "tlkit"), nil
}

// ErrMiss is wrapped by every [*Miss].
var ErrMiss = errors.New("not in the store")

// Input is one thing that a result was made from: its name, for people, and a digest of
// its content.
type Input struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
}

// Made says what made a result. Equal values name the same entry.
type Made struct {
	Producer string  `json:"producer"` // who: "features", "notebook step clean"
	Version  int     `json:"version"`  // of the producer's code: raise it when its results change
	Inputs   []Input `json:"inputs"`   // in the producer's order
}

// Key is the SHA-256 of what made the result, in hexadecimal.
func (m Made) Key() string {
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // strings and an int
	}
	return Digest(b)
}

// Digest is the SHA-256 of b, in hexadecimal.
func Digest(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// DigestFile is the SHA-256 of a file's content.
func DigestFile(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("store: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	buf := make([]byte, 1<<20)
	for {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		n, err := f.Read(buf)
		h.Write(buf[:n])
		if err == io.EOF {
			return hex.EncodeToString(h.Sum(nil)), nil
		}
		if err != nil {
			return "", fmt.Errorf("store: reading %s: %w", path, err)
		}
	}
}

// DigestValue is the digest of a value's JSON form. Values that JSON cannot hold (channels,
// functions, NaN) are an error. Unexported fields do not count.
func DigestValue(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("store: %T cannot be an input: %w", v, err)
	}
	return Digest(b), nil
}

// Miss is the error of an entry that is not there.
type Miss struct {
	Made    Made
	Damaged bool // it was there, failed its checksum, and was removed

	// Known and Changed are filled by [Store.Explain]: whether there is another entry of
	// the producer, and what differs from the one used last.
	Known   bool
	Changed []string
}

func (m *Miss) Error() string {
	s := fmt.Sprintf("store: %s: %v: ", m.Made.Producer, ErrMiss)
	switch {
	case m.Damaged:
		return s + "the entry was damaged and is removed"
	case len(m.Changed) > 0:
		return s + "changed: " + strings.Join(m.Changed, ", ")
	case m.Known:
		return s + "it was evicted or cleared"
	}
	return s + "it was never made"
}

// Unwrap gives [ErrMiss].
func (m *Miss) Unwrap() error { return ErrMiss }

// Options bound a store. The zero value is the default.
type Options struct {
	MaxBytes int64 // of all entries; 0 means 20 GiB
}

// Store is a folder of entries. It is safe for use by several goroutines and processes.
type Store struct {
	dir string
	max int64

	mu    sync.Mutex
	grown int64 // bytes put since the folder was last measured; -1: never measured
}

// Open opens the store in a folder, which is made if need be.
func Open(dir string, o Options) (*Store, error) {
	if o.MaxBytes == 0 {
		o.MaxBytes = 20 << 30
	}
	if o.MaxBytes < 0 {
		return nil, fmt.Errorf("store: Options.MaxBytes is %d; give a size above zero", o.MaxBytes)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("store: %w; choose another folder with %s", err, HomeEnv)
	}
	return &Store{dir: dir, max: o.MaxBytes, grown: -1}, nil
}

// Default opens the store in the folder "store" below [Home].
func Default() (*Store, error) {
	h, err := Home()
	if err != nil {
		return nil, err
	}
	return Open(filepath.Join(h, "store"), Options{})
}

// Dir is the store's folder.
func (s *Store) Dir() string { return s.dir }

// folder is where a producer's entries lie: its name with what file systems do not like
// replaced, and a piece of its hash so that no two collide.
func (s *Store) folder(producer string) string {
	slug := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, producer)
	return filepath.Join(s.dir, slug[:min(len(slug), 40)]+"-"+Digest([]byte(producer))[:8])
}

func (s *Store) path(m Made) string {
	k := m.Key()
	return filepath.Join(s.folder(m.Producer), k[:2], k)
}

const magic = "tlkit store 1\n"

// maxHeader bounds the line of JSON.
const maxHeader = 1 << 20

type header struct {
	Made   Made   `json:"made"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Get reads an entry. The error of one that is not there is a [*Miss].
func (s *Store) Get(ctx context.Context, m Made) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	path := s.path(m)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Miss{Made: m}
	}
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	h, payload, err := decode(f, st.Size())
	if err == nil && h.Made.Key() != m.Key() {
		err = errors.New("it holds another entry")
	}
	if err != nil {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("store: a damaged entry cannot be removed: %w", err)
		}
		return nil, &Miss{Made: m, Damaged: true}
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // when it was last used; a folder that is read-only does without
	return payload, nil
}

// decode reads an entry of size bytes. Memory is taken for no more than that.
func decode(r io.Reader, size int64) (header, []byte, error) {
	h, in, err := decodeHeader(r)
	if err != nil {
		return h, nil, err
	}
	if h.Bytes < 0 || h.Bytes > size {
		return h, nil, errors.New("its length is wrong")
	}
	payload := make([]byte, h.Bytes)
	if _, err := io.ReadFull(in, payload); err != nil {
		return h, nil, err
	}
	if _, err := in.ReadByte(); err != io.EOF {
		return h, nil, errors.New("it is longer than it says")
	}
	if Digest(payload) != h.SHA256 {
		return h, nil, errors.New("its checksum is wrong")
	}
	return h, payload, nil
}

func decodeHeader(r io.Reader) (h header, in *bufio.Reader, err error) {
	in = bufio.NewReaderSize(r, 1<<16)
	first := make([]byte, len(magic))
	if _, err := io.ReadFull(in, first); err != nil || string(first) != magic {
		return h, nil, errors.New("it does not begin as an entry does")
	}
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxHeader {
			return h, nil, errors.New("its header is too long")
		}
		if err == nil {
			break
		}
		if err != bufio.ErrBufferFull {
			return h, nil, err
		}
	}
	return h, in, json.Unmarshal(line, &h)
}

// Put keeps a payload under what made it, in place of what was there.
func (s *Store) Put(ctx context.Context, m Made, payload []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	line, err := json.Marshal(header{m, int64(len(payload)), Digest(payload)})
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if len(line) > maxHeader {
		return fmt.Errorf("store: %s: the names and digests of %d inputs are too long; digest them together", m.Producer, len(m.Inputs))
	}
	path := s.path(m)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return s.full(m, err)
	}
	if err := replace.File(path, slices.Concat([]byte(magic), line, []byte("\n")), payload); err != nil {
		return s.full(m, err)
	}
	return s.account(ctx, int64(len(payload)+len(line)))
}

// full names the remedy of a write that failed.
func (s *Store) full(m Made, err error) error {
	remedy := "is the folder writable?"
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) {
		remedy = fmt.Sprintf("free some space, clear the store, or move it with %s", HomeEnv)
	}
	return fmt.Errorf("store: keeping %s: %w; %s", m.Producer, err, remedy)
}

// Do gives the entry, and where it is not there makes it: make's result is kept and
// returned. Of several processes that ask for the same entry at once one makes it and the
// others wait. hit says that nothing was made. A result is returned also when it could not
// be kept; err then says why.
func (s *Store) Do(ctx context.Context, m Made, make func(context.Context) ([]byte, error)) (payload []byte, hit bool, err error) {
	payload, err = s.Get(ctx, m)
	if !errors.Is(err, ErrMiss) {
		return payload, err == nil, err
	}
	unlock, err := s.lock(ctx, m)
	if err != nil {
		return nil, false, err
	}
	defer unlock()
	payload, err = s.Get(ctx, m)
	if !errors.Is(err, ErrMiss) {
		return payload, err == nil, err
	}
	if payload, err = make(ctx); err != nil {
		return nil, false, err
	}
	return payload, false, s.Put(ctx, m, payload)
}

// lock takes the lock of one entry. The lock file goes when the lock is given back; who
// waited for a file that is gone by then tries again.
func (s *Store) lock(ctx context.Context, m Made) (unlock func(), err error) {
	dir := filepath.Join(s.dir, "locks")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, s.full(m, err)
	}
	path := filepath.Join(dir, m.Key())
	for {
		l := flock.New(path)
		if _, err := l.TryLockContext(ctx, 20*time.Millisecond); err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return nil, fmt.Errorf("store: locking %s: %w", m.Producer, err)
		}
		held, err := l.Stat()
		if err == nil {
			if there, err := os.Stat(path); err == nil && os.SameFile(held, there) {
				return func() { _ = os.Remove(path); _ = l.Unlock() }, nil
			}
		}
		_ = l.Unlock()
	}
}

// Entry is one line of what a store holds.
type Entry struct {
	Made  Made
	Bytes int64     // on disk
	Used  time.Time // last read or written
	path  string
}

// Entries lists what the store holds, last used first.
func (s *Store) Entries(ctx context.Context) ([]Entry, error) {
	var out []Entry
	err := s.walk(ctx, s.dir, func(path string, st fs.FileInfo) {
		if h, ok := readHeader(path); ok {
			out = append(out, Entry{h.Made, st.Size(), st.ModTime(), path})
		}
	})
	slices.SortFunc(out, func(a, b Entry) int {
		return cmp.Or(b.Used.Compare(a.Used), cmp.Compare(a.path, b.path))
	})
	return out, err
}

func readHeader(path string) (header, bool) {
	f, err := os.Open(path)
	if err != nil {
		return header{}, false
	}
	defer f.Close()
	h, _, err := decodeHeader(f)
	return h, err == nil
}

// walk visits the files of entries below dir. What vanishes meanwhile is passed over.
func (s *Store) walk(ctx context.Context, dir string, visit func(string, fs.FileInfo)) error {
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if d.IsDir() {
			if path == filepath.Join(s.dir, "locks") {
				return fs.SkipDir
			}
			return nil
		}
		st, err := d.Info()
		if err == nil && !strings.HasPrefix(d.Name(), ".") {
			visit(path, st)
		}
		if err == nil && strings.HasPrefix(d.Name(), replace.Prefix) && time.Since(st.ModTime()) > time.Hour {
			_ = os.Remove(path) // left by a process that was killed
		}
		return nil
	})
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("store: %w", err)
	}
	return err
}

// Explain completes a miss: it compares it with the producer's entry that was used last.
func (s *Store) Explain(ctx context.Context, m Made) (*Miss, error) {
	miss := &Miss{Made: m}
	var last string
	var used time.Time
	err := s.walk(ctx, s.folder(m.Producer), func(path string, st fs.FileInfo) {
		if st.ModTime().After(used) {
			last, used = path, st.ModTime()
		}
	})
	if err != nil || last == "" {
		return miss, err
	}
	h, ok := readHeader(last)
	if !ok {
		return miss, nil
	}
	miss.Known = true
	if h.Made.Version != m.Version {
		miss.Changed = append(miss.Changed, fmt.Sprintf("version of %s (%d, was %d)", m.Producer, m.Version, h.Made.Version))
	}
	was := map[string]string{}
	for _, in := range h.Made.Inputs {
		was[in.Name] = in.Digest
	}
	for _, in := range m.Inputs {
		if d, ok := was[in.Name]; !ok {
			miss.Changed = append(miss.Changed, in.Name+" (new)")
		} else if d != in.Digest {
			miss.Changed = append(miss.Changed, in.Name)
		}
		delete(was, in.Name)
	}
	for _, in := range h.Made.Inputs {
		if _, ok := was[in.Name]; ok {
			miss.Changed = append(miss.Changed, in.Name+" (gone)")
		}
	}
	return miss, nil
}

// Clear removes the entries of a producer, or all of them where producer is empty, and
// returns how many bytes that freed.
func (s *Store) Clear(ctx context.Context, producer string) (int64, error) {
	dir := s.dir
	if producer != "" {
		dir = s.folder(producer)
	}
	var freed int64
	var fault error
	err := s.walk(ctx, dir, func(path string, st fs.FileInfo) {
		if err := os.Remove(path); err == nil {
			freed += st.Size()
		} else if !errors.Is(err, fs.ErrNotExist) {
			fault = fmt.Errorf("store: %w", err)
		}
	})
	return freed, cmp.Or(err, fault)
}

// account measures the folder now and then, and evicts what was used longest ago once it
// is over its bound: down to nine tenths, so that it is not done again at once.
func (s *Store) account(ctx context.Context, n int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.grown >= 0 {
		if s.grown += n; s.grown < s.max/32 {
			return nil
		}
	}
	type file struct {
		path string
		size int64
		used time.Time
	}
	var all []file
	var total int64
	err := s.walk(ctx, s.dir, func(path string, st fs.FileInfo) {
		all = append(all, file{path, st.Size(), st.ModTime()})
		total += st.Size()
	})
	if err != nil {
		return err
	}
	s.grown = 0
	if total <= s.max {
		return nil
	}
	slices.SortFunc(all, func(a, b file) int { return a.used.Compare(b.used) })
	for _, f := range all[:len(all)-1] { // what was just put stays, however large
		if total <= s.max/10*9 {
			break
		}
		if err := os.Remove(f.path); err == nil || errors.Is(err, fs.ErrNotExist) {
			total -= f.size
		}
	}
	return nil
}

// String says where the store is and how much it holds.
func (s *Store) String() string {
	entries, err := s.Entries(context.Background())
	if err != nil {
		return err.Error()
	}
	var b bytes.Buffer
	var total int64
	by := map[string]*[2]int64{}
	var names []string
	for _, e := range entries {
		if by[e.Made.Producer] == nil {
			by[e.Made.Producer] = &[2]int64{}
			names = append(names, e.Made.Producer)
		}
		by[e.Made.Producer][0]++
		by[e.Made.Producer][1] += e.Bytes
		total += e.Bytes
	}
	slices.Sort(names)
	fmt.Fprintf(&b, "%d entries, %.1f MB of at most %.0f MB\n", len(entries), float64(total)/1e6, float64(s.max)/1e6)
	for _, n := range names {
		fmt.Fprintf(&b, "  %-30s %6d entries %10.1f MB\n", n, by[n][0], float64(by[n][1])/1e6)
	}
	return b.String()
}
