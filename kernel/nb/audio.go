package nb

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"html"
	"path/filepath"
)

// MaxAudioBytes is the largest sound that is put into a page: ten minutes of mono WAV at 8 kHz, 16 bits. A page
// with more is slow to open; keep a shorter piece, or Ogg.
const MaxAudioBytes = 10 << 20

// Audio is a sound with a player; give it to [Show].
type Audio struct {
	Data    []byte // WAV or Ogg; or
	Path    string // a file of that kind, read only where Data is empty
	Caption string // "" means the file's name
}

func (a Audio) render() bundle {
	data, err := a.load()
	if err != nil {
		return problem(err)
	}
	kind, about, err := sound(data)
	if err != nil {
		return problem(fmt.Errorf("sound %s: %w", a.name(), err))
	}
	caption, _ := oneLine(a.name(), 120)
	if caption == "" {
		caption = "sound"
	}
	return bundle{
		html: fmt.Sprintf(`<figure class="tlkit-audio" style="margin:0"><audio controls preload="metadata" aria-label="%s" src="data:%s;base64,%s"></audio>`+
			`<figcaption style="font-size:12px;opacity:.85">%s · %s</figcaption></figure>`,
			html.EscapeString(caption), kind, base64.StdEncoding.EncodeToString(data), html.EscapeString(caption), about),
		text: fmt.Sprintf("[sound: %s] %s", about, caption),
	}
}

func (a Audio) name() string {
	if a.Caption != "" || a.Path == "" {
		return a.Caption
	}
	return filepath.Base(a.Path)
}

func (a Audio) load() ([]byte, error) {
	switch {
	case len(a.Data) > MaxAudioBytes:
		return nil, fmt.Errorf("sound %s: %d MiB are over the limit of %d MiB: show a shorter piece", a.name(), len(a.Data)>>20, MaxAudioBytes>>20)
	case len(a.Data) > 0:
		return a.Data, nil
	case a.Path == "":
		return nil, errors.New("sound: neither Data nor Path is given")
	}
	data, err := readFile(a.Path, MaxAudioBytes)
	if err != nil {
		return nil, fmt.Errorf("sound: %w", err)
	}
	return data, nil
}

// sound tells the kind of the data by its first bytes, and for WAV its length.
func sound(data []byte) (mime, about string, err error) {
	switch {
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WAVE":
		return "audio/wav", wavAbout(data), nil
	case bytes.HasPrefix(data, []byte("OggS")):
		return "audio/ogg", "Ogg, " + kilobytes(len(data)), nil
	}
	return "", "", errors.New("neither WAV nor Ogg by its first bytes")
}

// wavAbout reads rate, channels and length from the chunks of a WAV file, as far as they are there.
func wavAbout(data []byte) string {
	var rate, perSecond, channels uint32
	for at := 12; at+8 <= len(data); {
		id, size := string(data[at:at+4]), binary.LittleEndian.Uint32(data[at+4:])
		body := data[at+8:]
		switch {
		case id == "fmt " && size >= 16 && len(body) >= 16:
			channels = uint32(binary.LittleEndian.Uint16(body[2:]))
			rate, perSecond = binary.LittleEndian.Uint32(body[4:]), binary.LittleEndian.Uint32(body[8:])
		case id == "data" && perSecond > 0:
			size = min(size, uint32(len(body)))
			return fmt.Sprintf("WAV, %.2f s, %d Hz, %s", float64(size)/float64(perSecond), rate, count(int(channels), "channel"))
		}
		next := int64(at) + 8 + int64(size) + int64(size&1)
		if next > int64(len(data)) {
			break
		}
		at = int(next)
	}
	return "WAV, " + kilobytes(len(data))
}

func kilobytes(n int) string { return fmt.Sprintf("%d kB", (n+999)/1000) }
