// Package dataset turns folders of pictures into batches.
//
// A folder holds one folder for each class, and pictures in it:
//
//	emoji/animals/otter.png
//	emoji/food/bread.png
//	emoji/groups.csv          (optional: which pictures belong together)
//
// [Folder] describes such a folder and reads nothing. [Pictures.Scan] reads every file
// once, checks it, and gives the catalogue; [Pictures.Load] and [Pictures.Batches] decode
// and resize in parallel, ahead of whoever takes the batches, and give them in order.
//
// Pictures come out as 8-bit RGB, [height, width, 3], upright (EXIF orientation is
// applied) and without transparency (composed onto FolderOptions.Background).
package dataset

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// The kinds of errors, for errors.Is. A [*PictureError] or the message names the file.
var (
	ErrEmpty     = errors.New("file is empty")
	ErrFormat    = errors.New("not a picture in a format that is read here")
	ErrName      = errors.New("the name says another format than the content")
	ErrLarge     = errors.New("too large")
	ErrDamaged   = errors.New("picture is damaged")
	ErrNoClasses = errors.New("no folder with pictures")
	ErrNoPicture = errors.New("class has no picture")
	ErrGroups    = errors.New("groups.csv does not fit")
	ErrChanged   = errors.New("file has changed since the folder was scanned")
)

// PictureError is what is wrong with one file, and what to do about it.
type PictureError struct {
	Path   string
	Err    error
	Remedy string
}

func (e *PictureError) Error() string {
	return fmt.Sprintf("dataset: %s: %v; %s", e.Path, e.Err, e.Remedy)
}

// Unwrap gives the kind of error.
func (e *PictureError) Unwrap() error { return e.Err }

// RGB is a colour, 0…255 each.
type RGB [3]uint8

// FolderOptions say how a folder is read. The zero value is what most people want.
type FolderOptions struct {
	// SkipBad leaves damaged pictures out instead of failing; Catalogue.Skipped lists them.
	SkipBad bool

	// Background is what transparent pictures are laid on; nil means white.
	Background *RGB

	// Classes names the folders that are read, the others are passed over; nil means all.
	Classes []string

	MaxBytes  int64 // of one file; 0 means 64 MiB
	MaxPixels int64 // width × height of one picture; 0 means 64 million
}

func (o FolderOptions) limits() limits {
	l := limits{bytes: o.MaxBytes, pixels: o.MaxPixels, background: RGB{255, 255, 255}}
	if l.bytes == 0 {
		l.bytes = 64 << 20
	}
	if l.pixels == 0 {
		l.pixels = 64e6
	}
	if o.Background != nil {
		l.background = *o.Background
	}
	return l
}

// Picture is one line of the catalogue.
type Picture struct {
	ID     string // path below the folder, with slashes: "animals/otter.png"
	Class  string // name of its folder
	Group  string // pictures of one group never straddle a split; empty: a group of its own
	Format string // "png", "jpeg", "webp", "gif"
	Width  int    // in pixels, upright
	Height int    // in pixels, upright
	Bytes  int64
	SHA256 string // of the file, hexadecimal
}

// Skip is a file that was left out by choice, and why.
type Skip struct {
	ID  string
	Err error
}

// Catalogue is what a scan found.
type Catalogue struct {
	Pictures []Picture // sorted by ID
	Classes  []string  // sorted
	Skipped  []Skip    // damaged pictures, left out because FolderOptions.SkipBad says so
	Ignored  []string  // files that do not claim to be pictures
	Digest   string    // of every picture's place, group and content, and of the background
}

// Class gives the position of a class's name, or -1.
func (c *Catalogue) Class(name string) int { return slices.Index(c.Classes, name) }

// Labels gives each picture's class as a position in Classes.
func (c *Catalogue) Labels() []int {
	out := make([]int, len(c.Pictures))
	for i, p := range c.Pictures {
		out[i], _ = slices.BinarySearch(c.Classes, p.Class)
	}
	return out
}

// Pictures is a folder of pictures: a description until a method reads it. It is safe for
// use by several goroutines.
type Pictures struct {
	root string
	opt  FolderOptions

	mu  sync.Mutex
	cat *Catalogue
}

// Folder describes the pictures below path, a folder for each class.
func Folder(path string, o FolderOptions) *Pictures { return &Pictures{root: path, opt: o} }

