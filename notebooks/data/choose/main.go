// Command choose makes the picture set that the notebooks use: it takes the Noto emoji of
// the npm package emoji-datasource-google, pinned by version and SHA-256, and copies the
// 64×64 pictures of ten kinds of things, unchanged, into one folder for each kind.
//
//	go run ./notebooks/data/choose            writes notebooks/data/emoji and notebooks/data/unseen
//	go run ./notebooks/data/choose -check     compares them with what would be written
//
// Pictures that show one thing twice (the same role as a woman and as a man, the same
// animal whole and as a face) are one group in groups.csv, so that no split parts them.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"transferlab/tlkit/fetch"
)

func archive() fetch.File {
	return fetch.File{
		Name:    "emoji-datasource-google-16.0.0.tgz",
		SHA256:  "fb5fd131b362aab7a55542d2a147a79708cce0a8b1c1bbacd470172708b5c438",
		Bytes:   74344091,
		Sources: []fetch.Source{fetch.NPM{Package: "emoji-datasource-google", Version: "16.0.0"}},
	}
}

// class is one folder: the package's subcategories that go into it, and the names in them
// that do not show such a thing.
type class struct {
	name string
	from []string
	drop []string
}

func classes() []class {
	return []class{
		{"animals", []string{"animal-mammal"}, []string{"pig-nose", "paw-prints"}},
		{"birds", []string{"animal-bird"}, []string{"feather", "wing"}},
		{"buildings", []string{"place-building", "place-religious"}, []string{"brick", "rock", "wood", "building-construction", "statue-of-liberty"}},
		{"clothing", []string{"clothing"}, []string{"lipstick", "gem-stone", "prayer-beads", "folding-hand-fan", "hair-pick", "ring"}},
		{"faces", []string{"face-smiling", "face-affection", "face-concerned", "face-negative"}, []string{"skull", "skull-and-crossbones"}},
		{"fruit-and-vegetables", []string{"food-fruit", "food-vegetable"}, nil},
		{"meals-and-sweets", []string{"food-prepared", "food-asian", "food-sweet"}, []string{"salt-shaker"}},
		{"people", []string{"person-role"}, nil},
		{"plants", []string{"plant-flower", "plant-other"}, []string{"rosette", "white-flower", "empty-nest", "nest-with-eggs"}},
		{"vehicles", []string{"transport-ground", "transport-air", "transport-water"}, []string{"railway-track", "motorway", "bus-stop", "station",
			"traffic-light", "horizontal-traffic-light", "vertical-traffic-light", "construction-sign", "police-cars-revolving-light", "octagonal-sign", "wheel",
			"oil-drum", "fuel-pump", "anchor", "ring-buoy", "seat", "parachute", "roller-skate", "airplane-departure", "airplane-arriving"}},
	}
}

// unseen are pictures that stay out of the set, for predictions at the end.
func unseen() []string {
	return []string{"otter", "owl", "tractor", "pretzel", "palm-tree", "socks", "woman-astronaut", "man-astronaut", "astronaut"}
}

// shown are those of them that are kept as single files.
func shown() []string {
	return []string{"otter", "owl", "tractor", "pretzel", "palm-tree", "socks", "woman-astronaut"}
}

// emoji is what the package says of one.
type emoji struct {
	Name        string `json:"name"`
	ShortName   string `json:"short_name"`
	Image       string `json:"image"`
	Subcategory string `json:"subcategory"`
	Has         bool   `json:"has_img_google"`
}

func main() {
	check := flag.Bool("check", false, "compare with the folders instead of writing them")
	offline := flag.Bool("offline", false, "do not ask npm")
	folder := flag.String("to", "notebooks/data", "where the folders emoji and unseen are")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *folder, *check, *offline); err != nil {
		fmt.Fprintln(os.Stderr, "choose:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, folder string, check, offline bool) error {
	tgz, err := archive().Path(ctx, fetch.Options{Network: !offline})
	if err != nil {
		return err
	}
	list, pictures, err := unpack(tgz)
	if err != nil {
		return err
	}
	files, err := choose(list, pictures)
	if err != nil {
		return err
	}
	if check {
		return compare(folder, files)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		full := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(full, files[name], 0o666); err != nil {
			return err
		}
	}
	fmt.Println(len(files), "files")
	return nil
}

// unpack reads the list of emoji and the 64×64 pictures by file name.
func unpack(tgz string) ([]emoji, map[string][]byte, error) {
	f, err := os.Open(tgz)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, nil, err
	}
	var list []emoji
	pictures := map[string][]byte{}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if err == io.EOF {
			return list, pictures, nil
		}
		if err != nil {
			return nil, nil, err
		}
		switch dir, name := path.Split(h.Name); {
		case h.Name == "package/emoji.json":
			err = json.NewDecoder(t).Decode(&list)
		case dir == "package/img/google/64/":
			pictures[name], err = io.ReadAll(t)
		}
		if err != nil {
			return nil, nil, err
		}
	}
}

