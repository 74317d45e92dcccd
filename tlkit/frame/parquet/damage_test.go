package parquet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime/metrics"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/frame/internal/iso"
)

// little is the memory that a file may take in these tests, where all files are small.
const little = 32 << 20

// allocated runs f and says how many bytes it took.
func allocated(f func()) int64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	before := sample[0].Value.Uint64()
	f()
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64() - before)
}

// tryDamaged decodes bytes that may be damaged: a table or an error of this package, and
// never more memory than allowed.
func tryDamaged(t *testing.T, b []byte) (frame.Table, error) {
	t.Helper()
	var out frame.Table
	var err error
	took := allocated(func() {
		out, err = Decode(t.Context(), nil, bytes.NewReader(b), int64(len(b)), Options{MaxBytes: little, SkipUnfit: true})
	})
	var e *Error
	if err != nil && !errors.As(err, &e) {
		t.Errorf("an error of another kind: %v", err)
	}
	if took > 4*little {
		t.Errorf("%d bytes of memory for a file of %d", took, len(b))
	}
	return out, err
}

func damagedFiles(t testing.TB) map[string][]byte {
	all := map[string][]byte{}
	for _, name := range []string{"kinds", "kinds_v2", "codec_gzip", "codec_zstd", "codec_brotli", "codec_lz4", "pages_fallback", "encodings", "encodings_2", "nested", "pandas"} {
		b, err := os.ReadFile(filepath.Join("testdata", name+".parquet"))
		if err != nil {
			t.Fatal(err)
		}
		all[name] = b
	}
	all["own"] = written(t, randomTable(t, 5, 300), WriteOptions{GroupRows: 170})
	all["own zstd"] = written(t, randomTable(t, 6, 200), WriteOptions{Compression: Zstd})
	return all
}

func TestCutFiles(t *testing.T) {
	for name, b := range damagedFiles(t) {
		for percent := range 100 {
			cut := b[:len(b)*percent/100]
			if _, err := tryDamaged(t, cut); !errors.Is(err, frame.ErrParse) {
				t.Errorf("%s cut after %d of %d bytes: %v", name, len(cut), len(b), err)
			}
			// The end is there, and something before it is not.
			if _, err := tryDamaged(t, append(append([]byte{}, cut...), b[len(b)-1-len(b)/200:]...)); err == nil {
				t.Errorf("%s with a hole after %d of %d bytes was read", name, len(cut), len(b))
			}
		}
	}
}

func TestFlippedBits(t *testing.T) {
	for name, b := range damagedFiles(t) {
		c := append([]byte{}, b...)
		for at := 0; at < len(c); at += 1 + len(c)/300 {
			for _, bit := range []byte{1, 128} {
				c[at] ^= bit
				_, _ = tryDamaged(t, c)
				c[at] ^= bit
			}
		}
		if !bytes.Equal(b, c) {
			t.Fatal(name)
		}
	}
}

// The pages of a file written here have checksums: damage in their values never passes.
func TestDamageInThePagesIsSeen(t *testing.T) {
	in := randomTable(t, 7, 120)
	b := written(t, in, WriteOptions{})
	memory := newBudget(little)
	meta, end, err := readFooter(bytes.NewReader(b), int64(len(b)), memory)
	if err != nil {
		t.Fatal(err)
	}
	bodies := 0
	for i := range meta.RowGroups[0].Columns {
		chunk := &meta.RowGroups[0].Columns[i]
		at := chunk.MetaData.DataPageOffset
		if d := chunk.MetaData.DictionaryPageOffset; d > 0 {
			at = d
		}
		for stop := at + chunk.MetaData.TotalCompressedSize; at < stop; {
			n, _, ok := walkStruct(b[at:], 0)
			var h format.PageHeader
			if err := thrift.Unmarshal(&protocol, b[at:at+int64(n)], &h); err != nil || !ok {
				t.Fatal(err)
			}
			body := at + int64(n)
			at = body + int64(h.CompressedPageSize)
			for k := body; k < at; k++ {
				b[k] ^= 4
				if _, err := tryDamaged(t, b); !errors.Is(err, frame.ErrParse) {
					t.Fatalf("byte %d of %d was changed: %v", k, end, err)
				}
				b[k] ^= 4
				bodies++
			}
		}
	}
	if bodies < 5000 {
		t.Errorf("only %d bytes were tried", bodies)
	}
}

