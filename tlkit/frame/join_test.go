package frame

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// twoUgly are two tables with the columns that ugly ones share, and one each that they do
// not.
func twoUgly(t testing.TB, seed uint64, left, right int) (Table, Table) {
	number := func(table Table, name string) Table {
		return must(table.With(Series(name, fill(table.Nrow(), func(i int) Cell[int] { return Cell[int]{Value: i} }))))(t)
	}
	return number(ugly(seed, left), "l"), number(ugly(seed+1000, right), "r")
}

// A join agrees with two loops, one within the other.
func TestJoinsAgreeWithLoops(t *testing.T) {
	for seed := range uint64(30) {
		l, r := twoUgly(t, seed, []int{0, 1, 13, 60}[seed%4], []int{17, 0, 40, 1}[seed/4%4])
		on := [][]string{{"text"}, {"float"}, {"int", "bool"}, {"day", "size"}, {"big"}}[seed%5]
		for _, apart := range []bool{false, true} {
			keysOf := func(table Table) []string {
				rows := plainRows(t, table, on...)
				if apart {
					for i := range rows {
						if strings.Contains(rows[i]+"|", "|-|") {
							rows[i] = fmt.Sprint("apart ", table.Names()[7], i)
						}
					}
				}
				return rows
			}
			lk, rk := keysOf(l), keysOf(r)
			var inner, semi, anti []string
			for i := range lk {
				matched := false
				for j := range rk {
					if lk[i] == rk[j] {
						matched = true
						inner = append(inner, fmt.Sprint(i, j))
					}
				}
				if matched {
					semi = append(semi, fmt.Sprint(i))
				} else {
					anti = append(anti, fmt.Sprint(i))
				}
			}
			join := func(how How) Table {
				return must(Join(l, r, JoinOptions{How: how, On: on, MissingApart: apart}))(t)
			}
			pairs := func(table Table, names ...string) (out []string) {
				cols := must(table.Columns(names...))(t)
				for i := range table.Nrow() {
					var s []string
					for _, c := range cols {
						s = append(s, c.Format(i))
					}
					out = append(out, strings.Join(s, " "))
				}
				return out
			}
			if got := pairs(join(Inner), "l", "r"); !slices.Equal(got, inner) {
				t.Fatalf("seed %d on %v, apart %t: inner %v, want %v", seed, on, apart, got, inner)
			}
			if got := pairs(join(Semi), "l"); !slices.Equal(got, semi) {
				t.Errorf("seed %d on %v, apart %t: semi %v, want %v", seed, on, apart, got, semi)
			}
			if got := pairs(join(Anti), "l"); !slices.Equal(got, anti) {
				t.Errorf("seed %d on %v, apart %t: anti %v, want %v", seed, on, apart, got, anti)
			}
			left := pairs(join(Left), "l", "r")
			if in := slices.DeleteFunc(slices.Clone(left), func(s string) bool { return strings.HasSuffix(s, " ") }); !slices.Equal(in, inner) || len(left) != len(inner)+len(anti) {
				t.Errorf("seed %d on %v, apart %t: left %v, inner %v, anti %v", seed, on, apart, left, inner, anti)
			}
			// The right join is the left one the other way round; the outer one has the rows of both.
			back := must(Join(r, l, JoinOptions{How: Left, On: on, MissingApart: apart}))(t)
			if got, want := pairs(join(Right), append([]string{"l", "r"}, on...)...), pairs(back, append([]string{"l", "r"}, on...)...); !slices.Equal(got, want) {
				t.Errorf("seed %d on %v, apart %t: right %v, want %v", seed, on, apart, got, want)
			}
			all := slices.Concat(left, slices.DeleteFunc(pairs(join(Right), "l", "r"), func(s string) bool { return !strings.HasPrefix(s, " ") }))
			outer := pairs(join(Outer), "l", "r")
			slices.Sort(all)
			slices.Sort(outer)
			if !slices.Equal(outer, all) {
				t.Errorf("seed %d on %v, apart %t: outer %v, want %v", seed, on, apart, outer, all)
			}
		}
	}
}

func TestJoinKeepsTheSchema(t *testing.T) {
	l := mustTable(Schema{{Name: "day", Kind: Date}, {Name: "size", Kind: Category, Levels: []string{"S", "L"}, Ordered: true}, {Name: "note", Kind: Category}},
		Series("day", values("2024-01-01", "2024-01-02")), Series("size", values("L", "S")), Series("note", values("a", "b")))
	r := mustTable(Schema{{Name: "day", Kind: Date}, {Name: "size", Kind: Category, Levels: []string{"S", "XL"}, Ordered: true}, {Name: "note", Kind: Date}},
		Series("day", values("2024-01-01", "2024-01-03")), Series("size", values("L", "XL")), Series("note", values("2024", "2025")))
	got := must(Join(l, r, JoinOptions{How: Outer, On: []string{"day", "size"}, Indicator: "from"}))(t)
	want := Schema{{Name: "day", Kind: Date}, {Name: "size", Kind: Category, Levels: []string{"S", "L", "XL"}}, {Name: "note_x", Kind: Category},
		{Name: "note_y", Kind: Date}, {Name: "from", Kind: Category, Levels: []string{"left_only", "right_only", "both"}}}
	for _, w := range want {
		if f, _ := got.Schema.Lookup(w.Name); fmt.Sprint(f) != fmt.Sprint(w) {
			t.Errorf("field %+v, want %+v", f, w)
		}
	}
	if names := got.Names(); !slices.Equal(names, []string{"day", "size", "note_x", "note_y", "from"}) {
		t.Errorf("columns %v", names)
	}
	if s := must(l.Column("size"))(t).Levels; !slices.Equal(s, []string{"S", "L"}) {
		t.Errorf("the left table's levels became %v", s)
	}
}

