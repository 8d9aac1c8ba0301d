package rowsecurity

import "context"

// DatabaseOfExample makes a database with rows, and returns what connects to it as a
// role.
func DatabaseOfExample() (dsn func(role string) string, err error) {
	s, err := shared()
	if err != nil {
		return nil, err
	}
	ctx, name := context.Background(), "example"
	return func(role string) string { return s.dsn(role, name) }, s.database(ctx, name,
		"INSERT INTO spend VALUES (1, 'us-1', '2026-01-01', 10), (2, 'de-1', '2026-01-01', 5)")
}