// hostile changes the metadata of a good file.
func hostile(t *testing.T, b []byte, change func(*format.FileMetaData)) []byte {
	t.Helper()
	n := int(binary.LittleEndian.Uint32(b[len(b)-8:]))
	var meta format.FileMetaData
	data := b[:len(b)-8-n]
	if err := thrift.Unmarshal(&protocol, b[len(data):len(b)-8], &meta); err != nil {
		t.Fatal(err)
	}
	change(&meta)
	raw, err := thrift.Marshal(&protocol, &meta)
	if err != nil {
		t.Fatal(err)
	}
	out := append(append([]byte{}, data...), raw...)
	return append(binary.LittleEndian.AppendUint32(out, uint32(len(raw))), magic...)
}

func TestHostileMetadata(t *testing.T) {
	good := written(t, table(t, nil, whole("i", 1, 2, 3), texts("s", "a", "b", "c")), WriteOptions{})
	for name, c := range map[string]struct {
		change func(*format.FileMetaData)
		kind   error
		want   string
	}{
		"more rows than memory": {func(m *format.FileMetaData) { m.RowGroups[0].NumRows = 1 << 40 }, frame.ErrLimit, "MaxBytes"},
		"rows beyond counting":  {func(m *format.FileMetaData) { m.RowGroups[0].NumRows = math.MaxInt64 }, frame.ErrParse, "group 1"},
		"negative rows":         {func(m *format.FileMetaData) { m.RowGroups[0].NumRows = -1 }, frame.ErrParse, "group 1"},
		"rows without values":   {func(m *format.FileMetaData) { m.RowGroups[0].NumRows = 1000 }, frame.ErrParse, "1000 rows"},
		"values without pages": {func(m *format.FileMetaData) {
			m.RowGroups[0].NumRows = 1000
			for i := range m.RowGroups[0].Columns {
				m.RowGroups[0].Columns[i].MetaData.NumValues = 1000
			}
		}, frame.ErrParse, "3 values in a group of 1000"},
		"a chunk before the file": {func(m *format.FileMetaData) { m.RowGroups[0].Columns[0].MetaData.DataPageOffset = -5 }, frame.ErrParse, "outside"},
		"a chunk behind the data": {func(m *format.FileMetaData) { m.RowGroups[0].Columns[0].MetaData.DataPageOffset = 1 << 50 }, frame.ErrParse, "outside"},
		"a chunk too long":        {func(m *format.FileMetaData) { m.RowGroups[0].Columns[1].MetaData.TotalCompressedSize = math.MaxInt64 }, frame.ErrParse, "outside"},
		"a chunk of less":         {func(m *format.FileMetaData) { m.RowGroups[0].Columns[1].MetaData.TotalCompressedSize = 3 }, frame.ErrParse, "header"},
		"a chunk missing":         {func(m *format.FileMetaData) { m.RowGroups[0].Columns = m.RowGroups[0].Columns[:1] }, frame.ErrParse, "lacks"},
		"many groups of nothing": {func(m *format.FileMetaData) {
			m.Schema = m.Schema[:1]
			for i := range 20_000 {
				m.Schema = append(m.Schema, format.SchemaElement{Name: fmt.Sprint(i), Type: thrift.New(format.Int64)})
				m.RowGroups = append(m.RowGroups, format.RowGroup{Columns: []format.ColumnChunk{}})
			}
			m.Schema[0].NumChildren.V = 20_000
			m.RowGroups = m.RowGroups[1:]
		}, nil, ""},
		"another type":         {func(m *format.FileMetaData) { m.RowGroups[0].Columns[0].MetaData.Type = format.Double }, frame.ErrParse, "INT64"},
		"another file":         {func(m *format.FileMetaData) { m.RowGroups[0].Columns[0].FilePath = "/etc/passwd" }, frame.ErrKind, "another file"},
		"an unknown codec":     {func(m *format.FileMetaData) { m.RowGroups[0].Columns[0].MetaData.Codec = format.LZO }, frame.ErrKind, "LZO"},
		"no schema":            {func(m *format.FileMetaData) { m.Schema = m.Schema[:0] }, frame.ErrParse, "schema"},
		"a schema that is cut": {func(m *format.FileMetaData) { m.Schema = m.Schema[:2] }, frame.ErrParse, "tree"},
		"a schema of too much": {func(m *format.FileMetaData) { m.Schema = append(m.Schema, m.Schema[1]) }, frame.ErrParse, "tree"},
		"children without end": {func(m *format.FileMetaData) { m.Schema[0].NumChildren.V = math.MaxInt32 }, frame.ErrParse, "tree"},
		"a group of groups": {func(m *format.FileMetaData) {
			m.Schema[1].Type.Valid = false
			m.Schema[1].NumChildren = thrift.New(int32(1 << 30))
		}, frame.ErrParse, "tree"},
		"text stored as a number": {func(m *format.FileMetaData) { m.Schema[1].LogicalType.Value = &format.StringType{} }, frame.ErrParse, `"i"`},
		"fixed of no size":        {func(m *format.FileMetaData) { m.Schema[1].Type = thrift.New(format.FixedLenByteArray) }, frame.ErrParse, "0 bytes"},
		"an interval": {func(m *format.FileMetaData) {
			m.Schema[1].Type, m.Schema[1].TypeLength = thrift.New(format.FixedLenByteArray), thrift.New(int32(12))
			m.Schema[1].ConvertedType.Valid, m.Schema[1].ConvertedType.V = true, 21
		}, frame.ErrKind, "an interval"},
		"BSON":      {func(m *format.FileMetaData) { m.Schema[2].LogicalType.Value = &format.BsonType{} }, frame.ErrKind, "BSON"},
		"encrypted": {func(m *format.FileMetaData) { m.EncryptionAlgorithm.Value = &format.AesGcmV1{} }, frame.ErrKind, "encrypted"},
		"a decimal of a million": {func(m *format.FileMetaData) {
			m.Schema[1].LogicalType.Value = &format.DecimalType{Scale: 1e6, Precision: 1e6}
		}, frame.ErrParse, `"i"`},
	} {
		t.Run(name, func(t *testing.T) {
			b := hostile(t, good, c.change)
			var err error
			took := allocated(func() {
				_, err = Decode(t.Context(), nil, bytes.NewReader(b), int64(len(b)), Options{MaxBytes: little})
			})
			if c.kind == nil {
				if took > 2*little || err != nil && !errors.Is(err, frame.ErrLimit) {
					t.Errorf("took %d bytes, %v", took, err)
				}
				return
			}
			if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v; want %v and %q", err, c.kind, c.want)
			}
			if took > little {
				t.Errorf("took %d bytes", took)
			}
		})
	}
}

