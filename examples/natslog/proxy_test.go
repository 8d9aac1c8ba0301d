package natslog

import (
	"fmt"
	"io"
	"net"
	"regexp"
	"sync"
)

// proxy is what the routes to one node go through. It learns who dials from what they
// send first, so that the routes of one node can be cut and those of the others stay.
type proxy struct {
	name     string // of the node after it
	target   string
	listener net.Listener

	mu    sync.Mutex
	off   map[string]bool // nodes that are cut off
	links map[*link]bool
}

// link is a connection of two nodes.
type link struct {
	from    string // "" until it is known
	in, out net.Conn
}

func newProxy(name string, port int) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{name: name, target: fmt.Sprintf("127.0.0.1:%d", port), listener: l, off: make(map[string]bool), links: make(map[*link]bool)}
	go p.accept()
	return p, nil
}

func (p *proxy) port() int { return p.listener.Addr().(*net.TCPAddr).Port }

func (p *proxy) accept() {
	for {
		in, err := p.listener.Accept()
		if err != nil {
			return
		}
		go p.serve(in)
	}
}

func (p *proxy) serve(in net.Conn) {
	out, err := net.Dial("tcp", p.target)
	if err != nil {
		in.Close()
		return
	}
	k := &link{in: in, out: out}
	p.mu.Lock()
	p.links[k] = true
	p.mu.Unlock()
	defer p.drop(k)
	if !p.allowed(k) {
		return
	}
	go func() {
		io.Copy(in, out)
		p.drop(k)
	}()
	var first []byte
	buffer := make([]byte, 64<<10)
	for {
		n, err := in.Read(buffer)
		if err != nil {
			return
		}
		if k.from == "" {
			if first = append(first, buffer[:n]...); !p.learn(k, first) {
				return
			}
		}
		if _, err := out.Write(buffer[:n]); err != nil {
			return
		}
	}
}

var serverName = regexp.MustCompile(`"server_name":"(\w+)"`)

// learn finds out who dials, and reports whether they may.
func (p *proxy) learn(k *link, first []byte) bool {
	if match := serverName.FindSubmatch(first); match != nil {
		p.mu.Lock()
		k.from = string(match[1])
		p.mu.Unlock()
	}
	return p.allowed(k)
}

func (p *proxy) allowed(k *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.off[p.name] && !p.off[k.from]
}

func (p *proxy) drop(k *link) {
	k.in.Close()
	k.out.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.links, k)
}

// cut cuts the routes of a node.
func (p *proxy) cut(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.off[name] = true
	for k := range p.links {
		if name == p.name || name == k.from {
			k.in.Close()
			k.out.Close()
		}
	}
}

func (p *proxy) heal(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.off, name)
}

func (p *proxy) close() {
	p.listener.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for k := range p.links {
		k.in.Close()
		k.out.Close()
	}
}
