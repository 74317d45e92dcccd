package device

import (
	"runtime"
	"runtime/debug"
	"testing"
)

// What the process takes is seen, and is less than the machine has.
func TestMemory(t *testing.T) {
	if runtime.GOOS != "linux" {
		if FreeMemory() != 0 || ResidentMemory() != 0 {
			t.Error("memory of a system that does not tell")
		}
		return
	}
	debug.FreeOSMemory() // else the block may lie where another was
	before, free := ResidentMemory(), FreeMemory()
	if before < 1<<20 || free < 1<<20 {
		t.Fatalf("%d resident, %d free", before, free)
	}
	stop := WatchMemory()
	block := make([]byte, 64<<20)
	for i := 0; i < len(block); i += 4096 {
		block[i] = 1
	}
	if peak := stop(); peak-before < 60<<20 {
		t.Errorf("64 MiB were taken, %d are seen", peak-before)
	}
	runtime.KeepAlive(block)
}