// Thrift's own decoder would take all memory, or all of the stack, for each of these.
func TestHostileThrift(t *testing.T) {
	list := func(n uint64) []byte { return binary.AppendUvarint([]byte{0x29, 0xFC}, n) } // field 2: a list of n structs
	for name, meta := range map[string][]byte{
		"a list that is not there": append(list(1<<31-1), 0, 0),
		"a list beyond counting":   append(list(1<<63), 0, 0),
		"a list of nothings":       append(append(list(1<<20), make([]byte, 1<<20)...), 0),
		"deep structs":             bytes.Repeat([]byte{0x1C}, 1<<20),
		"deep lists":               append([]byte{0x19}, bytes.Repeat([]byte{0x19}, 1<<20)...),
		"deep maps":                append([]byte{0x1B}, bytes.Repeat([]byte{1, 0xBB}, 1<<20)...),
		"a text that is not there": {0x18, 0xFF, 0xFF, 0xFF, 0xFF, 7},
		"a varint without an end":  bytes.Repeat([]byte{0x15, 0xFF}, 20),
		"an unknown type":          {0x1E, 0},
		"nothing":                  {},
		"a stop":                   {0},
	} {
		t.Run(name, func(t *testing.T) {
			b := append(append([]byte(magic), meta...), binary.LittleEndian.AppendUint32(nil, uint32(len(meta)))...)
			if _, err := tryDamaged(t, append(b, magic...)); err == nil {
				t.Error("it was read")
			}
		})
	}
}