// choose gives the files to write, by path.
func choose(list []emoji, pictures map[string][]byte) (map[string][]byte, error) {
	files := map[string][]byte{}
	groups := map[string][]string{}
	for _, c := range classes() {
		for _, e := range list {
			name := plain(e)
			if !e.Has || !slices.Contains(c.from, e.Subcategory) || slices.Contains(c.drop, name) {
				continue
			}
			b, ok := pictures[e.Image]
			if !ok {
				return nil, fmt.Errorf("the package has no picture %s for %s", e.Image, name)
			}
			if slices.Contains(shown(), name) {
				files["unseen/"+name+".png"] = b
			}
			if slices.Contains(unseen(), name) {
				continue
			}
			id := c.name + "/" + name + ".png"
			if files["emoji/"+id] != nil { // two emoji of one name have two short names
				name = plain(emoji{ShortName: e.ShortName})
				id = c.name + "/" + name + ".png"
			}
			if files["emoji/"+id] != nil {
				return nil, fmt.Errorf("two pictures are called %s", id)
			}
			files["emoji/"+id] = b
			g := c.name + " " + stem(name)
			groups[g] = append(groups[g], id)
		}
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"picture", "group"})
	for _, g := range slices.Sorted(maps.Keys(groups)) {
		if ids := groups[g]; len(ids) > 1 {
			slices.Sort(ids)
			for _, id := range ids {
				_ = w.Write([]string{id, g})
			}
		}
	}
	w.Flush()
	files["emoji/groups.csv"] = b.Bytes()
	return files, w.Error()
}

// plain is an emoji's name as a file name: lower case, words joined by hyphens.
func plain(e emoji) string {
	name := e.Name
	if name == "" {
		name = e.ShortName
	}
	return strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9')
	}), "-")
}

// stem is what variants of one thing have in common.
func stem(name string) string {
	switch name {
	case "police-officer", "woman-police-officer", "man-police-officer":
		return "police"
	case "health-worker", "woman-health-worker", "man-health-worker":
		return "health"
	case "person-with-headscarf", "man-with-gua-pi-mao":
		return name
	case "oncoming-automobile", "automobile", "recreational-vehicle", "taxi", "oncoming-taxi":
		return "car"
	case "polar-bear", "bear-face", "panda-face":
		return "bear"
	case "guide-dog", "service-dog", "poodle", "dog", "dog-face":
		return "dog"
	case "black-cat":
		return "cat"
	case "dromedary-camel", "bactrian-camel":
		return "camel"
	case "ox", "water-buffalo", "cow", "cow-face":
		return "cow"
	case "hatching-chick", "baby-chick", "front-facing-baby-chick":
		return "chick"
	case "pregnant-woman", "pregnant-man", "pregnant-person":
		return "pregnant"
	case "guardsman":
		return "guard"
	case "bride-with-veil":
		return "with-veil"
	case "man-with-turban":
		return "wearing-turban"
	case "prince", "princess", "person-with-crown":
		return "royal"
	case "train", "railway-car", "tram-car", "tram", "light-rail", "metro", "monorail", "mountain-railway":
		return "rail"
	case "high-speed-train", "high-speed-train-with-bullet-nose":
		return "fast train"
	}
	for _, prefix := range []string{"woman-", "man-", "person-", "female-", "male-", "oncoming-"} {
		name = strings.TrimPrefix(name, prefix)
	}
	return strings.TrimSuffix(name, "-face")
}

// compare says which files differ from what would be written.
func compare(folder string, files map[string][]byte) error {
	var bad []string
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
		if err != nil || !bytes.Equal(got, want) {
			bad = append(bad, name)
		}
	}
	for _, dir := range []string{"emoji", "unseen"} {
		err := filepath.WalkDir(filepath.Join(folder, dir), func(full string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			rel, err := filepath.Rel(folder, full)
			if name := filepath.ToSlash(rel); err == nil && files[name] == nil {
				bad = append(bad, name+" (not chosen)")
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if len(bad) > 0 {
		slices.Sort(bad)
		return fmt.Errorf("%d files differ from what would be written: %s", len(bad), strings.Join(bad, ", "))
	}
	fmt.Println(len(files), "files are as they would be written")
	return nil
}
