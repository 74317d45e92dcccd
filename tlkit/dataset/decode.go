package dataset

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"

	"golang.org/x/image/webp"
)

// This file reads one picture: limits first, memory after.

// Image is a decoded picture, 8 bits a channel, upright and opaque.
type Image struct {
	Width, Height int     // in pixels
	Pix           []uint8 // [Height, Width, 3], red green blue
}

// limits bound what is read.
type limits struct {
	bytes, pixels int64
	background    RGB
}

func hash(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// digest names a set of pictures as they come out of the decoder.
func digest(pics []Picture, background RGB) string {
	h := sha256.New()
	enc := json.NewEncoder(h)
	_ = enc.Encode(background)
	for _, p := range pics {
		_ = enc.Encode([4]string{p.ID, p.Class, p.Group, p.SHA256})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// readFile reads a file that is no larger than the limit.
func readFile(path string, lim limits) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("dataset: %w; is it readable for you?", err)
	}
	defer f.Close()
	if st, err := f.Stat(); err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	} else if !st.Mode().IsRegular() {
		return nil, &PictureError{path, fmt.Errorf("%w: it is a %v", ErrFormat, st.Mode().Type()), "remove it from the folder"}
	} else if st.Size() > lim.bytes {
		return nil, &PictureError{path, fmt.Errorf("%w: %d bytes, the limit is %d", ErrLarge, st.Size(), lim.bytes), "shrink it, or raise FolderOptions.MaxBytes"}
	}
	b, err := io.ReadAll(io.LimitReader(f, lim.bytes+1))
	if err != nil {
		return nil, fmt.Errorf("dataset: %s: %w", path, err)
	}
	if int64(len(b)) > lim.bytes {
		return nil, &PictureError{path, fmt.Errorf("%w: more than %d bytes", ErrLarge, lim.bytes), "shrink it, or raise FolderOptions.MaxBytes"}
	}
	return b, nil
}

// Decode reads one picture in any of the formats, by its content. Options give the limits
// and the background.
func Decode(b []byte, o FolderOptions) (*Image, error) {
	img, _, err := decode(b, o.limits())
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	return img, nil
}

// Open reads the picture at path.
func Open(path string, o FolderOptions) (*Image, error) {
	b, err := readFile(path, o.limits())
	if err != nil {
		return nil, err
	}
	img, _, err := decode(b, o.limits())
	if err != nil {
		return nil, named(path, err)
	}
	return img, nil
}

// named puts a file's name and a remedy on a decoder's error.
func named(path string, err error) error {
	remedy := "replace it with a whole copy, remove it, or set FolderOptions.SkipBad"
	if errors.Is(err, ErrLarge) {
		remedy = "shrink it, or raise FolderOptions.MaxPixels if you trust it"
	}
	return &PictureError{path, err, remedy}
}

