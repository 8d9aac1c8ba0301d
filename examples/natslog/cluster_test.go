package natslog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// built returns the server, built from what go.mod names.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "ambit-nats")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "nats-server")
	if out, err := exec.Command("go", "build", "-o", path, "github.com/nats-io/nats-server/v2").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// clusters are those that were started, to be stopped by TestMain.
var clusters struct {
	mu  sync.Mutex
	all []*cluster
}

func TestMain(m *testing.M) {
	code := m.Run()
	clusters.mu.Lock()
	defer clusters.mu.Unlock()
	for _, c := range clusters.all {
		c.stop()
	}
	if path, err := built(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// cluster is a cluster of servers on loopback, whose routes go through proxies.
type cluster struct {
	dir   string
	nodes []*node
}

// node is a server.
type node struct {
	name                 string
	client, route, http  int
	proxy                *proxy // of the routes to it
	config, log, program string

	mu    sync.Mutex
	cmd   *exec.Cmd     // nil while it is not meant to run
	ended chan struct{} // closed when cmd has
}

// hang is after how long a test gives up on what should come. It ends what hangs, and
// is no measure of what is slow.
const hang = 3 * time.Minute

// newCluster starts a cluster of so many nodes, with more lines in the configuration
// of each, and waits until it is ready. If a node ends, somebody else took one of its
// ports: then it tries other ones.
func newCluster(size int, sync, more string) (*cluster, error) {
	for try := 1; ; try++ {
		c, err := makeCluster(size, sync, more)
		if c == nil {
			return nil, err
		}
		if err == nil {
			err = c.ready()
		}
		if err == nil {
			return c, nil
		}
		c.stop()
		if !errors.Is(err, errEnded) || try == 5 {
			return nil, err
		}
	}
}

// errEnded: a node that should run does not.
var errEnded = errors.New("a node ended")

// ready waits until each node says that it is healthy, which it does when it has the
// others and their leader.
func (c *cluster) ready() error {
	ctx, cancel := context.WithTimeout(context.Background(), hang)
	defer cancel()
	for _, n := range c.nodes {
		for !n.healthy(ctx) {
			select {
			case <-n.ended:
				return fmt.Errorf("%w: %s", errEnded, n.tail())
			case <-ctx.Done():
				return fmt.Errorf("node %s is not ready: %w: %s", n.name, ctx.Err(), n.tail())
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	return nil
}

func (n *node) healthy(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/healthz", n.http), nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode == http.StatusOK
}

// tail returns the end of what a node logged.
func (n *node) tail() string {
	text, err := os.ReadFile(n.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}

// makeCluster starts the nodes of a cluster. What it returns is to be stopped, also
// beside an error.
func makeCluster(size int, sync, more string) (*cluster, error) {
	program, err := built()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "ambit-nats")
	if err != nil {
		return nil, err
	}
	c := &cluster{dir: dir}
	clusters.mu.Lock()
	clusters.all = append(clusters.all, c)
	clusters.mu.Unlock()
	for i := range size {
		ports, err := freePorts(3)
		if err != nil {
			return c, err
		}
		name := fmt.Sprint("n", i+1)
		n := &node{name: name, client: ports[0], route: ports[1], http: ports[2], program: program}
		n.config, n.log = filepath.Join(dir, name+".conf"), filepath.Join(dir, name+".log")
		if n.proxy, err = newProxy(name, n.route); err != nil {
			return c, err
		}
		c.nodes = append(c.nodes, n)
	}
	for _, n := range c.nodes {
		if err := os.WriteFile(n.config, []byte(c.text(n, sync, more)), 0o600); err != nil {
			return c, err
		}
		if err := n.start(); err != nil {
			return c, err
		}
	}
	return c, nil
}

// text returns the configuration of a node.
func (c *cluster) text(n *node, sync, more string) string {
	text := fmt.Sprintf("server_name: %s\nlisten: 127.0.0.1:%d\nhttp: 127.0.0.1:%d\n%s\njetstream {store_dir: %q, max_mem: 256MB, max_file: 8GB, sync_interval: %s}\n",
		n.name, n.client, n.http, more, filepath.Join(c.dir, n.name), sync)
	if len(c.nodes) == 1 {
		return text
	}
	var routes []string
	for _, other := range c.nodes {
		if other != n {
			routes = append(routes, fmt.Sprintf("nats-route://127.0.0.1:%d", other.proxy.port()))
		}
	}
	return text + fmt.Sprintf("cluster {name: c, listen: 127.0.0.1:%d, advertise: \"127.0.0.1:%d\", pool_size: -1, routes: [%s]}\n",
		n.route, n.proxy.port(), strings.Join(routes, ", "))
}

func (n *node) start() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	log, err := os.OpenFile(n.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd, ended := exec.Command(n.program, "-c", n.config), make(chan struct{})
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	n.cmd, n.ended = cmd, ended
	go func() {
		cmd.Wait()
		close(ended)
	}()
	return nil
}

// kill ends the process at once, as kill -9 does.
func (n *node) kill() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cmd != nil {
		n.cmd.Process.Kill()
		<-n.ended
		n.cmd = nil
	}
}

// signal sends SIGSTOP or SIGCONT.
func (n *node) signal(s syscall.Signal) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cmd.Process.Signal(s)
}

func (c *cluster) stop() {
	for _, n := range c.nodes {
		n.kill()
		n.proxy.close()
	}
	os.RemoveAll(c.dir)
}

// cut cuts a node off from the others, and heals that.
func (c *cluster) cut(n *node)  { c.each(func(p *proxy) { p.cut(n.name) }) }
func (c *cluster) heal(n *node) { c.each(func(p *proxy) { p.heal(n.name) }) }
func (c *cluster) each(f func(*proxy)) {
	for _, n := range c.nodes {
		f(n.proxy)
	}
}

// urls are the addresses of nodes for clients.
func urls(nodes ...*node) string {
	var all []string
	for _, n := range nodes {
		all = append(all, fmt.Sprintf("nats://127.0.0.1:%d", n.client))
	}
	return strings.Join(all, ",")
}

// monitors are the monitoring addresses of all nodes.
func (c *cluster) monitors() []string {
	var all []string
	for _, n := range c.nodes {
		all = append(all, fmt.Sprintf("http://127.0.0.1:%d/", n.http))
	}
	return all
}

// connect connects to the first of some nodes, to the next one when that breaks, and
// to no others.
func connect(t testing.TB, nodes ...*node) jetstream.JetStream {
	t.Helper()
	nc, err := nats.Connect(urls(nodes...), nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond), nats.RetryOnFailedConnect(true),
		nats.DontRandomize(), nats.IgnoreDiscoveredServers(), nats.Timeout(time.Second), nats.PingInterval(time.Second), nats.MaxPingsOutstanding(2))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	for deadline := time.Now().Add(hang); !nc.IsConnected(); {
		if time.Now().After(deadline) {
			t.Fatal("no connection")
		}
		pause(t.Context())
	}
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

// pause waits a moment, between two looks at something that takes its time.
func pause(ctx context.Context) {
	select {
	case <-time.After(20 * time.Millisecond):
	case <-ctx.Done():
	}
}

// The clusters that most tests share. A test that stops nodes has one of its own.
var (
	shared = sync.OnceValues(func() (*cluster, error) { return newCluster(3, "always", "max_payload: 4MB") })
	alone  = sync.OnceValues(func() (*cluster, error) { return newCluster(1, "always", "") })
)

func need(t testing.TB, start func() (*cluster, error)) *cluster {
	t.Helper()
	c, err := start()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// create makes a stream and opens it, when the cluster is ready.
func create(t testing.TB, js jetstream.JetStream, o *Options) *Store {
	t.Helper()
	for deadline := time.Now().Add(hang); ; pause(t.Context()) {
		s, err := Create(t.Context(), js, o)
		if err == nil {
			return s
		}
		if time.Now().After(deadline) || errors.Is(err, ErrForeign) {
			t.Fatal(err)
		}
	}
}

// open opens a stream through some nodes, when they answer.
func open(t testing.TB, o *Options, nodes ...*node) *Store {
	t.Helper()
	js := connect(t, nodes...)
	for deadline := time.Now().Add(hang); ; pause(t.Context()) {
		s, err := Open(t.Context(), js, o)
		if err == nil {
			return s
		}
		if time.Now().After(deadline) || !errors.Is(err, ErrNoAnswer) {
			t.Fatal(err)
		}
	}
}

// freePorts returns ports of loopback on which nobody listens. The system gives out
// ports from 32768 on by itself, so while a node is down nobody gets its ports.
func freePorts(n int) ([]int, error) {
	var ports []int
	for range 1000 {
		port := 10_000 + rand.IntN(22_000)
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		defer l.Close() // so that each is another one
		if ports = append(ports, port); len(ports) == n {
			return ports, nil
		}
	}
	return nil, errors.New("no port is free")
}
