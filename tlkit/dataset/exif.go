package dataset

import "encoding/binary"

// This file finds how a camera was held: the tag Orientation (0x0112) of EXIF 2.3, 1…8,
// in a JPEG's APP1 segment, a PNG's eXIf chunk or a WebP's EXIF chunk.

// orientation gives 1 (upright) for anything that does not say otherwise.
func orientation(b []byte) int {
	switch {
	case len(b) < 12:
		return 1
	case b[0] == 0xff && b[1] == 0xd8:
		return jpegOrientation(b)
	case b[0] == 0x89: // signature; then length, name, content, checksum of each chunk
		return chunkOrientation(b[8:], "eXIf", binary.BigEndian, false)
	case b[0] == 'R': // RIFF, length, WEBP; then name, length, content padded to an even length
		return chunkOrientation(b[12:], "EXIF", binary.LittleEndian, true)
	}
	return 1
}

// chunkOrientation looks through the chunks of a PNG, or of a WebP where riff says so.
func chunkOrientation(b []byte, want string, order binary.ByteOrder, riff bool) int {
	for len(b) >= 8 {
		size, name := uint64(order.Uint32(b)), string(b[4:8])
		end := size + 4
		if riff {
			name, size = string(b[:4]), uint64(order.Uint32(b[4:]))
			end = size + size%2
		}
		b = b[8:]
		if size > uint64(len(b)) {
			return 1
		}
		if name == want {
			body := b[:size]
			if len(body) > 6 && string(body[:6]) == "Exif\x00\x00" { // some writers keep a JPEG's prefix
				body = body[6:]
			}
			return tiffOrientation(body)
		}
		b = b[min(end, uint64(len(b))):]
	}
	return 1
}

func jpegOrientation(b []byte) int {
	for i := 2; i+4 <= len(b) && b[i] == 0xff; {
		kind, size := b[i+1], int(binary.BigEndian.Uint16(b[i+2:]))
		if kind == 0xda || size < 2 || i+2+size > len(b) { // the pixels begin, or it is cut short
			return 1
		}
		if body := b[i+4 : i+2+size]; kind == 0xe1 && len(body) > 6 && string(body[:6]) == "Exif\x00\x00" {
			return tiffOrientation(body[6:])
		}
		i += 2 + size
	}
	return 1
}

// tiffOrientation reads the first directory of a TIFF header.
func tiffOrientation(t []byte) int {
	if len(t) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(t[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	at := uint64(order.Uint32(t[4:]))
	if at+2 > uint64(len(t)) {
		return 1
	}
	n := uint64(order.Uint16(t[at:]))
	for i := range n {
		e := at + 2 + 12*i
		if e+12 > uint64(len(t)) {
			return 1
		}
		if order.Uint16(t[e:]) == 0x0112 && order.Uint16(t[e+2:]) == 3 {
			if v := int(order.Uint16(t[e+8:])); v >= 1 && v <= 8 {
				return v
			}
			return 1
		}
	}
	return 1
}

// upright turns and mirrors a picture as its orientation asks.
func upright(m *Image, o int) *Image {
	if o == 1 {
		return m
	}
	w, h := m.Width, m.Height
	out := &Image{w, h, make([]uint8, len(m.Pix))}
	if o >= 5 {
		out.Width, out.Height = h, w
	}
	for y := range out.Height {
		for x := range out.Width {
			sx, sy := x, y
			switch o {
			case 2:
				sx = w - 1 - x
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sy = h - 1 - y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, h-1-x
			case 7:
				sx, sy = w-1-y, h-1-x
			case 8:
				sx, sy = w-1-y, x
			}
			copy(out.Pix[3*(y*out.Width+x):][:3], m.Pix[3*(sy*w+sx):][:3])
		}
	}
	return out
}
