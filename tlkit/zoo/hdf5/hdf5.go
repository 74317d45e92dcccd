// Package hdf5 reads HDF5 files, as far as Keras and h5py write them: groups in both
// styles, arrays of numbers and strings in every layout, attributes. It writes groups,
// arrays and attributes that HDF5 reads.
//
// A file is a graph of blocks that name each other by offset:
//
//	superblock      widths of offsets and lengths, and where the root group is
//	object header   a list of messages: what one group or dataset is
//	group           its links: a B-tree (version 1) with a heap of names, or link
//	                messages, or a fractal heap with a B-tree (version 2)
//	dataset         dataspace (shape), datatype, layout (where the bytes are), filters
//	attributes      messages in the header, or a fractal heap with a B-tree (version 2)
//
// The source is the HDF5 File Format Specification, version 3.0, and what HDF5 1.14
// writes. Read are superblocks 0–3; the layouts compact, contiguous, and chunked with
// every index; the filters gzip, shuffle and Fletcher's checksum; integers, floating
// point of 16, 32 and 64 bits, booleans, and strings of fixed and variable length.
// Compound types, references, external and virtual data are refused by name
// ([ErrUnsupported]). A [Draft] is written in the simplest of these forms.
//
// Files come from outside. No length is believed: each is checked against the size of the
// file and against [Limits] before memory is taken, the checksums that the newer
// structures carry are compared, and a structure that comes back to where it was is an
// error.
package hdf5

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// ErrFormat is wrapped by every error that says that the bytes are not a sound HDF5 file:
// truncated, damaged, or made to harm.
var ErrFormat = errors.New("not a sound HDF5 file")

// ErrMissing is wrapped by the error for an object or an attribute that is not there, or
// that is of another kind than asked for.
var ErrMissing = errors.New("no such object")

// ErrUnsupported is wrapped by errors for what HDF5 allows and this package does not read.
var ErrUnsupported = errors.New("not supported")

// ErrLimit is wrapped by errors for what goes beyond [Limits].
var ErrLimit = errors.New("beyond the limit")

// Limits bound what the reader accepts. A zero field takes its default.
type Limits struct {
	DatasetBytes int64 // most bytes of one dataset, unpacked; default 4 GiB
	ChunkBytes   int64 // most bytes of one chunk of a dataset, unpacked; default 1 GiB
	FillBytes    int64 // most bytes of one dataset that the file leaves out, as its fill value; default 64 MiB
	HeaderBytes  int64 // most bytes of one object's header; default 64 MiB
	Objects      int   // most links of a group, attributes of an object, objects of a Walk; default 100 000
	Depth        int   // most groups within each other, or soft links one after the other; default 64
	NameBytes    int   // most bytes of a name; default 4096
}

func (l Limits) withDefaults() Limits {
	l.DatasetBytes = orElse(l.DatasetBytes, 4<<30)
	l.ChunkBytes = orElse(l.ChunkBytes, 1<<30)
	l.FillBytes = orElse(l.FillBytes, 64<<20)
	l.HeaderBytes = orElse(l.HeaderBytes, 64<<20)
	l.Objects = orElse(l.Objects, 100_000)
	l.Depth = orElse(l.Depth, 64)
	l.NameBytes = orElse(l.NameBytes, 4096)
	return l
}

func orElse[T int | int64](v, fallback T) T {
	if v <= 0 {
		return fallback
	}
	return v
}

// File is an opened file. It and what is opened from it are safe for use by several
// goroutines.
type File struct {
	r      io.ReaderAt
	closer io.Closer
	size   int64
	limits Limits

	base   uint64 // offset of the superblock; addresses count from here
	widths widths
	root   func() (*Group, error)
}

// widths are the bytes that the file gives to addresses and to lengths.
type widths struct {
	offset, length int
	unsealed       bool // checksums are not compared: tests want to see what is behind them
}

// Open opens the file at path. Close it after use.
func Open(path string, limits Limits) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("hdf5: %w", err)
	}
	st, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("hdf5: %w", err)
	}
	f, err := New(file, st.Size(), limits)
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("%w (%s)", err, path)
	}
	f.closer = file
	return f, nil
}

// New reads from r, which has size bytes. The root group is read and checked at once, all
// else when it is asked for.
func New(r io.ReaderAt, size int64, limits Limits) (*File, error) {
	f := &File{r: r, size: size, limits: limits.withDefaults()}
	if err := f.start(); err != nil {
		return nil, err
	}
	return f, nil
}

// start finds the root group.
func (f *File) start() error {
	at, err := f.superblock()
	if err != nil {
		return fmt.Errorf("hdf5: %w", err)
	}
	f.root = sync.OnceValues(func() (*Group, error) {
		o, err := f.walk().object(at, "/")
		if err != nil {
			return nil, err
		}
		return o.group()
	})
	if _, err := f.root(); err != nil {
		return fmt.Errorf("hdf5: /: %w", err)
	}
	return nil
}

// Close closes the file that [Open] opened. After [New] there is nothing to close.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// Root gives the root group.
func (f *File) Root() *Group {
	g, _ := f.root() // New has seen that there is one
	return g
}