// Root is the folder's path, as it was given.
func (p *Pictures) Root() string { return p.root }

// Path is where picture id lies on disk.
func (p *Pictures) Path(id string) string { return filepath.Join(p.root, filepath.FromSlash(id)) }

// extensions are the names that claim to be pictures, with the format they claim.
var extensions = map[string]string{".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp", ".gif": "gif"}

// Scan reads and checks every picture, in parallel, the first time it is called. Hidden
// files are passed over, links are followed to files but not to folders.
func (p *Pictures) Scan(ctx context.Context, rep progress.Reporter) (*Catalogue, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cat != nil {
		return p.cat, nil
	}
	classes, files, ignored, err := p.list()
	if err != nil {
		return nil, err
	}
	groups, err := p.groups(files)
	if err != nil {
		return nil, err
	}
	if classes, files, ignored, err = p.chosen(classes, files, ignored); err != nil {
		return nil, err
	}
	cat := &Catalogue{Ignored: ignored}
	found := make([]Picture, len(files))
	bad := make([]error, len(files))
	lim := p.opt.limits()
	rep = progress.Or(rep)
	var mu sync.Mutex
	done := int64(0)
	err = parallel(ctx, len(files), func(i int) error {
		pic, err := p.check(files[i], lim)
		if err != nil && !p.opt.SkipBad {
			return err
		}
		found[i], bad[i] = pic, err
		mu.Lock()
		defer mu.Unlock()
		done++
		if done%64 == 0 || done == int64(len(files)) {
			rep.Report(progress.Event{Task: "reading pictures", Done: done, Total: int64(len(files)), Unit: "pictures"})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i, pic := range found {
		if bad[i] != nil {
			cat.Skipped = append(cat.Skipped, Skip{files[i], bad[i]})
			continue
		}
		pic.Group = groups[pic.ID]
		cat.Pictures = append(cat.Pictures, pic)
		cat.Classes = append(cat.Classes, pic.Class)
	}
	slices.Sort(cat.Classes)
	cat.Classes = slices.Compact(cat.Classes)
	for _, c := range classes {
		if cat.Class(c) < 0 {
			return nil, &PictureError{filepath.Join(p.root, c), ErrNoPicture, "put pictures into the folder (png, jpeg, webp or gif), or remove it"}
		}
	}
	cat.Digest = digest(cat.Pictures, lim.background)
	p.cat = cat
	return cat, nil
}

// list walks the folder: the class folders, and below each the files that claim to be
// pictures, sorted.
func (p *Pictures) list() (classes, files, ignored []string, err error) {
	top, err := os.ReadDir(p.root)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("dataset: %w; give the folder that holds one folder for each class", err)
	}
	for _, e := range top {
		name := e.Name()
		switch {
		case strings.HasPrefix(name, "."):
		case e.IsDir():
			classes = append(classes, name)
			err := filepath.WalkDir(filepath.Join(p.root, name), func(full string, d fs.DirEntry, err error) error {
				switch {
				case err != nil:
					return err
				case strings.HasPrefix(d.Name(), "."):
					if d.IsDir() {
						return fs.SkipDir
					}
					return nil
				case d.IsDir():
					return nil
				}
				rel, err := filepath.Rel(p.root, full)
				if err != nil {
					return err
				}
				rel = filepath.ToSlash(rel)
				if !utf8.ValidString(rel) {
					return &PictureError{strings.ToValidUTF8(full, "\uFFFD"), ErrFormat, "its name is not UTF-8: rename it"}
				}
				if _, ok := extensions[strings.ToLower(path.Ext(rel))]; ok {
					files = append(files, rel)
				} else {
					ignored = append(ignored, rel)
				}
				return nil
			})
			if err != nil {
				return nil, nil, nil, err
			}
		case name != groupsFile:
			ignored = append(ignored, name)
		}
	}
	if len(classes) == 0 {
		return nil, nil, nil, fmt.Errorf("dataset: %s: %w; put each class's pictures into a folder with the class's name", p.root, ErrNoClasses)
	}
	slices.Sort(files)
	return classes, files, ignored, nil
}

// chosen leaves what FolderOptions.Classes names.
func (p *Pictures) chosen(classes, files, ignored []string) (_, _, _ []string, err error) {
	want := p.opt.Classes
	switch {
	case want == nil:
		return classes, files, ignored, nil
	case len(want) == 0:
		return nil, nil, nil, fmt.Errorf("dataset: %s: %w: FolderOptions.Classes is empty; leave it nil for all", p.root, ErrNoClasses)
	}
	for _, c := range want {
		if !slices.Contains(classes, c) {
			return nil, nil, nil, fmt.Errorf("dataset: %s: %w called %q; the folders are %q", p.root, ErrNoClasses, c, classes)
		}
	}
	other := func(id string) bool {
		class, _, inFolder := strings.Cut(id, "/")
		return inFolder && !slices.Contains(want, class)
	}
	return slices.DeleteFunc(classes, func(c string) bool { return !slices.Contains(want, c) }),
		slices.DeleteFunc(files, other), slices.DeleteFunc(ignored, other), nil
}

// check reads one file, decodes it whole, and describes it.
func (p *Pictures) check(id string, lim limits) (Picture, error) {
	b, err := readFile(p.Path(id), lim)
	if err != nil {
		return Picture{}, err
	}
	img, format, err := decode(b, lim)
	if err != nil {
		return Picture{}, named(p.Path(id), err)
	}
	if want := extensions[strings.ToLower(path.Ext(id))]; want != format {
		return Picture{}, &PictureError{p.Path(id), fmt.Errorf("%w: it is %s", ErrName, format),
			"rename it to end in ." + format + ", or look where it came from"}
	}
	class, _, _ := strings.Cut(id, "/")
	return Picture{ID: id, Class: class, Format: format, Width: img.Width, Height: img.Height, Bytes: int64(len(b)), SHA256: hash(b)}, nil
}

// groupsFile names pictures that belong together: lines "picture,group" under that header.
const groupsFile = "groups.csv"

func (p *Pictures) groups(files []string) (map[string]string, error) {
	f, err := os.Open(filepath.Join(p.root, groupsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	defer f.Close()
	out, err := readGroups(f, files)
	if err != nil {
		return nil, &PictureError{f.Name(), err, "it has the header picture,group and one line for each picture that belongs to a group"}
	}
	return out, nil
}

func readGroups(r io.Reader, files []string) (map[string]string, error) {
	in := csv.NewReader(io.LimitReader(r, 64<<20))
	in.FieldsPerRecord = 2
	out := map[string]string{}
	for line := 1; ; line++ {
		rec, err := in.Read()
		if err == io.EOF {
			if line == 1 {
				return nil, fmt.Errorf("%w: it is empty", ErrGroups)
			}
			return out, nil
		}
		switch {
		case err != nil:
			return nil, fmt.Errorf("%w: %w", ErrGroups, err)
		case line == 1 && (rec[0] != "picture" || rec[1] != "group"):
			return nil, fmt.Errorf("%w: line 1 is %.40q, %.40q", ErrGroups, rec[0], rec[1])
		case line == 1:
			continue
		}
		if _, ok := slices.BinarySearch(files, rec[0]); !ok {
			return nil, fmt.Errorf("%w: line %d names %.80q, which is not there", ErrGroups, line, rec[0])
		}
		out[rec[0]] = rec[1]
	}
}

// Items is what package split needs to know of the pictures.
func (p *Pictures) Items(ctx context.Context) ([]split.Item, error) {
	cat, err := p.Scan(ctx, nil)
	if err != nil {
		return nil, err
	}
	out := make([]split.Item, len(cat.Pictures))
	for i, pic := range cat.Pictures {
		out[i] = split.Item{ID: pic.ID, Label: pic.Class, Group: pic.Group, Hash: pic.SHA256}
	}
	return out, nil
}

// parallel calls do for 0…n-1 on every core and returns the error of the lowest i that
// failed among those that ran.
func parallel(ctx context.Context, n int, do func(int) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		next  int
		first = -1
		fault error
	)
	take := func() int {
		mu.Lock()
		defer mu.Unlock()
		if next == n || ctx.Err() != nil {
			return -1
		}
		next++
		return next - 1
	}
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for i := take(); i >= 0; i = take() {
				if err := do(i); err != nil {
					mu.Lock()
					if first < 0 || i < first {
						first, fault = i, err
					}
					mu.Unlock()
					cancel()
				}
			}
		})
	}
	wg.Wait()
	if fault != nil {
		return fault
	}
	if next < n {
		return ctx.Err()
	}
	return nil
}
