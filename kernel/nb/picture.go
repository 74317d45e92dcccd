package nb

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"image"
	_ "image/gif" // formats that pictures come in
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"
)

// Limits on pictures taken from files, checked before memory is taken for their pixels.
const (
	MaxPictureBytes  = 32 << 20
	MaxPicturePixels = 64 << 20
)

const (
	defaultPicture = 480 // longest side of a picture shown alone, in pixels
	defaultGrid    = 96  // longest side in a grid
	defaultMost    = 60  // pictures in a grid
	jpegQuality    = 85
	smallPicture   = 128 // up to this side PNG is small enough, and exact
)

// Picture is one picture with its words. Image, or the file at Path, is shown.
type Picture struct {
	Image   image.Image
	Path    string // PNG, JPEG, GIF or WebP; read only where Image is nil
	Caption string // below the picture; "" means the file's name, or nothing
	Alt     string // for who cannot see it; "" means the caption
}

// GridOptions sets how a grid of pictures looks. The zero value is the default.
type GridOptions struct {
	Size    int    // longest side of each picture in pixels; 0 means 96. Larger ones are scaled down, never up
	Most    int    // most pictures; 0 means 60. What is left out is said
	Caption string // a line below the grid
}

// Sheet is pictures side by side; give it to [Show].
type Sheet struct {
	pictures []Picture
	o        GridOptions
}

// Grid lays pictures out as a contact sheet with captions. They are scaled down and put into the page itself.
// A picture that cannot be read shows its error in its place.
func Grid(pictures []Picture, o GridOptions) Sheet {
	if o.Size <= 0 {
		o.Size = defaultGrid
	}
	o.Size = min(o.Size, 2048)
	if o.Most <= 0 {
		o.Most = defaultMost
	}
	return Sheet{pictures, o}
}

func (s Sheet) render() bundle {
	var h strings.Builder
	var t []string
	shown := s.pictures[:min(len(s.pictures), s.o.Most)]
	h.WriteString(`<div class="tlkit-grid" style="display:flex;flex-flow:row wrap;gap:10px;align-items:flex-start">`)
	for _, p := range shown {
		ph, pt := p.render(s.o.Size)
		h.WriteString(ph)
		t = append(t, pt)
	}
	h.WriteString(`</div>`)
	var below []string
	if s.o.Caption != "" {
		c, _ := oneLine(s.o.Caption, 300)
		below = append(below, c)
	}
	if n := len(s.pictures) - len(shown); n > 0 {
		below = append(below, fmt.Sprintf("%d of %s; %d more not shown", len(shown), count(len(s.pictures), "picture"), n))
	} else if len(s.pictures) == 0 {
		below = append(below, "no pictures")
	}
	if len(below) > 0 {
		line := strings.Join(below, " · ")
		fmt.Fprintf(&h, `<div style="font-size:12px;opacity:.8;padding-top:4px">%s</div>`, html.EscapeString(line))
		t = append(t, line)
	}
	return bundle{html: h.String(), text: strings.Join(t, "\n")}
}

func (p Picture) render(size int) (h, t string) {
	caption := p.Caption
	if caption == "" && p.Path != "" {
		caption = filepath.Base(p.Path)
	}
	img, err := p.load()
	if err != nil {
		b := problem(err)
		return b.html, b.text
	}
	uri, w, ht, err := dataURI(img, size)
	if err != nil {
		b := problem(fmt.Errorf("picture %q: %w", caption, err))
		return b.html, b.text
	}
	short, whole := oneLine(caption, 60)
	alt, _ := oneLine(p.Alt, 300)
	if alt == "" {
		alt = whole
	}
	if alt == "" {
		alt = "picture"
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<figure style="margin:0;max-width:%dpx"><img src="%s" width="%d" height="%d" alt="%s" style="max-width:100%%;height:auto">`,
		max(w, 72), uri, w, ht, html.EscapeString(alt))
	if short != "" {
		fmt.Fprintf(&b, `<figcaption style="font-size:11px;line-height:1.3;overflow-wrap:anywhere" title="%s">%s</figcaption>`,
			html.EscapeString(whole), html.EscapeString(short))
	}
	b.WriteString(`</figure>`)
	text := fmt.Sprintf("[picture %d×%d]", img.Bounds().Dx(), img.Bounds().Dy())
	if whole != "" {
		text += " " + whole
	}
	return b.String(), text
}

func (p Picture) load() (image.Image, error) {
	if p.Image != nil {
		return p.Image, nil
	}
	if p.Path == "" {
		return nil, errors.New("picture: neither Image nor Path is given")
	}
	data, err := readFile(p.Path, MaxPictureBytes)
	if err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("picture %s: not a PNG, JPEG, GIF or WebP that can be read: %w", p.Path, err)
	}
	if c.Width <= 0 || c.Height <= 0 || int64(c.Width)*int64(c.Height) > MaxPicturePixels {
		return nil, fmt.Errorf("picture %s: %d×%d is over the limit of %d pixels: scale it down first", p.Path, c.Width, c.Height, MaxPicturePixels)
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("picture %s: damaged: %w", p.Path, err)
	}
	return img, nil
}

// readFile reads a file of at most limit bytes.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s is over the limit of %d MiB", path, limit>>20)
	}
	return data, nil
}

// dataURI scales the picture down to size and writes it as PNG, or as JPEG where that is smaller and nothing
// shines through.
func dataURI(img image.Image, size int) (uri string, w, h int, err error) {
	img = scaleDown(img, size)
	w, h = img.Bounds().Dx(), img.Bounds().Dy()
	if w <= 0 || h <= 0 {
		return "", 0, 0, errors.New("it has no pixels")
	}
	var best bytes.Buffer
	if err := png.Encode(&best, img); err != nil {
		return "", 0, 0, err
	}
	kind := "png"
	if o, ok := img.(interface{ Opaque() bool }); ok && o.Opaque() && max(w, h) > smallPicture {
		var j bytes.Buffer
		if err := jpeg.Encode(&j, img, &jpeg.Options{Quality: jpegQuality}); err == nil && j.Len() < best.Len() {
			best, kind = j, "jpeg"
		}
	}
	return "data:image/" + kind + ";base64," + base64.StdEncoding.EncodeToString(best.Bytes()), w, h, nil
}

func scaleDown(img image.Image, size int) image.Image {
	b := img.Bounds()
	longest := max(b.Dx(), b.Dy())
	if longest <= size {
		return img
	}
	w, h := max(1, b.Dx()*size/longest), max(1, b.Dy()*size/longest)
	small := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(small, small.Bounds(), img, b, draw.Src, nil)
	return small
}
