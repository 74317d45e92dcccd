package finetune

import (
	"bytes"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"
)

// watchMemory samples the resident set of the process until stop is called, which
// returns the highest sample in bytes, or 0 where the system does not tell. It is the
// whole process's memory: the backend's libraries and whatever else is loaded count.
func watchMemory() (stop func() int64) {
	var peak atomic.Int64
	note := func() {
		if r := residentBytes(); r > peak.Load() {
			peak.Store(r)
		}
	}
	note()
	done := make(chan struct{})
	go func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				note()
			}
		}
	}()
	return func() int64 {
		close(done)
		note()
		return peak.Load()
	}
}

// residentBytes reads /proc/self/statm (Linux): its second number counts resident pages.
func residentBytes() int64 {
	if runtime.GOOS != "linux" {
		return 0
	}
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	f := bytes.Fields(b)
	if len(f) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(string(f[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
