package export

import (
	"testing"
	"os"
)
func TestTry(t *testing.T) {
	if err := File(t.Context(), os.Getenv("IN"), os.Getenv("OUT"), Options{}); err != nil { t.Fatal(err) }
}
