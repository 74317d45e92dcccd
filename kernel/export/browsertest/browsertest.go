// Package browsertest opens a page in headless Chromium with the network blocked, for tests.
package browsertest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Options sets how the page is opened.
type Options struct {
	NoScripts     bool // JavaScript off
	Dark          bool // the person prefers dark colours
	Width, Height int  // 0 means 1280 × 900
}

// Page is an open page and what was seen while it loaded.
type Page struct {
	Ctx context.Context // for chromedp.Run

	mu       sync.Mutex
	trouble  []string
	requests []string
}

// Trouble returns console errors, exceptions, policy violations and failed requests so far.
func (p *Page) Trouble() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.trouble...)
}

// Requests returns every address asked for, but the page's own file and data within it.
func (p *Page) Requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.requests...)
}

// Open opens the file. Without a browser the test is skipped with the reason, or fails where the environment
// variable TLKIT_REQUIRE is "all".
func Open(t testing.TB, file string, o Options) *Page {
	t.Helper()
	path, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	if o.Width == 0 {
		o.Width, o.Height = 1280, 900
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browser(t)), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND"))
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewExecAllocator(ctx, flags...)
	t.Cleanup(stop)
	ctx, done := chromedp.NewContext(ctx)
	t.Cleanup(done)
	p := &Page{Ctx: ctx}
	address := (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
	if err := p.listen(address); err != nil {
		t.Fatalf("starting the browser: %v", err)
	}
	scheme := "light"
	if o.Dark {
		scheme = "dark"
	}
	_, err1 := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	_, err2 := chromedp.Call(ctx, log.Enable, cdp.Empty{})
	_, err3 := chromedp.Call(ctx, runtime.Enable, cdp.Empty{})
	_, err4 := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	_, err5 := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: o.NoScripts})
	err6 := chromedp.Do(ctx, chromedp.EmulateViewport(int64(o.Width), int64(o.Height)), chromedp.Navigate(address),
		chromedp.Sleep(settle))
	if err := errors.Join(err1, err2, err3, err4, err5, err6); err != nil {
		t.Fatalf("opening %s in the browser: %v", file, err)
	}
	return p
}

// settle is how long late requests and drawings are waited for.
const settle = 700 * time.Millisecond

func (p *Page) listen(address string) error {
	return chromedp.Listen(p.Ctx, func(ev any) {
		p.mu.Lock()
		defer p.mu.Unlock()
		switch ev := ev.(type) {
		case *network.EventRequestWillBeSent:
			u := ev.Request.URL
			if u != address && !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "blob:") {
				p.requests = append(p.requests, u)
			}
		case *network.EventLoadingFailed:
			p.trouble = append(p.trouble, "request failed: "+ev.ErrorText)
		case *log.EventEntryAdded:
			if ev.Entry.Level == log.EntryLevelError || ev.Entry.Level == log.EntryLevelWarning {
				p.trouble = append(p.trouble, fmt.Sprintf("log %s: %s", ev.Entry.Level, ev.Entry.Text))
			}
		case *runtime.EventConsoleAPICalled:
			if ev.Type == runtime.ConsoleAPICalledTypeError || ev.Type == runtime.ConsoleAPICalledTypeWarning {
				var words []string
				for _, a := range ev.Args {
					words = append(words, string(a.Value)+a.Description)
				}
				p.trouble = append(p.trouble, "console: "+strings.Join(words, " "))
			}
		case *runtime.EventExceptionThrown:
			p.trouble = append(p.trouble, "exception: "+fmt.Sprintf("%s %+v", ev.ExceptionDetails.Text, ev.ExceptionDetails.Exception))
		}
	})
}

// Eval evaluates JavaScript in the page and waits for a promise, also where the page's own scripts are off.
func Eval[T any](t testing.TB, p *Page, js string) T {
	t.Helper()
	v, err := chromedp.Run(p.Ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("evaluating %s: %v", js, err)
	}
	return v
}

func browser(t testing.TB) string {
	t.Helper()
	for _, name := range []string{os.Getenv("TLKIT_CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if name == "" {
			continue
		}
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const remedy = "no Chromium found: install it (Debian: apt-get install chromium), or name one in TLKIT_CHROMIUM"
	if os.Getenv("TLKIT_REQUIRE") == "all" {
		t.Fatal(remedy)
	}
	t.Skip(remedy)
	return ""
}
