package recipe

import (
	"errors"
	"strings"
	"testing"

	"transferlab/tlkit/frame"
)

func TestSetKind(t *testing.T) {
	in := tableOf(t,
		"n string: 1, 2 , -, 003, -4",
		"f string: 1.5, 1e3, -, .5, inf",
		"g string: 1.234, 12, -, 1.234.567, -0",
		"comma string: 1;5, 2;25, -, -;5, 12",
		"b string: true, FALSE, -, 1, 0",
		"d string: 3.2.2001, 29.02.2000, -, 31.12.1999, 1.1.2000",
		"dt string: Feb 3 2001 4:05 pm, FEB 28 1999 12:00 AM, -, jan 1 2000 11:59 am, Mar 03 2024 1:00 AM",
		"z string: 2001-02-03 04:05:06.5 +0130, 2001-02-03 04:05:06.0 Z, -, 2001-02-03 00:00:00.00 -01:00, 2001-02-03 00:00:00.000 +01",
		"iso string: 2001-02-03, 2001-02-03T04:05:06+01:00, -, 2001-02-03T04:05:06Z, 1999-12-31",
		"size string: S, M, -, L, S",
		"whole number: 1, 2, -, 3, 4",
		"int integer: 0, 1, -, 1, 0")
	for _, c := range []struct {
		step SetKind
		want string
	}{
		{SetKind{Columns: []string{"n"}, Kind: frame.Int}, "n integer: 1, 2, -, 3, -4"},
		{SetKind{Columns: []string{"n"}, Kind: frame.Float}, "n number: 1.0, 2.0, -, 3.0, -4.0"},
		{SetKind{Columns: []string{"f"}, Kind: frame.Float}, "f number: 1.5, 1000.0, -, 0.5, inf"},
		{SetKind{Columns: []string{"g"}, Kind: frame.Int, DecimalComma: true, Group: "."}, "g integer: 1234, 12, -, 1234567, 0"},
		{SetKind{Columns: []string{"b"}, Kind: frame.Bool}, "b boolean: true, false, -, true, false"},
		{SetKind{Columns: []string{"d"}, Kind: frame.Date, Format: "%d.%m.%Y"}, "d datetime: 2001-02-03, 2000-02-29, -, 1999-12-31, 2000-01-01"},
		{SetKind{Columns: []string{"dt"}, Kind: frame.Date, Format: "%b %d %Y %I:%M %p"}, "dt datetime: 2001-02-03T16:05:00Z, 1999-02-28T00:00:00Z, -, 2000-01-01T11:59:00Z, 2024-03-03T01:00:00Z"},
		{SetKind{Columns: []string{"z"}, Kind: frame.Date, Format: "%Y-%m-%d %H:%M:%S.%f %z"}, "z datetime: 2001-02-03T02:35:06.5Z, 2001-02-03T04:05:06Z, -, 2001-02-03T01:00:00Z, 2001-02-02T23:00:00Z"},
		{SetKind{Columns: []string{"iso"}, Kind: frame.Date}, "iso datetime: 2001-02-03, 2001-02-03T03:05:06Z, -, 2001-02-03T04:05:06Z, 1999-12-31"},
		{SetKind{Columns: []string{"size"}, Kind: frame.Category, Levels: []string{"S", "M", "L"}, Ordered: true}, "size category: S, M, -, L, S"},
		{SetKind{Columns: []string{"whole"}, Kind: frame.Int}, "whole integer: 1, 2, -, 3, 4"},
		{SetKind{Columns: []string{"int"}, Kind: frame.Bool}, "int boolean: false, true, -, true, false"},
		{SetKind{Columns: []string{"int"}, Kind: frame.Float}, "int number: 0.0, 1.0, -, 1.0, 0.0"},
		{SetKind{Columns: []string{"int"}, Kind: frame.Text}, "int string: 0, 1, -, 1, 0"},
		{SetKind{Columns: []string{"size"}, Kind: frame.Category, Levels: []string{"S"}, OnError: SetToBlank}, "size category: S, -, -, -, S"},
		{SetKind{Columns: []string{"iso"}, Kind: frame.Int, OnError: SetToBlank}, "iso integer: -, -, -, -, -"},
		{SetKind{Columns: []string{"f"}, Kind: frame.Int, OnError: KeepOriginal}, "f string: 1.5, 1000, -, .5, inf"},
		{SetKind{Columns: []string{"b"}, Kind: frame.Int, OnError: StoreError}, `b string: "true" is no integer, "FALSE" is no integer, -, 1, 0`},
	} {
		t.Run(c.step.String(), func(t *testing.T) {
			out, _, err := Recipe{Steps: []Step{c.step, Keep{c.step.Columns}}}.Apply(background, nil, in)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, out, c.want)
		})
	}
	out, _, err := Recipe{Steps: []Step{SetKind{Columns: []string{"size"}, Kind: frame.Category, Levels: []string{"S", "M", "L"}, Ordered: true}, Rename{"size", "Size"}, FillDown{Column: "Size"}}}.Apply(background, nil, in)
	if err != nil {
		t.Fatal(err)
	}
	if f, _ := out.Schema.Lookup("Size"); !f.Ordered || len(f.Levels) != 3 {
		t.Errorf("%+v", f)
	}
	for _, c := range []struct {
		step SetKind
		want error
		says string
	}{
		{SetKind{Columns: []string{"f"}, Kind: frame.Int}, frame.ErrKind, `column "f", row 0: "1.5" is no integer, nor are 2 others`},
		{SetKind{Columns: []string{"size"}, Kind: frame.Category, Levels: []string{"S", "M"}}, frame.ErrKind, `row 3: "L"`},
		{SetKind{Columns: []string{"d"}, Kind: frame.Date}, frame.ErrKind, `"3.2.2001" is no datetime`},
		{SetKind{Columns: []string{"d"}, Kind: frame.Date, Format: "%Q"}, ErrOption, "directive"},
		{SetKind{Columns: []string{"d"}, Kind: frame.Date, Format: "%d.%m."}, ErrOption, "no year"},
		{SetKind{Columns: []string{"d"}, Kind: frame.Date, Format: "%"}, ErrOption, "directive"},
		{SetKind{Columns: []string{"d"}}, ErrOption, "the kind any"},
		{SetKind{Columns: []string{"g"}, Kind: frame.Float, Group: "."}, ErrOption, "part of a number"},
		{SetKind{Columns: []string{"x"}, Kind: frame.Text}, frame.ErrColumn, `no column "x"`},
	} {
		_, _, err := Recipe{Steps: []Step{c.step}}.Apply(background, nil, in)
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v; want %v, %q", err, c.want, c.says)
		}
	}
}
