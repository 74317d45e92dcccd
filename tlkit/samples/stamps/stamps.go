// Package stamps knows the pictures that come with Tux Paint, a drawing program for
// children: photographs and drawings of things in folders by kind, which makes them a small
// data set of pictures that no pretrained network was made for. They are in Debian's package
// tuxpaint-stamps-default (GPL-2, 161 MB) and not in this repository: the command data
// fetches the package with the person's own apt, which installs nothing and needs no rights.
//
// Of the folders those are taken that hold one kind of thing each and enough of it: 357
// pictures in 12 classes. The scalable drawings (SVG) and the spoken names are left out.
package stamps

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"transferlab/tlkit/fetch"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/replace"
	"transferlab/tlkit/store"
)

// ErrMissing says that the pictures are not on this machine.
var ErrMissing = errors.New("the Tux Paint stamps are not on this machine")

// Class is one folder of the data set.
type Class struct {
	Name     string
	From     string // the folder among Tux Paint's stamps, with its subfolders
	Pictures int
}

// Classes lists the classes by name. All have 18 pictures or more but fish and tools.
func Classes() []Class {
	return []Class{
		{"birds", "animals/birds", 38},
		{"fish", "animals/fish", 11},
		{"flowers", "plants/flowers", 25},
		{"fruit", "food/fruit", 41},
		{"houses", "town/houses", 32},
		{"insects", "animals/insects", 20},
		{"mammals", "animals/mammals", 67},
		{"money", "symbols/money", 33},
		{"roadsigns", "town/roadsigns", 21},
		{"tools", "household/tools", 13},
		{"vegetables", "food/vegetables", 18},
		{"vehicles", "vehicles", 38},
	}
}

// Package is Debian's package with the pictures.
func Package() fetch.File {
	return fetch.File{
		Name:    "tuxpaint-stamps-default_2022.06.04-1_all.deb",
		SHA256:  "6db6c1bfc870a47f1499d6203b083522eacb57c5f9c87d468f2e92eb6d9d5f34",
		Bytes:   160880444,
		Sources: []fetch.Source{fetch.Debian{Package: "tuxpaint-stamps-default", Version: "2022.06.04-1"}},
		Remedy:  "make data",
		Page:    "https://packages.debian.org/bookworm/tuxpaint-stamps-default",
	}
}

// Folder gives the folder that holds a folder for each class, as dataset.Folder reads it,
// with a groups.csv that keeps a picture and its mirror image together. An error that is
// [ErrMissing] says how to get them; nothing is fetched here.
func Folder(ctx context.Context) (string, error) {
	home, err := store.Home()
	if err != nil {
		return "", err
	}
	return tuxpaint().folder(ctx, home)
}

// Fetch gives the folder too, and makes it where it is not there: from Tux Paint's pictures
// where the system has them installed, otherwise from Debian's [Package], which is fetched
// if the options allow it. Releases of Debian that carry another version of the package are
// an error that says so.
func Fetch(ctx context.Context, o fetch.Options) (string, error) {
	return tuxpaint().fetch(ctx, o)
}

// set is what is taken, and what it must come to.
type set struct {
	classes   []Class
	digest    string // of every picture's path and content
	deb       fetch.File
	installed string // where the package puts the stamps
}

func tuxpaint() set {
	return set{Classes(), "eb8f85fe34258d2ba0f20d237162c4ef1faa1ba4c1fdc1d8f45312dabd418861", Package(), "/usr/share/tuxpaint/stamps"}
}

// maxPicture bounds one file; the largest has less than 1 MB.
const maxPicture = 16 << 20

func (s set) place(home string) string {
	return filepath.Join(home, "samples", "stamps-"+s.digest[:12])
}

