package testserver

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
	"sync/atomic"
)

// The ports that are given out: those from firstPort on, before that from which Linux
// takes ports for outgoing connections and for listeners on port 0. Other systems take
// them from 49152 on.
const firstPort, ports = 10_000, 32_768 - firstPort

// Where this process begins, so that processes beside each other seldom meet, and how
// many ports it has looked at.
var (
	offset = rand.IntN(ports)
	looked atomic.Int64
)

// Port returns a port of loopback on which nobody listens, and never the same twice. It
// is none of those that the system gives out by itself: between this look and the start
// of a server, and while that is down for a restart, no connection and no listener on
// port 0 gets it.
func Port() (int, error) {
	for {
		i := int(looked.Add(1)) - 1
		if i >= ports {
			return 0, errors.New("testserver: no port is left")
		}
		port := firstPort + (offset+i)%ports
		if l, err := net.Listen("tcp", address(port)); err == nil {
			return port, l.Close()
		}
	}
}

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
