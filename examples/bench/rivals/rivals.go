// Package rivals has other engines for the workload of package bench, each by
// the idiom that answered fastest. It is a module of its own, since its
// dependencies take a minute to compile.
package rivals

import "github.com/ambit-authz/ambit/examples/bench"

// Engines are cedar-go, Casbin, OPA and OpenFGA.
func Engines() []bench.Entrant {
	return []bench.Entrant{
		{Name: "cedar", Prepare: newCedar, Skip: plainOnly},
		{Name: "casbin", Prepare: newCasbin, Skip: plainOnly},
		{Name: "opa", Prepare: newOPA, Skip: plainOnly},
		{Name: "openfga", Prepare: newOpenFGA, Skip: plainOnly},
	}
}

// plainOnly leaves out the companies with ends, which none of the idioms is
// written for.
func plainOnly(s bench.Size) string {
	if s.Ends {
		return "its policy here knows no ends"
	}
	return ""
}

// must stops a measurement that cannot go on.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func check(err error) { must(struct{}{}, err) }

// ids are the texts by which an engine knows the rows of a workload.
type ids struct{ users, accounts, groups, teams []string }

func newIDs(w *bench.Workload) ids {
	var x ids
	for i := range w.Users {
		x.users = append(x.users, w.Users[i].ID)
	}
	for i := range w.Accounts {
		x.accounts = append(x.accounts, w.Accounts[i].ID)
	}
	for i := range w.Groups {
		x.groups = append(x.groups, w.Groups[i].ID)
	}
	for i := range w.Teams {
		x.teams = append(x.teams, w.Teams[i].ID)
	}
	return x
}

// inverse turns rows that refer to others around.
func inverse(n int, rows [][]int32) [][]int32 {
	all := make([][]int32, n)
	for from, row := range rows {
		for _, to := range row {
			all[to] = append(all[to], int32(from))
		}
	}
	return all
}

// teamGroups has the groups of each team.
func teamGroups(w *bench.Workload) [][]int32 {
	var all [][]int32
	for i := range w.Teams {
		all = append(all, w.Teams[i].Groups)
	}
	return all
}
