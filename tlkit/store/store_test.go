package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var ctx = context.Background()

func open(t testing.TB, o Options) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "with spaces é"), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func made(producer string, inputs ...string) Made {
	m := Made{Producer: producer, Version: 1}
	for i, d := range inputs {
		m.Inputs = append(m.Inputs, Input{fmt.Sprint("in", i), d})
	}
	return m
}

func TestPutAndGet(t *testing.T) {
	s := open(t, Options{})
	for _, payload := range [][]byte{nil, []byte("x"), bytes.Repeat([]byte("long\n"), 100_000)} {
		m := made("p", fmt.Sprint(len(payload)))
		if _, err := s.Get(ctx, m); !errors.Is(err, ErrMiss) {
			t.Fatal(err)
		}
		if err := s.Put(ctx, m, payload); err != nil {
			t.Fatal(err)
		}
		got, err := s.Get(ctx, m)
		if err != nil || !bytes.Equal(got, payload) {
			t.Fatal(err, len(got))
		}
	}
	if e, err := s.Entries(ctx); err != nil || len(e) != 3 {
		t.Error(e, err)
	}
	if freed, err := s.Clear(ctx, "p"); err != nil || freed < 500_000 {
		t.Error(freed, err)
	}
	if e, _ := s.Entries(ctx); len(e) != 0 {
		t.Error(e)
	}
}

func TestKeysDiffer(t *testing.T) {
	seen := map[string]Made{}
	for _, m := range []Made{
		{}, made("a"), made("b"), made("a", "1"), made("a", "1", "2"), made("a", "12"), made("a", "", "12"),
		{Producer: "a", Version: 2}, {Producer: "a", Version: 1, Inputs: []Input{{"in0", "1"}, {"in0", "2"}}},
	} {
		if other, ok := seen[m.Key()]; ok {
			t.Errorf("%+v and %+v", m, other)
		}
		seen[m.Key()] = m
	}
}

func TestDamagedEntriesAreMisses(t *testing.T) {
	s := open(t, Options{})
	m := made("p", "1")
	payload := []byte("some payload that is long enough")
	if err := s.Put(ctx, m, payload); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(s.path(m))
	if err != nil {
		t.Fatal(err)
	}
	other := made("p", "2")
	if err := s.Put(ctx, other, payload); err != nil {
		t.Fatal(err)
	}
	swapped, _ := os.ReadFile(s.path(other))
	cases := map[string][]byte{"empty": nil, "longer": append(slices.Clone(whole), 'x'), "another's": swapped}
	for i := 0; i < len(whole); i += 7 {
		cases[fmt.Sprint("cut at ", i)] = whole[:i]
		flipped := slices.Clone(whole)
		flipped[i] ^= 0x20
		cases[fmt.Sprint("flipped at ", i)] = flipped
	}
	for name, b := range cases {
		if err := os.WriteFile(s.path(m), b, 0o666); err != nil {
			t.Fatal(err)
		}
		got, err := s.Get(ctx, m)
		var miss *Miss
		if err == nil && bytes.Equal(got, payload) {
			continue // the flip hit something that does not count, as a space in JSON
		}
		if !errors.As(err, &miss) || !miss.Damaged {
			t.Errorf("%s: %q %v", name, got, err)
		}
		if _, err := os.Stat(s.path(m)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the entry is still there", name)
		}
	}
}

func TestExplain(t *testing.T) {
	s := open(t, Options{})
	say := func(m Made) string {
		miss, err := s.Explain(ctx, m)
		if err != nil {
			t.Fatal(err)
		}
		return miss.Error()
	}
	m := Made{"clean", 1, []Input{{"table", "1"}, {"options", "1"}}}
	if got := say(m); !strings.Contains(got, "never made") {
		t.Error(got)
	}
	if err := s.Put(ctx, m, nil); err != nil {
		t.Fatal(err)
	}
	for want, m := range map[string]Made{
		"changed: table":                         {"clean", 1, []Input{{"table", "2"}, {"options", "1"}}},
		"changed: version of clean (2, was 1)":   {"clean", 2, m.Inputs},
		"changed: seed (new), options (gone)":    {"clean", 1, []Input{{"table", "1"}, {"seed", "1"}}},
		"changed: table, options":                {"clean", 1, []Input{{"table", "2"}, {"options", "2"}}},
		"never made":                             {"other", 1, nil},
		"not in the store: it was evicted or cl": {"clean", 1, m.Inputs},
	} {
		if got := say(m); !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestBound(t *testing.T) {
	s := open(t, Options{MaxBytes: 100_000})
	for i := range 60 {
		m := made("p", fmt.Sprint(i))
		if err := s.Put(ctx, m, make([]byte, 5000)); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(time.Duration(i-100) * time.Minute)
		if err := os.Chtimes(s.path(m), at, at); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(ctx, made("p", "0")); err != nil { // used all the time
			t.Fatal("what is used was evicted:", i, err)
		}
	}
	entries, err := s.Entries(ctx)
	var total int64
	for _, e := range entries {
		total += e.Bytes
	}
	if err != nil || total > 110_000 || total < 50_000 {
		t.Errorf("%d bytes in %d entries, %v", total, len(entries), err)
	}
	if _, err := s.Get(ctx, made("p", "59")); err != nil {
		t.Error(err)
	}
	if _, err := s.Get(ctx, made("p", "1")); !errors.Is(err, ErrMiss) {
		t.Error("the oldest is still there")
	}
}

func TestDoMakesOnce(t *testing.T) {
	s := open(t, Options{})
	var mu sync.Mutex
	runs := 0
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			b, _, err := s.Do(ctx, made("p"), func(context.Context) ([]byte, error) {
				mu.Lock()
				runs++
				mu.Unlock()
				time.Sleep(50 * time.Millisecond)
				return []byte("result"), nil
			})
			if err != nil || string(b) != "result" {
				t.Error(string(b), err)
			}
		})
	}
	wg.Wait()
	if runs != 1 {
		t.Errorf("made %d times", runs)
	}
	if left, _ := os.ReadDir(filepath.Join(s.dir, "locks")); len(left) != 0 {
		t.Error("locks are left:", left)
	}
	fault := errors.New("no")
	if _, _, err := s.Do(ctx, made("q"), func(context.Context) ([]byte, error) { return nil, fault }); !errors.Is(err, fault) {
		t.Error(err)
	}
	if _, hit, err := s.Do(ctx, made("q"), func(context.Context) ([]byte, error) { return nil, nil }); hit || err != nil {
		t.Error("a failure was kept", hit, err)
	}
}

