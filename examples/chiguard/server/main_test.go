package main

import (
	"testing"

	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/examples/chiguard"
)

// TestEveryRouteIsGuarded names the routes that anyone may reach. Put the same
// test into your own service.
func TestEveryRouteIsGuarded(t *testing.T) {
	r, err := newRouter()
	if err != nil {
		t.Fatal(err)
	}
	routes := chiguard.Routes(r)
	if open := accesshttp.Unguarded(r, routes...); len(open) > 0 || len(routes) != 2 {
		t.Errorf("of %q nobody guards %q", routes, open)
	}
}