// codec is a format that is read here.
type codec struct {
	name   string
	magic  func([]byte) bool
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

func starts(s string) func([]byte) bool {
	return func(b []byte) bool { return bytes.HasPrefix(b, []byte(s)) }
}

func codecs() []codec {
	return []codec{
		{"png", starts("\x89PNG\r\n\x1a\n"), png.DecodeConfig, png.Decode},
		{"jpeg", starts("\xff\xd8"), jpeg.DecodeConfig, jpeg.Decode},
		{"gif", starts("GIF8"), gif.DecodeConfig, gif.Decode},
		{"webp", func(b []byte) bool { return len(b) > 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP" }, webp.DecodeConfig, webp.Decode},
	}
}

// decode reads a picture by its content: the size is checked before the pixels are.
func decode(b []byte, lim limits) (img *Image, format string, err error) {
	defer func() {
		if r := recover(); r != nil { // a decoder met bytes that its authors did not think of
			img, err = nil, fmt.Errorf("%w: %v", ErrDamaged, r)
		}
	}()
	if len(b) == 0 {
		return nil, "", ErrEmpty
	}
	for _, c := range codecs() {
		if !c.magic(b) {
			continue
		}
		conf, err := c.config(bytes.NewReader(b))
		if err != nil {
			return nil, c.name, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		if conf.Width <= 0 || conf.Height <= 0 {
			return nil, c.name, fmt.Errorf("%w: %d×%d pixels", ErrDamaged, conf.Width, conf.Height)
		}
		if int64(conf.Width) > lim.pixels || int64(conf.Height) > lim.pixels || int64(conf.Width)*int64(conf.Height) > lim.pixels {
			return nil, c.name, fmt.Errorf("%w: %d×%d pixels, the limit is %d in all", ErrLarge, conf.Width, conf.Height, lim.pixels)
		}
		src, err := c.decode(bytes.NewReader(b))
		if err != nil {
			return nil, c.name, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		return upright(flatten(src, lim.background), orientation(b)), c.name, nil
	}
	return nil, "", fmt.Errorf("%w (png, jpeg, webp, gif): it begins with %.12q", ErrFormat, b[:min(len(b), 12)])
}

// flatten lays a picture on the background, 8 bits a channel.
func flatten(src image.Image, bg RGB) *Image {
	r := src.Bounds()
	w, h := r.Dx(), r.Dy()
	out := &Image{w, h, make([]uint8, 3*w*h)}
	switch s := src.(type) {
	case *image.NRGBA:
		for y := range h {
			row := s.Pix[y*s.Stride:]
			for x := range w {
				lay(out.Pix[3*(y*w+x):], row[4*x], row[4*x+1], row[4*x+2], row[4*x+3], bg)
			}
		}
	case *image.YCbCr:
		shift := 0
		switch s.SubsampleRatio {
		case image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio440:
		case image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420:
			shift = 1
		default:
			shift = 2
		}
		for y := range h {
			at, c := s.YOffset(r.Min.X, r.Min.Y+y), s.COffset(r.Min.X, r.Min.Y+y)
			odd := r.Min.X & (1<<shift - 1)
			colours(out.Pix[3*y*w:3*(y+1)*w], s.Y[at:at+w], s.Cb[c:], s.Cr[c:], odd, shift)
		}
	case *image.Gray:
		for y := range h {
			for x := range w {
				v, d := s.Pix[y*s.Stride+x], out.Pix[3*(y*w+x):]
				d[0], d[1], d[2] = v, v, v
			}
		}
	default:
		for y := range h {
			for x := range w {
				c := color.NRGBAModel.Convert(src.At(r.Min.X+x, r.Min.Y+y)).(color.NRGBA)
				lay(out.Pix[3*(y*w+x):], c.R, c.G, c.B, c.A, bg)
			}
		}
	}
	return out
}

// colours turns a row of luma and chroma into RGB; one chroma value serves 1<<shift pixels,
// the first of which may be cut off by odd of them. The arithmetic is that of
// color.YCbCrToRGB: JFIF's in 16-bit fixed point.
func colours(dst, luma, cb, cr []uint8, odd, shift int) {
	for x, v := range luma {
		c := (x + odd) >> shift
		y, b, r := int32(v)*0x10101, int32(cb[c])-128, int32(cr[c])-128
		d := dst[3*x : 3*x+3 : 3*x+3]
		d[0] = channel(y + 91881*r)
		d[1] = channel(y - 22554*b - 46802*r)
		d[2] = channel(y + 116130*b)
	}
}

// channel is the upper byte of a 24-bit value, held within 0…255.
func channel(v int32) uint8 {
	if uint32(v)&0xff000000 == 0 {
		return uint8(v >> 16)
	}
	return uint8(^(v >> 31))
}

// lay writes one pixel of opacity a over the background, rounded to the nearest.
func lay(dst []uint8, r, g, b, a uint8, bg RGB) {
	if a == 255 {
		dst[0], dst[1], dst[2] = r, g, b
		return
	}
	mix := func(v, under uint8) uint8 {
		return uint8((uint32(v)*uint32(a) + uint32(under)*(255-uint32(a)) + 127) / 255)
	}
	dst[0], dst[1], dst[2] = mix(r, bg[0]), mix(g, bg[1]), mix(b, bg[2])
}
