package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"transferlab/tlkit/progress"
)

// home is the hub.
const home = "https://huggingface.co"

// stall is how long a download may bring nothing before it is given up.
const stall = time.Minute

// errStalled is the end of such a one.
var errStalled = errors.New("the download has stalled; run it again, and it goes on from there")

// tries is how often a download that breaks off is resumed at once, as long as each try
// brings something.
const tries = 5

// client speaks to a hub.
type client struct {
	o     Options
	base  *url.URL
	token string
	http  *http.Client
	stall time.Duration
}

func newClient(o Options) (*client, error) {
	base, err := url.Parse(o.Endpoint)
	if err != nil || base.Host == "" || !safe(base) {
		return nil, errors.New("HF_ENDPOINT or Options.Endpoint is no https address")
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.ResponseHeaderTimeout = time.Minute
	t.MaxResponseHeaderBytes = 1 << 20
	cl := &client{o: o, base: base, token: strings.TrimSpace(os.Getenv("HF_TOKEN")), stall: stall}
	cl.http = &http.Client{Transport: t, CheckRedirect: cl.redirected}
	return cl, nil
}

// safe says whether an address may be asked: by https, or on this machine.
func safe(u *url.URL) bool {
	host := u.Hostname()
	return u.Scheme == "https" || u.Scheme == "http" && (host == "localhost" || host == "127.0.0.1" || host == "::1")
}

// redirected keeps the token from other hosts, which [http.Client] does not for those below
// the hub's own, and stays with what is safe. The headers of a file are those of the hub, not
// of the store that it redirects to.
func (cl *client) redirected(req *http.Request, via []*http.Request) error {
	own := req.URL.Host == cl.base.Host && req.URL.Scheme == cl.base.Scheme
	if !own {
		req.Header.Del("Authorization")
	}
	switch {
	case len(via) >= 10:
		return errors.New("too many redirects")
	case !own && req.Method == http.MethodHead:
		return http.ErrUseLastResponse
	case !safe(req.URL):
		return errors.New("it redirects to an address that is not https")
	}
	return nil
}

// url is the address of a file.
func (r Repo) url(o Options, name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return o.Endpoint + "/" + r.ID + "/resolve/" + url.PathEscape(r.Commit) + "/" + strings.Join(parts, "/")
}

// ask sends a request. Errors name the host and no more: addresses that the hub redirects to
// carry rights of access.
func (cl *client) ask(ctx context.Context, method, address string, from int64) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, errors.New("its address is not one")
	}
	req.Header.Set("User-Agent", "tlkit")
	req.Header.Set("Accept-Encoding", "identity")
	if cl.token != "" {
		req.Header.Set("Authorization", "Bearer "+cl.token)
	}
	if from > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
	}
	resp, err := cl.http.Do(req)
	if err == nil {
		return resp, nil
	}
	var inner *url.Error
	if errors.As(err, &inner) {
		err = inner.Err
	}
	if strings.Contains(err.Error(), "Authorization") { // a token with a line break in it
		err = errors.New("HF_TOKEN holds what no token has")
	}
	return nil, fmt.Errorf("asking %s: %w", cl.base.Host, err)
}

// status makes an error of an answer that is none.
func (cl *client) status(resp *http.Response) error {
	switch code := resp.StatusCode; {
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		if cl.token == "" {
			return fmt.Errorf("%w (%d), or has no such repository: if it is private or asks for consent, set HF_TOKEN to a token that may read it", ErrRefused, code)
		}
		return fmt.Errorf("%w (%d), or has no such repository: may the token in HF_TOKEN read it?", ErrRefused, code)
	case code == http.StatusNotFound:
		return fmt.Errorf("%w (%d)", ErrUnknown, code)
	case code == http.StatusTooManyRequests:
		return fmt.Errorf("%w: too many requests (%d); wait a while", ErrRefused, code)
	default:
		return fmt.Errorf("%w: status %d", ErrHub, code)
	}
}

// meta is what the hub says of a file.
type meta struct {
	digest string // 64 digits of SHA-256, or 40 of Git's SHA-1
	size   int64
}

