package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

// JupyterLab serves on the loopback address, to those who have the token, and knows the
// kernel with its logo and the chart library.
func TestLabServes(t *testing.T) {
	p, err := here()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(p.Python()); err != nil {
		why := "JupyterLab is not installed: run make setup"
		if os.Getenv("TLKIT_REQUIRE") == "all" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- lab(ctx, p, "127.0.0.1", 0, w) }()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(strings.TrimSpace(strings.TrimPrefix(line, "JupyterLab: ")))
	if err != nil || u.Hostname() != "127.0.0.1" || len(u.Query().Get("token")) < 32 {
		t.Fatal(line, err)
	}
	get := func(path, token string) (int, string) {
		req, err := http.NewRequest(http.MethodGet, "http://"+u.Host+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			req.Header.Set("Authorization", "token "+token)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0, err.Error()
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(b)
	}
	token := u.Query().Get("token")
	status := 0
	for range 200 {
		if status, _ = get("/api/status", token); status == http.StatusOK {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if status != http.StatusOK {
		t.Fatal("it does not serve:", status)
	}
	if status, _ := get("/api/contents", ""); status != http.StatusForbidden {
		t.Error("without a token:", status)
	}
	if status, body := get("/api/kernelspecs", token); status != http.StatusOK || !strings.Contains(body, `"Go (tlkit)"`) || !strings.Contains(body, "logo-64x64.png") {
		t.Error(status, body)
	}
	if status, body := get("/kernelspecs/tlkit/echarts.min.js", token); status != http.StatusOK || len(body) < 500_000 {
		t.Error("chart library:", status, len(body))
	}
	if status, body := get("/lab", token); status != http.StatusOK || !strings.Contains(body, "jupyter-config-data") {
		t.Error("lab:", status)
	}
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(15 * time.Second):
		t.Error("it does not stop")
	}
	if status, _ := get("/api/status", token); status != 0 {
		t.Error("it still serves")
	}
}
