package finetune

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Two processes, one of them held to a single core as Go sees it, train to the same bits.
func TestTwoProcessesSameBits(t *testing.T) {
	if os.Getenv("TLKIT_BITS_CHILD") != "" {
		l := learner(t, drawPictures(t, 20), small(openDevice(t), openStore(t)))
		r, err := l.FineTune(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("bits", r.state.values.digest(sortedNames(r.state.values)))
		return
	}
	openDevice(t)
	var bits []string
	for _, cores := range []string{"1", "2"} {
		c := exec.Command(os.Args[0], "-test.run=^TestTwoProcessesSameBits$")
		c.Env = append(os.Environ(), "TLKIT_BITS_CHILD=1", "GOMAXPROCS="+cores)
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		_, rest, ok := strings.Cut(string(out), "bits ")
		if !ok {
			t.Fatalf("no digest in\n%s", out)
		}
		bits = append(bits, strings.Fields(rest)[0])
	}
	if bits[0] != bits[1] {
		t.Errorf("weights %s and %s", bits[0], bits[1])
	}
}
