package main

import (
	"testing"

	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/examples/echoguard"
)

// TestEveryRouteIsGuarded names the routes that anyone may reach. Put the same
// test into your own service.
func TestEveryRouteIsGuarded(t *testing.T) {
	e, err := newEcho()
	if err != nil {
		t.Fatal(err)
	}
	routes := echoguard.Routes(e)
	if open := accesshttp.Unguarded(e, routes...); len(open) > 0 || len(routes) != 2 {
		t.Errorf("of %q nobody guards %q", routes, open)
	}
}