func (cl *client) head(ctx context.Context, r Repo, name string) (meta, error) {
	resp, err := cl.ask(ctx, http.MethodHead, r.url(cl.o, name), 0)
	if err != nil {
		return meta{}, err
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK && (resp.StatusCode < 301 || resp.StatusCode > 308) {
		return meta{}, cl.status(resp)
	}
	return readMeta(resp.Header, resp.StatusCode == http.StatusOK, r.Commit, cl.o.MaxBytes)
}

// readMeta reads the headers; whole says that they are those of the file itself, not of a
// redirect to it.
func readMeta(h http.Header, whole bool, commit string, most int64) (meta, error) {
	if got := h.Get("X-Repo-Commit"); got != commit {
		return meta{}, fmt.Errorf("%w: it gives commit %.60q", ErrHub, got)
	}
	digest, size := h.Get("X-Linked-Etag"), h.Get("X-Linked-Size")
	if digest == "" && whole {
		digest, size = h.Get("ETag"), h.Get("Content-Length")
	}
	digest = strings.Trim(strings.TrimPrefix(digest, "W/"), `"`)
	if !isHex(digest, 64) && !isHex(digest, 40) {
		return meta{}, fmt.Errorf("%w: it gives no digest of the file but %.80q", ErrHub, digest)
	}
	n, err := strconv.ParseInt(size, 10, 64)
	if err != nil || n < 0 {
		return meta{}, fmt.Errorf("%w: it gives %.40q for the file's size", ErrHub, size)
	}
	if n > most {
		return meta{}, fmt.Errorf("%w: %d bytes, allowed are %d; Options.MaxBytes can be set higher", ErrLarge, n, most)
	}
	return meta{digest, n}, nil
}

// complete downloads into f what it lacks.
func (cl *client) complete(ctx context.Context, r Repo, name string, m meta, f *os.File) error {
	last := int64(-1)
	for try := 0; ; try++ {
		have, err := f.Seek(0, io.SeekEnd)
		if err != nil {
			return err
		}
		if have > m.size { // of something else
			if have, err = 0, f.Truncate(0); err != nil {
				return err
			}
		}
		if have == m.size {
			return nil
		}
		err = cl.more(ctx, r, name, m, f, have)
		now, seekErr := f.Seek(0, io.SeekEnd)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case seekErr != nil:
			return seekErr
		case now == m.size:
			return nil
		case err == nil:
			err = fmt.Errorf("the download ended after %d of %d bytes: %w", now, m.size, io.ErrUnexpectedEOF)
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) || now <= last || try == tries {
			return err
		}
		last = now
	}
}

// more asks for the file from a byte on and appends what comes, or begins anew where the
// hub does not resume.
func (cl *client) more(ctx context.Context, r Repo, name string, m meta, f *os.File, from int64) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	alarm := time.AfterFunc(2*cl.stall, func() { end(errStalled) }) // until the first byte comes
	defer alarm.Stop()
	resp, err := cl.ask(ctx, http.MethodGet, r.url(cl.o, name), from)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusPartialContent && strings.HasPrefix(resp.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", from)):
	case resp.StatusCode == http.StatusOK:
		from = 0
	case resp.StatusCode == http.StatusPartialContent || resp.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		_ = f.Truncate(0)
		return fmt.Errorf("%w: it does not resume where it was asked to", ErrHub)
	default:
		return cl.status(resp)
	}
	if err := f.Truncate(from); err != nil {
		return err
	}
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return err
	}
	w := &counted{w: f, n: from, event: progress.Event{Task: name, Total: m.size, Unit: "bytes"}, rep: cl.o.Progress,
		each: func() { alarm.Reset(cl.stall) }}
	_, err = io.CopyBuffer(w, io.LimitReader(resp.Body, m.size-from), make([]byte, 1<<20))
	if err != nil && context.Cause(ctx) == errStalled {
		return errStalled
	}
	return err
}

// counted reports what is written.
type counted struct {
	w     io.Writer
	n     int64
	event progress.Event
	rep   progress.Reporter
	each  func()
	last  time.Time
}

func (c *counted) Write(b []byte) (int, error) {
	c.each()
	n, err := c.w.Write(b)
	c.n += int64(n)
	if now := time.Now(); now.Sub(c.last) > 100*time.Millisecond || c.n == c.event.Total {
		c.last, c.event.Done = now, c.n
		c.rep.Report(c.event)
	}
	return n, err
}

// commit asks which commit a branch or a tag has.
func (cl *client) commit(ctx context.Context, id, branch string) (string, error) {
	resp, err := cl.ask(ctx, http.MethodGet, cl.o.Endpoint+"/api/models/"+id+"/revision/"+url.PathEscape(branch), 0)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", cl.status(resp)
	}
	var info struct {
		SHA string `json:"sha"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 64<<20)).Decode(&info); err != nil {
		return "", fmt.Errorf("%w: %v", ErrHub, err)
	}
	if !isHex(info.SHA, 40) {
		return "", fmt.Errorf("%w: it gives commit %.60q", ErrHub, info.SHA)
	}
	return info.SHA, nil
}