func TestBombs(t *testing.T) {
	// A page that says it becomes 2 GiB; and one that truly becomes more than is allowed.
	zeros := make([]string, 3000)
	for i := range zeros {
		zeros[i] = strings.Repeat("0", 20000) + "x"[:i%2]
	}
	zeros[7] = strings.Repeat("1", 100) // one more, so that there is a dictionary of three, repeated
	wide := make([]string, 100)
	for i := range wide {
		wide[i] = strings.Repeat("0", 1<<20) + string(rune('0'+i))
	}
	b := written(t, table(t, nil, texts("s", wide...)), WriteOptions{Compression: Zstd})
	if len(b) > 1<<20 {
		t.Fatalf("not a bomb: %d bytes", len(b))
	}
	if _, err := tryDamaged(t, b); !errors.Is(err, frame.ErrLimit) || !strings.Contains(err.Error(), `column "s"`) {
		t.Errorf("%v", err)
	}
	// Sharing a dictionary's texts is no bomb.
	if _, err := tryDamaged(t, written(t, table(t, nil, texts("s", zeros...)), WriteOptions{})); err != nil {
		t.Error(err)
	}
	for _, codec := range []format.CompressionCodec{format.Snappy, format.Gzip, format.Lz4Raw, format.Uncompressed} {
		p := &pages{codec: codec, leaf: &leaf{}, s: &scratch{memory: newBudget(1 << 40)}}
		if took := allocated(func() {
			if _, err := p.unpacked(make([]byte, 20), math.MaxInt32); !errors.Is(err, frame.ErrParse) {
				t.Errorf("%v: %v", codec, err)
			}
		}); took > 1<<20 {
			t.Errorf("%v took %d bytes", codec, took)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, b := range damagedFiles(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		out, err := tryDamaged(t, b)
		if err != nil {
			return
		}
		// What can be read can be written and read again, to the same values.
		for _, f := range out.Schema {
			for _, l := range f.Levels {
				if !utf8.ValidString(l) {
					return
				}
			}
		}
		for _, name := range out.Names() {
			if !utf8.ValidString(name) {
				return
			}
		}
		same(t, decoded(t, written(t, out, WriteOptions{}), Options{}), out)
	})
}

func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte("some bytes to make a table of"), uint8(3))
	f.Add([]byte{0, 1, 2, 3, 255, 254, 128, 7, 7, 7, 7, 7, 7, 7, 7}, uint8(1))
	f.Fuzz(func(t *testing.T, b []byte, group uint8) {
		n := len(b) / 2
		i, fl, s, d := make([]frame.Cell[int], n), make([]frame.Cell[float64], n), make([]frame.Cell[string], n), make([]frame.Cell[string], n)
		for r := range n {
			a, c := b[2*r], b[2*r+1]
			i[r] = frame.Cell[int]{Value: int(int8(a)) << (c & 63), Null: c == 255}
			fl[r] = frame.Cell[float64]{Value: math.Float64frombits(uint64(a)<<56 | uint64(c)), Null: c == 3}
			s[r] = frame.Cell[string]{Value: string(b[2*r : 2*r+int(a)%min(9, len(b)-2*r)]), Null: a == c}
			d[r] = frame.Cell[string]{Value: string(iso.AppendInstant(nil, int64(a)*100-9000, int64(c)*1e9+int64(a)))}
		}
		for r := range n {
			if i[r].Null {
				i[r].Value = 0
			}
		}
		in := table(t, frame.Schema{{Name: "d", Kind: frame.Date}, {Name: "c", Kind: frame.Category}}, frame.Series("i", i), frame.Series("f", fl), frame.Series("s", s), frame.Series("d", d), frame.Series("c", append([]frame.Cell[string]{}, s...)))
		same(t, decoded(t, written(t, in, WriteOptions{GroupRows: int(group)}), Options{}), in)
	})
}
