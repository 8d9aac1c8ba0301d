package grpcguard

import "google.golang.org/grpc"

// Interceptors returns what Options hands to a server, for tests that mount it
// wrongly.
func (g *Guard) Interceptors(t Table) (grpc.UnaryServerInterceptor, grpc.StreamServerInterceptor) {
	return g.unary(t), g.stream(t)
}
