package enum

import (
	"errors"
	"fmt"
	"testing"
)

var errSize = errors.New("no such size")

var sizes = Names{"Size", []string{"small", "large"}, fmt.Errorf("shop: %w", errSize)}

func TestNames(t *testing.T) {
	for i, want := range sizes.List {
		v := uint8(9)
		b, err := sizes.Marshal(uint8(i))
		if err != nil || string(b) != want || sizes.String(uint8(i)) != want || sizes.Check(uint8(i)) != nil {
			t.Errorf("value %d is %q, %v; want %q", i, b, err, want)
		}
		if err := sizes.Unmarshal(b, &v); err != nil || int(v) != i {
			t.Errorf("%q is value %d, %v; want %d", b, v, err, i)
		}
	}
}

func TestNoName(t *testing.T) {
	if s := sizes.String(2); s != "Size(2)" {
		t.Errorf("String is %q", s)
	}
	_, err := sizes.Marshal(255)
	if want := "shop: no such size: there is no Size(255); the names are small, large"; !errors.Is(err, errSize) || err.Error() != want {
		t.Errorf("Marshal: %v; want %s", err, want)
	}
	v := uint8(1)
	for _, name := range []string{"", "Small", "medium"} {
		err := sizes.Unmarshal([]byte(name), &v)
		if want := fmt.Sprintf("shop: no such size: %q is no Size; the names are small, large", name); !errors.Is(err, errSize) || err.Error() != want || v != 1 {
			t.Errorf("Unmarshal: %v, and the value is %d; want %s", err, v, want)
		}
	}
}
