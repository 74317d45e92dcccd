package frame

import "testing"

func TestADayEqualsTheInstantAtWhichItBegins(t *testing.T) {
	cell := func(v string) Cell[string] { return Cell[string]{Value: v, Null: v == ""} }
	made := func(name string, v ...string) Table {
		var cells []Cell[string]
		for _, s := range v {
			cells = append(cells, cell(s))
		}
		table, err := New(Schema{{Name: name, Kind: Date}}, Series(name, cells))
		if err != nil {
			t.Fatal(err)
		}
		return table
	}
	both := made("day", "2020-01-02", "2020-01-02T00:00:00Z", "2020-01-02T00:00:01Z", "", "2020-01-03")
	ids, n, err := both.Identify("day")
	if err != nil || n != 4 || ids[0] != ids[1] || ids[0] == ids[2] {
		t.Errorf("%d values, %v, %v", n, ids, err)
	}
	joined, err := Join(made("day", "2020-01-02", "2020-01-04"), made("day", "2020-01-02T00:00:00Z", "2020-01-04T12:00:00Z"), JoinOptions{On: []string{"day"}})
	if err != nil || joined.Nrow() != 1 {
		t.Errorf("%v, %v", joined, err)
	}
	instants := made("at", "2020-01-02T00:00:00Z", "2020-01-02T00:00:00Z")
	joined, err = Join(instants, instants, JoinOptions{On: []string{"at"}})
	if err != nil || joined.Nrow() != 4 {
		t.Fatalf("%v, %v", joined, err)
	}
	if c, _ := joined.Column("at"); c.Format(0) != "2020-01-02T00:00:00Z" {
		t.Errorf("among instants midnight is written %q", c.Format(0))
	}
}
