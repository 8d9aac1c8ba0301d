package bench

// Engine decides the questions of a workload.
type Engine interface {
	Decide(q *Question) bool
}

// Lister is an engine that lists, and takes changes of memberships. Rows are
// positions in the tables of the workload.
type Lister interface {
	Engine

	// Accounts returns the accounts that a user sees, each once, in any order.
	Accounts(user int) []string

	// Who returns the users who see an account, each once, in any order.
	Who(account int) []string

	// Move takes a user out of one team and puts them into another, for good. The
	// next decision knows.
	Move(user, from, to int)
}

// Editor is an engine that makes the other changes too. The next decision knows
// of each.
type Editor interface {
	Lister
	SetSeesAll(user int, all bool)
	SetAccount(account int, country, channel int32)
	SetFilter(group int, f Filter)
	Attach(team, group int)
	Detach(team, group int)
	RemoveTeam(team int)
	RestoreTeam(team int) // the one just removed; costs what it likes
}

// Ender is an engine that knows of ends.
type Ender interface {
	SetUntil(user int, until int64) // 0 is no end
}

// Viewer is an engine that prepares the accounts of a user, to be asked about
// one by one.
type Viewer interface {
	View(user int) func(account string) bool
}

// Explainer is an engine that says why, and what would help.
type Explainer interface {
	Explain(q *Question) (remedies int)
}

// Previewer is an engine that says what a filter would match.
type Previewer interface {
	Preview(f Filter) (accounts int)
}

// Closer is an engine that must be shut down.
type Closer interface{ Close() }

// Entrant is an engine to compare.
type Entrant struct {
	Name string

	// Prepare makes what the engine loads from, unless that is the tables; it is
	// not measured. Loading is.
	Prepare func(w *Workload) (load func() (Engine, error))

	// Skip says why the engine is not measured at a size, "" if it is.
	Skip func(s Size) string
}

// Engines are those of this module: hand-written string maps, Ambit,
// hand-written integers, one map look-up.
func Engines() []Entrant {
	return []Entrant{
		{Name: "hand", Prepare: func(w *Workload) func() (Engine, error) {
			return func() (Engine, error) { return newHand(w), nil }
		}},
		{Name: "ambit", Prepare: prepareAmbit},
		{Name: "hand-int", Prepare: func(w *Workload) func() (Engine, error) {
			return func() (Engine, error) { return newHandInt(w), nil }
		}, Skip: func(s Size) string {
			if s.Ends {
				return "it knows no ends"
			}
			return ""
		}},
		{Name: "floor", Prepare: func(w *Workload) func() (Engine, error) {
			return func() (Engine, error) { return newFloor(w), nil }
		}},
	}
}
