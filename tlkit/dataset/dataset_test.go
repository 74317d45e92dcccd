package dataset

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"transferlab/tlkit/split"
)

var ctx = context.Background()

// picture is a w×h picture with a gradient, some of it transparent.
func picture(w, h int, shade uint8) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, color.NRGBA{uint8(x * 255 / w), uint8(y * 255 / h), shade, uint8(255 - x%2*100)})
		}
	}
	return m
}

func asPNG(m image.Image) []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, m)
	return b.Bytes()
}

func asJPEG(m image.Image) []byte {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, m, nil)
	return b.Bytes()
}

// folder writes files into a fresh folder.
func folder(t testing.TB, files map[string][]byte) string {
	t.Helper()
	root := t.TempDir()
	for name, b := range files {
		full := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// many is a folder of n pictures in two classes.
func many(t testing.TB, n int) string {
	files := map[string][]byte{}
	for i := range n {
		files[fmt.Sprintf("%c/%03d.png", 'a'+i%2, i)] = asPNG(picture(20+i%5, 30, uint8(i)))
	}
	return folder(t, files)
}

// bomb is a PNG of a few bytes that claims w×h pixels.
func bomb(w, h uint32) []byte {
	b := []byte("\x89PNG\r\n\x1a\n")
	chunk := append([]byte("IHDR"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)...)
	chunk = append(chunk, 8, 6, 0, 0, 0)
	b = binary.BigEndian.AppendUint32(b, uint32(len(chunk)-4))
	b = append(b, chunk...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(chunk))
}

func TestScan(t *testing.T) {
	same := asPNG(picture(8, 6, 1))
	root := folder(t, map[string][]byte{
		"b/two.PNG": same, "a/one.jpg": asJPEG(picture(12, 10, 2)), "a/deep/three.png": same,
		"a/notes.txt": []byte("x"), ".hidden/x.png": []byte("x"), "a/.x.png": []byte("x"), "readme.md": []byte("x"),
		"groups.csv": []byte("picture,group\nb/two.PNG,pair\na/deep/three.png,pair\n"),
	})
	cat, err := Folder(root, FolderOptions{}).Scan(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, p := range cat.Pictures {
		ids = append(ids, p.ID)
	}
	if want := []string{"a/deep/three.png", "a/one.jpg", "b/two.PNG"}; !slices.Equal(ids, want) {
		t.Errorf("got %v", ids)
	}
	if p := cat.Pictures[0]; p.Class != "a" || p.Group != "pair" || p.Width != 8 || p.Height != 6 || p.Format != "png" || p.Bytes != int64(len(same)) || p.SHA256 != hash(same) {
		t.Errorf("got %+v", p)
	}
	if want := []string{"a/notes.txt", "readme.md"}; !slices.Equal(cat.Ignored, want) {
		t.Errorf("ignored %v", cat.Ignored)
	}
	parts, err := split.Random(Folder(root, FolderOptions{}), split.Options{Train: 0.5, Test: 0.5}).Parts(ctx)
	if err != nil || parts.Len() != 3 {
		t.Errorf("%v %v", parts, err)
	}
	df, err := Folder(root, FolderOptions{}).Frame(ctx)
	if err != nil || df.Nrow() != 3 || df.Elem(1, 0).String() != "a/one.jpg" || df.Col("width").Elem(0).String() != "8" {
		t.Errorf("%v %v", df, err)
	}
}

func TestBadPictures(t *testing.T) {
	good := asPNG(picture(30, 20, 3))
	for _, c := range []struct {
		name string
		file string
		b    []byte
		want error
	}{
		{"zero bytes", "x.png", nil, ErrEmpty},
		{"truncated", "x.png", good[:len(good)/2], ErrDamaged},
		{"only a header", "x.png", good[:20], ErrDamaged},
		{"truncated jpeg", "x.jpg", asJPEG(picture(64, 64, 9))[:300], ErrDamaged},
		{"bomb", "x.png", bomb(100_000, 100_000), ErrLarge},
		{"wide bomb", "x.png", bomb(0x7fffffff, 1), ErrLarge},
		{"overflowing bomb", "x.png", bomb(0x7fffffff, 0x7fffffff), ErrDamaged},
		{"text", "x.png", []byte("hello, this is text"), ErrFormat},
		{"mislabelled", "x.jpg", good, ErrName},
		{"damaged webp", "x.webp", []byte("RIFF\x10\x00\x00\x00WEBPVP8 \x04\x00\x00\x00abcd"), ErrDamaged},
		{"damaged gif", "x.gif", []byte("GIF89a\x10\x00"), ErrDamaged},
	} {
		root := folder(t, map[string][]byte{"a/good.png": good, "a/" + c.file: c.b, "b/good.png": good})
		_, err := Folder(root, FolderOptions{}).Scan(ctx, nil)
		var pe *PictureError
		if !errors.Is(err, c.want) || !errors.As(err, &pe) || !strings.Contains(err.Error(), c.file) || pe.Remedy == "" {
			t.Errorf("%s: %v", c.name, err)
		}
		cat, err := Folder(root, FolderOptions{SkipBad: true}).Scan(ctx, nil)
		if err != nil || len(cat.Pictures) != 2 || len(cat.Skipped) != 1 || cat.Skipped[0].ID != "a/"+c.file || !errors.Is(cat.Skipped[0].Err, c.want) {
			t.Errorf("%s, skipped: %v %+v", c.name, err, cat)
		}
	}
}

// A part of the classes is read as if the others were not there; groups.csv may name them.
func TestChosenClasses(t *testing.T) {
	good := asPNG(picture(3, 3, 3))
	root := folder(t, map[string][]byte{"a/x.png": good, "b/y.png": good, "b/z.png": nil, "c/v.png": good, "c/note.txt": nil, "readme.md": nil,
		"groups.csv": []byte("picture,group\na/x.png,1\nb/y.png,1\nc/v.png,1\n")})
	cat, err := Folder(root, FolderOptions{Classes: []string{"c", "a"}}).Scan(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(cat.Classes, []string{"a", "c"}) || len(cat.Pictures) != 2 || cat.Pictures[1].ID != "c/v.png" || cat.Pictures[1].Group != "1" {
		t.Errorf("%v of %+v", cat.Classes, cat.Pictures)
	}
	if !slices.Equal(cat.Ignored, []string{"c/note.txt", "readme.md"}) || !slices.Equal(cat.Labels(), []int{0, 1}) {
		t.Errorf("ignored %v, labels %v", cat.Ignored, cat.Labels())
	}
	all, err := Folder(folder(t, map[string][]byte{"a/x.png": good, "c/v.png": good, "groups.csv": []byte("picture,group\na/x.png,1\nc/v.png,1\n")}), FolderOptions{}).Scan(ctx, nil)
	if err != nil || all.Digest != cat.Digest {
		t.Errorf("%v; the same pictures alone have another digest", err)
	}
}

func TestBadFolders(t *testing.T) {
	good := asPNG(picture(3, 3, 3))
	for _, c := range []struct {
		name  string
		files map[string][]byte
		opt   FolderOptions
		want  error
	}{
		{"no class", map[string][]byte{"x.png": good}, FolderOptions{}, ErrNoClasses},
		{"empty class", map[string][]byte{"a/x.png": good, "b/readme.txt": good}, FolderOptions{}, ErrNoPicture},
		{"all of a class skipped", map[string][]byte{"a/x.png": good, "b/x.png": nil}, FolderOptions{SkipBad: true}, ErrNoPicture},
		{"large file", map[string][]byte{"a/x.png": good}, FolderOptions{MaxBytes: 10}, ErrLarge},
		{"many pixels", map[string][]byte{"a/x.png": good}, FolderOptions{MaxPixels: 8}, ErrLarge},
		{"groups header", map[string][]byte{"a/x.png": good, "groups.csv": []byte("a,b\n")}, FolderOptions{}, ErrGroups},
		{"groups name", map[string][]byte{"a/x.png": good, "groups.csv": []byte("picture,group\na/y.png,1\n")}, FolderOptions{}, ErrGroups},
		{"a class that is not there", map[string][]byte{"a/x.png": good}, FolderOptions{Classes: []string{"a", "c"}}, ErrNoClasses},
		{"no class chosen", map[string][]byte{"a/x.png": good}, FolderOptions{Classes: []string{}}, ErrNoClasses},
		{"groups empty", map[string][]byte{"a/x.png": good, "groups.csv": nil}, FolderOptions{}, ErrGroups},
	} {
		if _, err := Folder(folder(t, c.files), c.opt).Scan(ctx, nil); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := Folder(filepath.Join(t.TempDir(), "no"), FolderOptions{}).Scan(ctx, nil); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	stop, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := Folder(many(t, 20), FolderOptions{}).Scan(stop, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestTransparencyAndKinds(t *testing.T) {
	clear := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	half := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	half.Set(0, 0, color.NRGBA{200, 0, 0, 128})
	grey := image.NewGray16(image.Rect(0, 0, 1, 1))
	grey.Set(0, 0, color.Gray16{0x8000})
	pal := image.NewPaletted(image.Rect(0, 0, 1, 1), color.Palette{color.NRGBA{1, 2, 3, 255}})
	for _, c := range []struct {
		name string
		m    image.Image
		bg   *RGB
		want []uint8
	}{
		{"clear on white", clear, nil, []uint8{255, 255, 255}},
		{"clear on blue", clear, &RGB{0, 0, 250}, []uint8{0, 0, 250}},
		{"half on white", half, nil, []uint8{227, 127, 127}},
		{"16-bit grey", grey, nil, []uint8{128, 128, 128}},
		{"palette", pal, nil, []uint8{1, 2, 3}},
	} {
		m, err := Decode(asPNG(c.m), FolderOptions{Background: c.bg})
		if err != nil || !bytes.Equal(m.Pix, c.want) {
			t.Errorf("%s: %v %v", c.name, m, err)
		}
	}
}

// Colours are those of color.YCbCrToRGB, whatever the subsampling and wherever the picture
// was cut.
func TestColours(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	for _, ratio := range []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
		image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410} {
		whole := image.NewYCbCr(image.Rect(0, 0, 37, 23), ratio)
		for _, plane := range [][]uint8{whole.Y, whole.Cb, whole.Cr} {
			for i := range plane {
				plane[i] = uint8(rng.Uint32())
			}
		}
		for _, cut := range []image.Rectangle{whole.Rect, image.Rect(3, 5, 30, 20), image.Rect(4, 4, 5, 5)} {
			src := whole.SubImage(cut).(*image.YCbCr)
			m := flatten(src, RGB{})
			for y := range m.Height {
				for x := range m.Width {
					c := src.YCbCrAt(cut.Min.X+x, cut.Min.Y+y)
					r, g, b := color.YCbCrToRGB(c.Y, c.Cb, c.Cr)
					if d := m.Pix[3*(y*m.Width+x):]; d[0] != r || d[1] != g || d[2] != b {
						t.Fatalf("%v, %v: pixel %d,%d is %v, want %d %d %d", ratio, cut, x, y, d[:3], r, g, b)
					}
				}
			}
		}
	}
}

// withOrientation puts an EXIF segment into a JPEG.
func withOrientation(jpg []byte, o uint16, order binary.AppendByteOrder) []byte {
	head := "II*\x00"
	if order.String() == "BigEndian" {
		head = "MM\x00*"
	}
	t := order.AppendUint32([]byte(head), 8)
	t = order.AppendUint16(t, 1)
	t = order.AppendUint16(t, 0x0112)
	t = order.AppendUint16(t, 3)
	t = order.AppendUint32(t, 1)
	t = order.AppendUint16(t, o)
	t = append(t, 0, 0, 0, 0, 0, 0)
	body := append([]byte("Exif\x00\x00"), t...)
	seg := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	return slices.Concat(jpg[:2], seg, body, jpg[2:])
}

func TestOrientation(t *testing.T) {
	// A picture whose four corners differ: orientation says which corner is the top left.
	m := image.NewGray(image.Rect(0, 0, 32, 16))
	corner := func(x, y int) uint8 { return uint8(40 + 60*(x/16) + 120*(y/8)) }
	for y := range 16 {
		for x := range 32 {
			m.SetGray(x, y, color.Gray{corner(x, y)})
		}
	}
	jpg := asJPEG(m)
	tl, tr, bl, br := corner(0, 0), corner(31, 0), corner(0, 15), corner(31, 15)
	for o, want := range map[uint16][4]uint8{ // top left, top right, bottom left, bottom right
		1: {tl, tr, bl, br}, 2: {tr, tl, br, bl}, 3: {br, bl, tr, tl}, 4: {bl, br, tl, tr},
		5: {tl, bl, tr, br}, 6: {bl, tl, br, tr}, 7: {br, tr, bl, tl}, 8: {tr, br, tl, bl}, 9: {tl, tr, bl, br},
	} {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			got, err := Decode(withOrientation(jpg, o, order), FolderOptions{})
			if err != nil {
				t.Fatal(err)
			}
			w, h := got.Width, got.Height
			if o >= 5 && o <= 8 != (h > w) {
				t.Errorf("orientation %d: %d×%d", o, w, h)
			}
			at := func(x, y int) uint8 { return got.Pix[3*(y*w+x)] }
			for k, v := range []uint8{at(1, 1), at(w-2, 1), at(1, h-2), at(w-2, h-2)} {
				if d := int(v) - int(want[k]); d < -6 || d > 6 {
					t.Errorf("orientation %d, corner %d: %d, want %d", o, k, v, want[k])
				}
			}
		}
	}
}

func TestResizeIsPillows(t *testing.T) {
	b, err := os.ReadFile("testdata/resize.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Cases []struct {
			Rule          string
			W, H, OW, OH  int
			Input, Output string
		}
	}
	if err := json.Unmarshal(b, &golden); err != nil || len(golden.Cases) < 10 {
		t.Fatal(err, len(golden.Cases))
	}
	for _, c := range golden.Cases {
		in, _ := base64.StdEncoding.DecodeString(c.Input)
		want, _ := base64.StdEncoding.DecodeString(c.Output)
		got, err := (&Image{c.W, c.H, in}).Resize(c.OW, c.OH, c.Rule)
		if err != nil || !bytes.Equal(got.Pix, want) {
			t.Errorf("%s %d×%d to %d×%d differs: %v", c.Rule, c.W, c.H, c.OW, c.OH, err)
		}
	}
}

func TestFitErrors(t *testing.T) {
	m := &Image{4, 4, make([]uint8, 48)}
	for _, f := range []Fit{{}, {Size: 5000}, {Size: 8, Crop: 2}, {Size: 8, Rule: "nearest"}} {
		if _, err := m.Square(f); err == nil {
			t.Errorf("%+v is taken", f)
		}
	}
}

func collect(t *testing.T, p *Pictures, o BatchOptions) []Batch {
	t.Helper()
	var out []Batch
	for b, err := range p.Batches(ctx, o) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

func TestBatches(t *testing.T) {
	p := Folder(many(t, 25), FolderOptions{})
	o := BatchOptions{Size: 4, Fit: Fit{Size: 8}, Seed: 3, Epochs: 2, Change: func(m *Image, rng *rand.Rand) error {
		m.Pix[0] = uint8(rng.Uint32())
		return nil
	}}
	all := collect(t, p, o)
	if len(all) != 14 || len(all[6].Index) != 1 || all[7].Position != (Position{1, 0}) {
		t.Fatalf("%d batches, %+v", len(all), all[7].Position)
	}
	seen := map[int]int{}
	for _, b := range all {
		if len(b.Pix) != len(b.Index)*8*8*3 || len(b.Labels) != len(b.Index) {
			t.Fatal("shape")
		}
		for k, i := range b.Index {
			seen[i]++
			if b.IDs[k][0] != byte('a'+b.Labels[k]) {
				t.Error("label", b.IDs[k], b.Labels[k])
			}
		}
	}
	if len(seen) != 25 {
		t.Error("not all seen")
	}
	if slices.Equal(all[0].Index, all[7].Index) {
		t.Error("epochs are in the same order")
	}
	// From any position on, and on any number of cores, the rest is the same.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for at := range all {
		o.From = all[at].Position
		rest := collect(t, p, o)
		if len(rest) != len(all)-at {
			t.Fatalf("from %+v: %d batches", o.From, len(rest))
		}
		for k, b := range rest {
			if !bytes.Equal(b.Pix, all[at+k].Pix) || !slices.Equal(b.Index, all[at+k].Index) || b.Position != all[at+k].Position {
				t.Fatalf("from %+v, batch %d differs", o.From, k)
			}
		}
	}
	o.From = Position{0, 7} // the end of epoch 0
	if rest := collect(t, p, o); len(rest) != 7 || rest[0].Position != (Position{1, 0}) {
		t.Error("from an epoch's end:", len(rest))
	}
}

func TestBatchesStop(t *testing.T) {
	p := Folder(many(t, 40), FolderOptions{})
	if _, err := p.Scan(ctx, nil); err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	for range 20 {
		for range p.Batches(ctx, BatchOptions{Size: 3, Fit: Fit{Size: 4}, Epochs: -1}) {
			break
		}
	}
	stop, cancel := context.WithCancel(ctx)
	defer cancel()
	var last error
	n := 0
	for _, err := range p.Batches(stop, BatchOptions{Size: 3, Fit: Fit{Size: 4}, Epochs: -1}) {
		if n++; n == 3 {
			cancel()
		}
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Error(last)
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}

func TestBatchErrors(t *testing.T) {
	root := many(t, 6)
	p := Folder(root, FolderOptions{})
	for _, o := range []BatchOptions{{Fit: Fit{Size: 4}, Index: []int{6}}, {Fit: Fit{}}, {Fit: Fit{Size: 4}, Size: -1}} {
		for _, err := range p.Batches(ctx, o) {
			if err == nil {
				t.Errorf("%+v is taken", o)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(root, "a/000.png"), asPNG(picture(9, 9, 99)), 0o666); err != nil {
		t.Fatal(err)
	}
	var last error
	for _, err := range p.Load(ctx, []int{0, 1}, Fit{Size: 4}, 8) {
		last = err
	}
	if !errors.Is(last, ErrChanged) {
		t.Error(last)
	}
	for range p.Load(ctx, nil, Fit{Size: 4}, 8) {
		t.Error("an empty index gives a batch")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(asPNG(picture(5, 4, 1)))
	f.Add(withOrientation(asJPEG(picture(5, 4, 1)), 6, binary.BigEndian))
	f.Add(bomb(10, 10))
	f.Add([]byte("RIFF\x10\x00\x00\x00WEBPVP8 \x04\x00\x00\x00abcd"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Decode(b, FolderOptions{MaxPixels: 1 << 16})
		if err == nil && len(m.Pix) != 3*m.Width*m.Height {
			t.Error("shape")
		}
	})
}

func BenchmarkDecodeAndResize(b *testing.B) {
	jpg := asJPEG(picture(500, 375, 7))
	b.SetBytes(int64(len(jpg)))
	for b.Loop() {
		m, err := Decode(jpg, FolderOptions{})
		if err == nil {
			_, err = m.Square(Fit{Size: 224, Rule: "bicubic"})
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
