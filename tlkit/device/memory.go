package device

import (
	"bytes"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"

	"transferlab/tlkit/device/blocks"
)

// WatchMemory samples the resident set of the process until stop is called, which
// returns the highest sample in bytes, or 0 where the system does not tell. It is the
// whole process's memory: the backend's libraries and whatever else is loaded count.
func WatchMemory() (stop func() int64) {
	var peak atomic.Int64
	note := func() {
		if r := ResidentMemory(); r > peak.Load() {
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

// ReleaseMemory gives back the memory that XLA's plugin for the CPU keeps to work in the
// next time ([blocks]). The computation after it is a little slower, no more.
func ReleaseMemory() { blocks.Release() }

// ResidentMemory is what the process holds of the machine's memory, in bytes; 0 where the
// system does not tell. On Linux it reads /proc/self/statm, whose second number counts
// resident pages.
func ResidentMemory() int64 {
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

// FreeMemory is what the machine can still give to programs, in bytes, whatever it keeps in
// caches included; 0 where the system does not tell. Where a container limits the process's
// memory, that counts too. It is main memory, not a GPU's.
func FreeMemory() int64 {
	if runtime.GOOS != "linux" {
		return 0
	}
	b, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	free := int64(0)
	for line := range bytes.Lines(b) {
		if f := bytes.Fields(line); len(f) == 3 && string(f[0]) == "MemAvailable:" {
			free = 1024 * number(f[1])
		}
	}
	limit, used := groupNumber("memory.max"), groupNumber("memory.current")
	if limit > 0 && used > 0 {
		free = min(free, max(limit-used, 0))
	}
	return free
}

// groupNumber reads a number of the process's control group, version 2; 0 where it has none,
// or no limit ("max").
func groupNumber(name string) int64 {
	b, err := os.ReadFile("/sys/fs/cgroup/" + name)
	if err != nil {
		return 0
	}
	return number(bytes.TrimSpace(b))
}

func number(b []byte) int64 {
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