// folder looks whether all pictures are there. They were checked when they were put there.
func (s set) folder(ctx context.Context, home string) (string, error) {
	place := s.place(home)
	for _, c := range s.classes {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		n := 0
		err := filepath.WalkDir(filepath.Join(place, c.Name), func(_ string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				n++
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("stamps: %w", err)
		}
		if n != c.Pictures {
			return "", fmt.Errorf("stamps: %w: %s has %d pictures of the class %s, want %d; run `make data`, which fetches them where there is apt",
				ErrMissing, place, n, c.Name, c.Pictures)
		}
	}
	return place, nil
}

func (s set) fetch(ctx context.Context, o fetch.Options) (string, error) {
	if o.Home == "" {
		home, err := store.Home()
		if err != nil {
			return "", err
		}
		o.Home = home
	}
	if place, err := s.folder(ctx, o.Home); err == nil || !errors.Is(err, ErrMissing) {
		return place, err
	}
	if _, err := os.Stat(s.installed); err == nil {
		err := s.unpack(ctx, o, func(visit func(string, io.Reader) error) error { return eachInFolder(ctx, s.installed, visit) })
		if err == nil || !errors.Is(err, fetch.ErrHash) { // another version may be installed
			return s.place(o.Home), err
		}
	}
	deb, err := s.deb.Path(ctx, o)
	if err != nil {
		return "", fmt.Errorf("stamps: %w", err)
	}
	root := strings.TrimPrefix(s.installed, "/") + "/"
	err = s.unpack(ctx, o, func(visit func(string, io.Reader) error) error {
		return fetch.EachInDeb(ctx, deb, func(name string, r io.Reader) error {
			if name, ok := strings.CutPrefix(name, root); ok {
				return visit(name, r)
			}
			return nil
		})
	})
	if err != nil {
		return "", err
	}
	_ = os.Remove(deb) // a copy or a link, which is not needed any more
	return s.place(o.Home), nil
}

// eachInFolder visits the files below a folder, with paths below it.
func eachInFolder(ctx context.Context, root string, visit func(string, io.Reader) error) error {
	return filepath.WalkDir(root, func(full string, d fs.DirEntry, err error) error {
		if err := cmp.Or(err, ctx.Err()); err != nil || !d.Type().IsRegular() {
			return err
		}
		f, err := os.Open(full)
		if err != nil {
			return err
		}
		defer f.Close()
		name, err := filepath.Rel(root, full)
		if err != nil {
			return err
		}
		return visit(filepath.ToSlash(name), f)
	})
}

// unpack puts the pictures among what each visits into a new folder, and that into place
// if they are the ones.
func (s set) unpack(ctx context.Context, o fetch.Options, each func(func(string, io.Reader) error) error) error {
	place := s.place(o.Home)
	if err := os.MkdirAll(filepath.Dir(place), 0o777); err != nil {
		return fmt.Errorf("stamps: %w", err)
	}
	dir, err := os.MkdirTemp(filepath.Dir(place), replace.Prefix+"*")
	if err != nil {
		return fmt.Errorf("stamps: %w", err)
	}
	defer os.RemoveAll(dir)
	digests, err := s.take(ctx, dir, progress.Or(o.Progress), each)
	if err != nil {
		return fmt.Errorf("stamps: %w", err)
	}
	if got := digest(digests); got != s.digest {
		return fmt.Errorf("stamps: %w: %d pictures with digest %s, want %d with %s", fetch.ErrHash, len(digests), got, s.pictures(), s.digest)
	}
	if err := os.WriteFile(filepath.Join(dir, "groups.csv"), groups(digests), 0o666); err != nil {
		return fmt.Errorf("stamps: %w", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return fmt.Errorf("stamps: %w", err)
	}
	if err := os.RemoveAll(place); err != nil { // what is there is not whole
		return fmt.Errorf("stamps: %w", err)
	}
	if err := os.Rename(dir, place); err != nil {
		return fmt.Errorf("stamps: %w", err)
	}
	return nil
}

// take writes the pictures of the classes below dir and gives the digest of each.
func (s set) take(ctx context.Context, dir string, rep progress.Reporter, each func(func(string, io.Reader) error) error) (map[string]string, error) {
	digests := map[string]string{}
	err := each(func(name string, r io.Reader) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		to, ok := s.wants(name)
		if !ok {
			return nil
		}
		b, err := io.ReadAll(io.LimitReader(r, maxPicture+1))
		if err != nil {
			return err
		}
		if len(b) > maxPicture || len(digests) >= s.pictures() {
			return fmt.Errorf("%s: %w: too large, or one too many", name, fetch.ErrHash)
		}
		full := filepath.Join(dir, filepath.FromSlash(to))
		if err := os.MkdirAll(filepath.Dir(full), 0o777); err != nil {
			return err
		}
		h := sha256.Sum256(b)
		digests[to] = hex.EncodeToString(h[:])
		rep.Report(progress.Event{Task: "unpacking stamps", Done: int64(len(digests)), Total: int64(s.pictures()), Unit: "pictures"})
		return os.WriteFile(full, b, 0o666)
	})
	return digests, err
}

// wants says where a file among Tux Paint's stamps goes, if it is a picture of a class:
// "animals/birds/owl.png" to "birds/owl.png".
func (s set) wants(name string) (to string, ok bool) {
	if path.Ext(name) != ".png" || !fs.ValidPath(name) {
		return "", false
	}
	for _, c := range s.classes {
		if rest, ok := strings.CutPrefix(name, c.From+"/"); ok {
			return path.Join(c.Name, rest), filepath.IsLocal(filepath.FromSlash(rest))
		}
	}
	return "", false
}

func (s set) pictures() int {
	n := 0
	for _, c := range s.classes {
		n += c.Pictures
	}
	return n
}

// digest is the SHA-256 of lines as sha256sum writes them, sorted by path.
func digest(digests map[string]string) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(digests)) {
		fmt.Fprintf(h, "%s  %s\n", digests[name], name)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// groups is the file by which a split keeps a picture and its mirror image together.
func groups(pictures map[string]string) []byte {
	var b bytes.Buffer
	b.WriteString("picture,group\n")
	for _, name := range slices.Sorted(maps.Keys(pictures)) {
		original := strings.TrimSuffix(name, "_mirror.png") + ".png"
		if _, ok := pictures[original]; ok && original != name && strings.HasSuffix(name, "_mirror.png") {
			fmt.Fprintf(&b, "%s,%s\n%s,%s\n", original, original, name, original)
		}
	}
	return b.Bytes()
}
