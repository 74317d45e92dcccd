package hdf5_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"transferlab/tlkit/zoo/hdf5"
)

// small are limits that the goldens keep to.
var small = hdf5.Limits{DatasetBytes: 1 << 20, ChunkBytes: 1 << 20, FillBytes: 1 << 20, HeaderBytes: 1 << 20, Objects: 2000}

// readAll reads all there is in a file and gives the errors together.
func readAll(b []byte, limits hdf5.Limits) error {
	f, err := hdf5.New(bytes.NewReader(b), int64(len(b)), limits)
	if err != nil {
		return err
	}
	return readFile(f)
}

// readUnsealed is readAll without a look at checksums, which whoever wants to harm can set
// right.
func readUnsealed(b []byte, limits hdf5.Limits) error {
	f, err := hdf5.NewUnsealed(b, limits)
	if err != nil {
		return err
	}
	return readFile(f)
}

func readFile(f *hdf5.File) error {
	all := []error{readGroup(f.Root())}
	all = append(all, f.Root().Walk(func(d *hdf5.Dataset) error {
		all = append(all, readAttributes(d), readDataset(d))
		return nil
	}))
	return errors.Join(all...)
}

// readGroup reads a group and what it leads to, one step far.
func readGroup(g *hdf5.Group) error {
	names, err := g.Names()
	all := []error{err, readAttributes(g)}
	for _, name := range names {
		child, err := g.Group(name)
		if err == nil {
			err = readAttributes(child)
		}
		if !errors.Is(err, hdf5.ErrMissing) {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

func readDataset(d *hdf5.Dataset) error {
	switch {
	case strings.Contains(d.DType, "f"):
		_, err := d.Float32()
		return err
	case strings.HasPrefix(d.DType, "|S"), d.DType == "|O":
		_, err := d.Strings()
		return err
	case strings.ContainsAny(d.DType, "iub"):
		_, err := d.Ints()
		return err
	}
	_, err := d.Bytes()
	return err
}

func readAttributes(o attributed) error {
	names, err := o.AttrNames()
	all := []error{err}
	for _, name := range names {
		a, err := o.Attr(name)
		if err == nil && (a.DType == "|O" || strings.HasPrefix(a.DType, "|S")) {
			_, err = a.Strings()
		}
		all = append(all, err)
	}
	return errors.Join(all...)
}

// known says whether every error is one that a caller can tell: joined ones are looked
// through.
func known(err error) bool {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			if !known(e) {
				return false
			}
		}
		return true
	}
	for _, e := range []error{hdf5.ErrFormat, hdf5.ErrLimit, hdf5.ErrMissing, hdf5.ErrUnsupported} {
		if errors.Is(err, e) {
			return true
		}
	}
	// A damaged type may turn numbers into others that do not fit.
	return err == nil || strings.Contains(err.Error(), "does not go into") || strings.Contains(err.Error(), "are not")
}

// samples are the goldens, unpacked.
func samples(t testing.TB) map[string][]byte {
	t.Helper()
	files, _ := filepath.Glob("testdata/*.h5.gz")
	found := map[string][]byte{}
	for _, path := range files {
		found[strings.TrimSuffix(filepath.Base(path), ".gz")] = unpack(t, path)
	}
	return found
}

func TestCutFiles(t *testing.T) {
	for name, b := range samples(t) {
		for percent := range 100 {
			if err := readAll(b[:len(b)*percent/100], small); !errors.Is(err, hdf5.ErrFormat) {
				t.Errorf("%s cut at %d %%: %v", name, percent, err)
			}
		}
	}
}

// TestCutInside cuts files whose superblock tells the length that is left, so that the
// structures beyond are met.
func TestCutInside(t *testing.T) {
	for name, b := range samples(t) {
		end := bytes.Index(b, binary.LittleEndian.AppendUint64(nil, uint64(len(b))))
		if name == "user_block.h5" || end < 0 {
			continue
		}
		for percent := 2; percent < 100; percent++ {
			cut := bytes.Clone(b[:len(b)*percent/100])
			binary.LittleEndian.PutUint64(cut[end:], uint64(len(cut)))
			if b[8] >= 2 {
				seal(cut, 0, 44)
			}
			if err := readAll(cut, small); !errors.Is(err, hdf5.ErrFormat) || !known(err) {
				t.Errorf("%s cut at %d %%: %v", name, percent, err)
			}
		}
	}
}

// seal writes the checksum of n bytes at their end.
func seal(b []byte, at, n int) {
	binary.LittleEndian.PutUint32(b[at+n:], hdf5.Lookup3(b[at:at+n]))
}

func TestFlippedBits(t *testing.T) {
	for name, b := range samples(t) {
		rng := rand.New(rand.NewPCG(7, uint64(len(b))))
		for range 15_000_000 / len(b) {
			damaged := bytes.Clone(b)
			for range 1 + rng.IntN(4) {
				at := rng.IntN(len(b))
				for tries := 0; damaged[at] == 0 && tries < 20; tries++ {
					at = rng.IntN(len(b)) // most zeros are room that nothing reads
				}
				damaged[at] ^= 1 << rng.IntN(8)
			}
			if err := errors.Join(readAll(damaged, small), readUnsealed(damaged, small)); !known(err) {
				t.Fatalf("%s: an error of no kind: %v", name, err)
			}
		}
	}
}

// find gives the first place of a text where what lies there is as wanted.
func find(t *testing.T, b []byte, text string, wanted func(at int) bool) int {
	t.Helper()
	for at := 0; ; at += len(text) {
		next := bytes.Index(b[at:], []byte(text))
		if next < 0 {
			t.Fatalf("no such %q", text)
		}
		if at += next; wanted(at) {
			return at
		}
	}
}

// TestCircles has structures that come back to where they were.
func TestCircles(t *testing.T) {
	u16 := func(b []byte, at int) int { return int(binary.LittleEndian.Uint16(b[at:])) }
	u64 := func(b []byte, at int) int { return int(binary.LittleEndian.Uint64(b[at:])) }
	put := binary.LittleEndian.PutUint64
	const child, next = 24 + 8, 16 // in a node of a B-tree of names
	for _, c := range []struct {
		name, file string
		damage     func(t *testing.T, b []byte)
		want       string
	}{
		{"a B-tree node that is its own child", "links.h5", func(t *testing.T, b []byte) {
			at := find(t, b, "TREE\x00\x01", func(int) bool { return true })
			put(b[at+child:], uint64(at))
		}, "level 1 where 0 belongs"},
		{"a B-tree node that is twice a child", "links.h5", func(t *testing.T, b []byte) {
			at := find(t, b, "TREE\x00\x01", func(int) bool { return true })
			put(b[at+child+next:], uint64(u64(b, at+child)))
		}, "reached twice"},
		{"a table of symbols that is twice a child", "links.h5", func(t *testing.T, b []byte) {
			at := find(t, b, "TREE\x00\x00", func(at int) bool { return u16(b, at+6) > 1 })
			put(b[at+child+next:], uint64(u64(b, at+child)))
		}, "reached twice"},
		{"a continuation of itself", "links.h5", func(t *testing.T, b []byte) {
			at := find(t, b, "\x10\x00\x10\x00\x00\x00\x00\x00", func(at int) bool { return at%8 == 0 })
			put(b[at+8:], uint64(at))
			put(b[at+16:], 24)
		}, "reached twice"},
		{"a new B-tree node that is twice a child", "links_latest.h5", func(t *testing.T, b []byte) {
			const record, pointer = 11, 9
			head := find(t, b, "BTHD\x00\x05", func(at int) bool { return u16(b, at+12) == 1 })
			at, records := u64(b, head+16), u16(b, head+24)
			first := at + 6 + records*record
			copy(b[first+pointer:], b[first:first+pointer])
			seal(b, at, 6+records*record+(records+1)*pointer)
		}, "reached twice"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := unpack(t, "testdata/"+c.file+".gz")
			c.damage(t, b)
			if err := readAll(b, small); !errors.Is(err, hdf5.ErrFormat) || !strings.Contains(err.Error(), c.want) {
				t.Error(err)
			}
		})
	}
}

