package sqllogs

import (
	"math/rand/v2"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/sqllog"
	"github.com/ambit-authz/ambit/examples/testserver"
)

// TestIsolation: writers share logs under every isolation level that is the default
// of a database.
func TestIsolation(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		world  world
		option string
	}{
		"pgx repeatable read":      {worlds[1], "default_transaction_isolation=repeatable%20read"},
		"pgx serializable":         {worlds[1], "default_transaction_isolation=serializable"},
		"pq serializable":          {worlds[2], "default_transaction_isolation=serializable"},
		"MariaDB read committed":   {worlds[3], "tx_isolation=%27READ-COMMITTED%27"},
		"MariaDB serializable":     {worlds[3], "tx_isolation=%27SERIALIZABLE%27"},
		"MariaDB in the statement": {worlds[3], "interpolateParams=true"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := tt.world.place(t)
			p.store(t, p.db(t, tt.option), nil)
			crowd(t, 2, 4, 10*time.Second, func(log string) audit.Log {
				return named(t, p.store(t, p.db(t, tt.option), &sqllog.Options{Keys: func(e audit.Event) []string { return e.Targets }}), log)
			}, func(g *ledger) { g.await(t, 150) })
		})
	}
}

// proxy passes connections on and cuts each after a random number of bytes, also in
// the middle of an answer; now and then it is slow.
type proxy struct {
	to       string
	listener net.Listener
	mu       sync.Mutex
	random   *rand.Rand
	calm     bool
	cut      int
}

func newProxy(t *testing.T, to string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{to: to, listener: l, random: rand.New(rand.NewPCG(1, 2))}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.pass(c)
		}
	}()
	return p
}

func (p *proxy) address() string { return p.listener.Addr().String() }

// set makes the proxy calm, or not.
func (p *proxy) set(calm bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calm = calm
}

// draw returns how many of so many bytes pass before the connection is cut, and
// whether the next are late.
func (p *proxy) draw(bytes int) (pass int, late bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.calm || p.random.IntN(15) > 0 {
		return bytes, !p.calm && p.random.IntN(20) == 0
	}
	p.cut++
	return p.random.IntN(bytes), false
}

// pass passes one connection on.
func (p *proxy) pass(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.to)
	if err != nil {
		return
	}
	defer server.Close()
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{client, server}, {server, client}} {
		both.Go(func() {
			p.copy(way[1], way[0])
			client.Close()
			server.Close()
		})
	}
	both.Wait()
}

// copy copies one way of a connection until it is cut or ends.
func (p *proxy) copy(to, from net.Conn) {
	part := make([]byte, 4096)
	for {
		n, err := from.Read(part)
		if err != nil {
			return
		}
		pass, late := p.draw(n)
		if late {
			<-time.After(5 * time.Millisecond)
		}
		if _, err := to.Write(part[:pass]); err != nil || pass < n {
			return
		}
	}
}

// TestProxy: connections are cut at any byte, while four writers share two logs.
func TestProxy(t *testing.T) {
	t.Parallel()
	for _, w := range worlds[1:] {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			place := w.place(t)
			place.store(t, place.db(t), nil)
			p := newProxy(t, place.server.Address())
			p.calm = true
			g := crowd(t, 2, 4, 300*time.Millisecond, func(log string) audit.Log {
				return named(t, place.store(t, place.dbAt(t, p.address()), nil), log)
			}, func(g *ledger) {
				p.set(false)
				g.await(t, 300)
				p.set(true)
			})
			if p.cut == 0 || g.count() == 0 {
				t.Errorf("%d connections were cut", p.cut)
			}
			t.Log(p.cut, "connections were cut")
		})
	}
}

// TestKill: the server is killed, and one of its processes, while four writers share
// two logs.
func TestKill(t *testing.T) {
	t.Parallel()
	for _, w := range []world{worlds[1], worlds[3]} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			w.server = func() (*testserver.Server, error) { return newServer(testserver.Kind(w.dialect.String())) }
			p := w.place(t)
			p.store(t, p.db(t), nil)
			crowd(t, 2, 4, 2*time.Second, func(log string) audit.Log {
				return named(t, p.store(t, p.db(t), nil), log)
			}, func(g *ledger) {
				for round := range 3 {
					g.await(t, 100)
					if backends := p.server.Processes(); round == 1 && len(backends) > 0 {
						syscall.Kill(backends[len(backends)-1], syscall.SIGKILL) // the server starts all of them again
					} else {
						p.server.Kill()
						if err := p.server.Start(); err != nil {
							t.Fatal(err)
						}
					}
					g.await(t, 1)
				}
				g.await(t, 50)
			})
		})
	}
}
