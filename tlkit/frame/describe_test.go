package frame

import (
	"fmt"
	"testing"
)

func TestDescribeOfTablesWithoutRowsOrColumns(t *testing.T) {
	d := must(Describe(Table{}))(t)
	if d.Nrow() != 0 || d.Ncol() != 14 {
		t.Errorf("no columns: %d × %d", d.Nrow(), d.Ncol())
	}
	d = must(Describe(ugly(1, 0)))(t)
	if d.Nrow() != 7 || must(d.Column("count"))(t).Ints[0].Value != 0 || !must(d.Column("mean"))(t).Missing(1) || !must(d.Column("top"))(t).Missing(0) {
		t.Errorf("no rows: %s", listing(t, d))
	}
}

func TestDescribeIsTheSameOnAnyNumberOfCores(t *testing.T) {
	table := sales(40_000)
	onCores(t, func(t *testing.T) string { return listing(t, must(Describe(table))(t)) })
}

func ExampleDescribe() {
	t, _ := New(nil, Series("city", values("Rome", "Oslo", "Rome")), Series("price", values(3.0, 5.0, 4.5)))
	d, err := Describe(t)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range []string{"count", "mean", "50%", "unique", "top"} {
		c, _ := d.Column(name)
		fmt.Printf("%s: %q %q\n", name, c.Format(0), c.Format(1))
	}
	// Output:
	// count: "3" "3"
	// mean: "" "4.166666666666667"
	// 50%: "" "4.5"
	// unique: "2" ""
	// top: "Rome" ""
}
