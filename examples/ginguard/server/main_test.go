package main

import (
	"testing"

	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/examples/ginguard"
)

// TestEveryRouteIsGuarded names the routes that anyone may reach. Put the same
// test into your own service.
func TestEveryRouteIsGuarded(t *testing.T) {
	engine, err := newEngine()
	if err != nil {
		t.Fatal(err)
	}
	routes := ginguard.Routes(engine)
	if open := accesshttp.Unguarded(engine, routes...); len(open) > 0 || len(routes) != 2 {
		t.Errorf("of %q nobody guards %q", routes, open)
	}
}