func TestJoinErrors(t *testing.T) {
	l := mustTable(Schema{{Name: "day", Kind: Date}}, Series("id", values(1, 2, 2)), Series("big", values(1, 1<<53+1, 3)), Series("day", values("2024-01-01", "", "")), Series("v", values(1., 2, 3)))
	r := mustTable(nil, Series("id", values(2, 2, 5)), Series("big", values(1., 2, 3)), Series("day", values("x", "y", "z")), Series("v_l", values(1., 2, 3)), Series("v", values("a", "b", "c")))
	for _, c := range []struct {
		name string
		o    JoinOptions
		is   error
		says string
	}{
		{"unknown key", JoinOptions{On: []string{"ids"}}, ErrColumn, `did you mean "id"`},
		{"unknown right key", JoinOptions{LeftOn: []string{"id"}, RightOn: []string{"idd"}}, ErrColumn, "right table"},
		{"a date and text", JoinOptions{On: []string{"day"}}, ErrKind, "datetime in the left"},
		{"a number and text", JoinOptions{LeftOn: []string{"id"}, RightOn: []string{"day"}}, ErrKind, "convert one"},
		{"a whole number that no float equals", JoinOptions{On: []string{"big"}}, ErrKind, "9007199254740993"},
		{"keys that do not pair", JoinOptions{LeftOn: []string{"id", "v"}, RightOn: []string{"id"}}, ErrShape, "give pairs"},
		{"one to one", JoinOptions{On: []string{"id"}, Validate: OneToOne}, ErrRepeated, "left table, first 2 in rows 1 and 2"},
		{"many to one", JoinOptions{On: []string{"id"}, Validate: ManyToOne}, ErrRepeated, "right table, first 2 in rows 0 and 1"},
		{"two columns of a name", JoinOptions{On: []string{"id"}, Suffixes: [2]string{"_l", "_r"}}, ErrShape, `"v_l"`},
		{"an indicator that is there", JoinOptions{On: []string{"id"}, Indicator: "id"}, ErrShape, "indicator"},
		{"too many rows", JoinOptions{On: []string{"id"}, MaxRows: 3}, ErrLimit, "4 rows, more than 3"},
		{"no such join", JoinOptions{On: []string{"id"}, How: "cross"}, nil, `"cross"`},
		{"no such check", JoinOptions{On: []string{"id"}, Validate: "1:1"}, nil, "one_to_one"},
		{"On and LeftOn", JoinOptions{On: []string{"id"}, LeftOn: []string{"id"}}, nil, "give On"},
	} {
		_, err := Join(l, r, c.o)
		if err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := Join(l, must(r.Pick("v_l"))(t), JoinOptions{}); !errors.Is(err, ErrColumn) {
		t.Errorf("nothing in common: %v", err)
	}
	same := mustTable(nil, Series("k", fill(100_000, func(int) Cell[int] { return Cell[int]{} })))
	var size *JoinSizeError
	if _, err := Join(same, same, JoinOptions{}); !errors.As(err, &size) || size.Rows != 1e10 {
		t.Errorf("everything with everything: %v", err)
	}
	if got := must(Join(l, r, JoinOptions{On: []string{"id"}, Validate: ManyToMany}))(t); got.Nrow() != 4 {
		t.Errorf("many to many: %d rows", got.Nrow())
	}
}

func TestJoinWithoutRowsOrOtherColumns(t *testing.T) {
	k := mustTable(nil, Series("k", values(1, 2, 2)))
	for _, how := range []How{Inner, Left, Right, Outer, Semi, Anti} {
		none := must(k.Take(nil))(t)
		for _, pair := range [][2]Table{{none, none}, {none, k}, {k, none}} {
			got := must(Join(pair[0], pair[1], JoinOptions{How: how, Indicator: "from"}))(t)
			want := map[How]int{Left: pair[0].Nrow(), Anti: pair[0].Nrow(), Right: pair[1].Nrow(), Outer: k.Nrow()}[how]
			if pair[0].Nrow()+pair[1].Nrow() == 0 {
				want = 0
			}
			if got.Nrow() != want || !slices.Equal(got.Names(), []string{"k", "from"}) {
				t.Errorf("%s: %d rows, want %d, of %v", how, got.Nrow(), want, got.Names())
			}
		}
	}
	if _, err := Join(Table{}, Table{}, JoinOptions{}); !errors.Is(err, ErrColumn) {
		t.Errorf("tables without columns: %v", err)
	}
}

func TestJoinIsTheSameOnAnyNumberOfCores(t *testing.T) {
	l, r := twoUgly(t, 3, 2000, 300)
	onCores(t, func(t *testing.T) string {
		return listing(t, must(Join(l, r, JoinOptions{How: Outer, On: []string{"text", "int", "float"}}))(t))
	})
}

func ExampleJoin() {
	people, _ := New(nil, Series("name", values("Ada", "Bo", "Cy")), Series("city", values("Oslo", "Rome", "Bonn")))
	cities, _ := New(nil, Series("city", values("Rome", "Oslo")), Series("country", values("Italy", "Norway")))
	all, err := Join(people, cities, JoinOptions{How: Left, On: []string{"city"}, Validate: ManyToOne})
	if err != nil {
		fmt.Println(err)
		return
	}
	country, _ := all.Column("country")
	for i := range country.Len() {
		fmt.Println(i, country.Format(i), country.Missing(i))
	}
	// Output:
	// 0 Norway false
	// 1 Italy false
	// 2  true
}