func TestWaitingStops(t *testing.T) {
	s := open(t, Options{})
	unlock, err := s.lock(ctx, made("p"))
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	short, cancel := context.WithTimeout(ctx, 60*time.Millisecond)
	defer cancel()
	if _, _, err := s.Do(short, made("p"), nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// Many processes put and get the same few entries at once; some are killed in the middle.
func TestProcesses(t *testing.T) {
	if dir := os.Getenv("STORE_TEST_DIR"); dir != "" {
		s, err := Open(dir, Options{MaxBytes: 3 << 20})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 60 {
			m := made("p", fmt.Sprint(i%7))
			want := bytes.Repeat([]byte{byte(i % 7)}, 100_000+i%7)
			got, _, err := s.Do(ctx, m, func(context.Context) ([]byte, error) { return want, nil })
			if err != nil || !bytes.Equal(got, want) {
				t.Fatal(i, err, len(got))
			}
			if i%3 == 0 {
				if err := s.Put(ctx, m, want); err != nil {
					t.Fatal(err)
				}
			}
		}
		return
	}
	dir := t.TempDir()
	var wg sync.WaitGroup
	for n := range 6 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestProcesses$")
		cmd.Env = append(os.Environ(), "STORE_TEST_DIR="+dir)
		var out bytes.Buffer
		cmd.Stdout = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			if n >= 4 {
				time.Sleep(time.Duration(20*n) * time.Millisecond)
				_ = cmd.Process.Kill()
			}
			if err := cmd.Wait(); err != nil && n < 4 {
				t.Errorf("%v\n%s", err, out.String())
			}
		})
	}
	wg.Wait()
	s, _ := Open(dir, Options{})
	for i := range 7 {
		got, err := s.Get(ctx, made("p", fmt.Sprint(i)))
		if err != nil || len(got) != 100_000+i || got[0] != byte(i) {
			t.Error(i, err)
		}
	}
}

// A disk that is full, for real: a limit on the size of files makes write fail.
func TestFullDisk(t *testing.T) {
	if dir := os.Getenv("STORE_FULL_DIR"); dir != "" {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 50_000, Max: 50_000}); err != nil {
			t.Fatal(err)
		}
		s, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		err = s.Put(ctx, made("large"), make([]byte, 200_000))
		if !errors.Is(err, syscall.EFBIG) || !strings.Contains(err.Error(), "free some space") || !strings.Contains(err.Error(), "large") {
			t.Fatal(err)
		}
		return
	}
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestFullDisk$")
	cmd.Env = append(os.Environ(), "STORE_FULL_DIR="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, _ error) error {
		if !d.IsDir() {
			t.Error("left behind:", path)
		}
		return nil
	})
}

func TestHome(t *testing.T) {
	t.Setenv(HomeEnv, "/some/where")
	if h, err := Home(); err != nil || h != "/some/where" {
		t.Error(h, err)
	}
	t.Setenv(HomeEnv, "relative")
	if _, err := Home(); err == nil {
		t.Error("a relative home is taken")
	}
}

func TestDigests(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("abc"), 0o666); err != nil {
		t.Fatal(err)
	}
	got, err := DigestFile(ctx, path)
	if err != nil || got != Digest([]byte("abc")) || !strings.HasPrefix(got, "ba7816bf") {
		t.Error(got, err)
	}
	a, _ := DigestValue(map[string]int{"a": 1, "b": 2})
	b, _ := DigestValue(map[string]int{"b": 2, "a": 1})
	if a != b {
		t.Error("the order of a map matters")
	}
	if _, err := DigestValue(func() {}); err == nil {
		t.Error("a function has a digest")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(magic + `{"made":{"producer":"p"},"bytes":3,"sha256":"` + Digest([]byte("abc")) + "\"}\nabc"))
	f.Add([]byte(magic + `{"bytes":9000000000000000000}` + "\n"))
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, payload, err := decode(bytes.NewReader(b), int64(len(b)))
		if err == nil && (h.SHA256 != Digest(payload) || int64(len(payload)) != h.Bytes) {
			t.Error("a wrong payload is taken")
		}
	})
}

func BenchmarkPut(b *testing.B) {
	s := open(b, Options{})
	row := make([]byte, 37632)
	i := 0
	for b.Loop() {
		i++
		if err := s.Put(ctx, made("p", fmt.Sprint(i)), row); err != nil {
			b.Fatal(err)
		}
	}
}
