// Package testserver starts PostgreSQL and MariaDB for tests, from the programs that
// .ci/servers installs: each with data of its own, on a port of loopback, until the
// tests are over.
//
//	var shared = sync.OnceValues(func() (*testserver.Server, error) {
//		return testserver.New(testserver.PostgreSQL, "-c", "fsync=off")
//	})
//
//	func TestMain(m *testing.M) {
//		defer testserver.StopAll() // and the test program ends with what Run returned
//		m.Run()
//	}
//
//	func TestIt(t *testing.T) {
//		s := testserver.Need(t, shared)
//		…
//
// The users postgres and root need no password.
package testserver
