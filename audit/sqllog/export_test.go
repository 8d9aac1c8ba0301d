package sqllog

import "slices"

// Words returns what each statement of a dialect does, by its text, for a store
// with the usual prefix.
func Words(dialect Dialect, accept ...string) map[string]string {
	d := dialect.dialect()
	s := d.bound("ambit_", d.guard(accept))
	words := map[string]string{
		s.insert: "insert", s.insertNext: "insert", s.free: "free", s.freeNext: "free", s.hash: "hash", s.head: "head", s.page: "page",
		s.find: "find", s.names: "names", s.keep: "keep", s.kept: "kept", s.now: "now", s.version: "version", s.migrated: "migrated",
		d.bind(d.columns, "ambit_", ""): "columns", d.bind(d.settings, "ambit_", ""): "settings", d.prepare: "prepare",
		d.bind(d.begin, "ambit_", ""): "begin", d.bind(d.lock, "ambit_", ""): "lock", d.commit: "end", d.rollback: "end",
	}
	delete(words, "")
	return words
}

// Entries returns how the statement that stores keys begins.
func Entries(dialect Dialect) string {
	d := dialect.dialect()
	return d.bound("ambit_", "").entries
}

// Settings returns the names of the settings that rules are about, sorted, and of
// those that each append asks again.
func Settings(dialect Dialect) (all, asked []string) {
	for _, r := range dialect.dialect().rules {
		all = append(all, r.setting)
		if r.guard != "" {
			asked = append(asked, r.setting)
		}
	}
	slices.Sort(all)
	slices.Sort(asked)
	return all, asked
}

// Guard returns the condition of each append.
func Guard(dialect Dialect, accept ...string) string { return dialect.dialect().guard(accept) }

// Watches returns how many logs are watched.
func (s *Store) Watches() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.waits)
}
