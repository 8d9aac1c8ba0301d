package company

import "github.com/ambit-authz/ambit/audit"

// LogName returns the name of a type of change in the log, and "" for what is
// none.
func LogName(c Change) string {
	if row := rowOf(c); row != nil {
		return row.name
	}
	return ""
}

// LogNames returns the names of all types of change that a host can make, in
// byte order.
func LogNames() []string {
	var all []string
	for _, c := range ChangeTypes() {
		all = append(all, LogName(c))
	}
	return all
}

// SystemsByName returns [Config.Systems] with the types of the given names.
func SystemsByName(names map[string][]string) map[string]SystemConfig {
	systems := make(map[string]SystemConfig, len(names))
	for system, all := range names {
		var may SystemConfig
		for _, name := range all {
			may.Changes = append(may.Changes, rowNamed(name).zero)
		}
		systems[system] = may
	}
	return systems
}

// TargetsOf returns the targets that an event of recorded changes has. Of what
// cannot be read it returns none.
func TargetsOf(records ...audit.Change) []string {
	var changes []Change
	for _, r := range records {
		if c, err := parseRecord(r); err == nil {
			changes = append(changes, c)
		}
	}
	return targetsOf(changes)
}