// TestBombs has files that are small and say that they hold much.
func TestBombs(t *testing.T) {
	b := unpack(t, "testdata/bombs.hostile.gz")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f := open(t, b)
	for name, want := range map[string]string{
		"unwritten":  "Limits.DatasetBytes",
		"sparse":     "Limits.DatasetBytes",
		"filled":     "Limits.FillBytes",
		"large":      "Limits.FillBytes",
		"chunk":      "Limits.ChunkBytes",
		"wide_chunk": "cannot be packed",
	} {
		d, err := f.Root().Dataset(name)
		if err == nil {
			_, err = d.Float32()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 8<<20 {
		t.Errorf("%d bytes taken to refuse a file of %d", grown, len(b))
	}
}

func TestOtherFiles(t *testing.T) {
	if _, err := hdf5.Open("testdata/make.py", hdf5.Limits{}); !errors.Is(err, hdf5.ErrFormat) || !strings.Contains(err.Error(), "make.py") {
		t.Error(err)
	}
	if _, err := hdf5.Open("testdata/none.h5", hdf5.Limits{}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func FuzzRead(f *testing.F) {
	for _, b := range samples(f) {
		if len(b) < 64_000 {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := errors.Join(readAll(b, small), readUnsealed(b, small)); !known(err) {
			t.Fatal(err)
		}
	})
}
