package frame

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"unicode/utf8"
)

// FuzzDecodeCSV reads any bytes with any options: as the reference does, whatever the size
// of the blocks, and so that what was read is written and reads back as the same.
func FuzzDecodeCSV(f *testing.F) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 13))
		f.Add([]byte(uglyText(rng, uglyOptions(rng))), rng.Uint64(), byte(rng.IntN(40)))
	}
	f.Add([]byte("a,b\n1,\"x\n\",\n"), uint64(0), byte(1))
	f.Add([]byte("\xff\xfea\x00\n\x00"), uint64(7), byte(3))
	f.Add([]byte("\x1f\x8b\x08\x00"), uint64(0), byte(0))
	f.Add([]byte("\x28\xb5\x2f\xfd\x00"), uint64(0), byte(0))
	f.Fuzz(func(t *testing.T, text []byte, options uint64, size byte) {
		if len(text) > 1<<12 {
			return
		}
		o := uglyOptions(rand.New(rand.NewPCG(options, 17)))
		if options%7 == 0 {
			o.Encoding = []string{"utf-16", "latin1", "shift_jis", "gb18030"}[options/7%4]
		}
		o.Replace = options%11 == 0
		if _, err := o.form(); err != nil {
			return
		}
		compressed := bytes.HasPrefix(text, gzipMagic) || bytes.HasPrefix(text, zstdMagic)
		marked := bytes.HasPrefix(text, []byte{0xff, 0xfe}) || bytes.HasPrefix(text, []byte{0xfe, 0xff})
		if o.Encoding == "" && !o.Replace && !compressed && !marked {
			checkAgainstReference(t, string(text), o, 1+int(size), blockSize)
		}
		o.MaxBytes = 1 << 16
		var table Table
		var err error
		if took := allocated(func() { table, err = DecodeCSV(t.Context(), nil, bytes.NewReader(text), o) }); took > 64<<20 {
			t.Fatalf("%d bytes took %d MB", len(text), took>>20)
		}
		if err != nil || table.Ncol() == 0 {
			return
		}
		checkReadsBack(t, table, o)
	})
}

// checkReadsBack writes a table with the options with which it was read, and reads it.
func checkReadsBack(t testing.TB, table Table, o CSVOptions) {
	t.Helper()
	o.SkipRows, o.MaxRows, o.Names, o.Columns, o.MaxField, o.MaxColumns, o.MaxBytes = 0, 0, nil, nil, 0, 0, 0
	o.NumberNames, o.Replace, o.Types = false, false, nil
	for _, name := range table.Names() {
		if !utf8.ValidString(name) {
			t.Fatalf("the name %q came through", name)
		}
	}
	w, err := o.writer(table)
	if err != nil {
		t.Fatal(err)
	}
	o.Types = fieldsOf(w.cols)
	if o.NoHeader {
		o.Names = table.Names()
	}
	var b bytes.Buffer
	if err := EncodeCSV(&b, table, o); err != nil {
		if o.NoQuote || o.QuotedMissing || o.Encoding != "" {
			return // not everything can be written so
		}
		t.Fatalf("%v\n%+v", err, o)
	}
	back, err := DecodeCSV(t.Context(), nil, bytes.NewReader(b.Bytes()), o)
	if err != nil {
		t.Fatalf("%v\n%q\n%+v", err, b.Bytes(), o)
	}
	if diff := tableDiff(back, table); diff != "" {
		t.Fatalf("%s\n%q\n%+v", diff, b.Bytes(), o)
	}
}
