// Package bench puts Ambit beside what people would write by hand, on one
// workload and in one run. README.md has the figures and their commands.
package bench

import (
	"fmt"
	"math/rand/v2"
)

// Size is how large the company is.
type Size struct {
	Name                           string
	Users, Accounts, Groups, Teams int
}

// The sizes. Large takes some gigabytes and a minute to load.
var (
	Medium = Size{"M", 10_000, 20_000, 1_000, 500}
	Large  = Size{"L", 1_000_000, 1_000_000, 50_000, 20_000}
)

// A user in ten sees all data.
const everyNthSeesAll = 10

// Workload is a company as plain tables, the way a service has it. It is the
// same for the same size, on every machine.
type Workload struct {
	Size
	Users    []User
	Accounts []Account
	Groups   []Group
	Teams    []Team
	Pairs    []Pair // questions, shuffled, half of them allowed
}

// User is a row of the users' table.
type User struct {
	ID      string
	SeesAll bool
	Teams   []string
}

// Account is a row of the accounts' table.
type Account struct{ ID, Country, Channel string }

// Group matches the accounts of one country and one channel.
type Group struct{ ID, Country, Channel string }

// Team is a row of the teams' table.
type Team struct {
	ID     string
	Groups []string
}

// Pair is a question: does the user see the account?
type Pair struct {
	User, Account string
	Want          bool
}

// NewWorkload makes the company of a size, with 65,536 questions.
func NewWorkload(s Size) *Workload {
	r := rand.New(rand.NewPCG(7, uint64(s.Users)))
	// Two groups for each country and channel, so that groups overlap.
	channels := 20
	countries := s.Groups / 2 / channels
	country := func(i int) string { return fmt.Sprintf("c%03d", i%countries) }
	channel := func(i int) string { return fmt.Sprintf("k%02d", i%channels) }
	w := &Workload{Size: s}
	for i := range s.Accounts {
		cell := r.IntN(countries * channels)
		w.Accounts = append(w.Accounts, Account{fmt.Sprintf("a%07d", i), country(cell), channel(cell / countries)})
	}
	for i := range s.Groups {
		w.Groups = append(w.Groups, Group{fmt.Sprintf("g%07d", i), country(i), channel(i / countries)})
	}
	for i := range s.Teams {
		t := Team{ID: fmt.Sprintf("t%07d", i)}
		for _, g := range distinct(r, 3+r.IntN(5), s.Groups) {
			t.Groups = append(t.Groups, w.Groups[g].ID)
		}
		w.Teams = append(w.Teams, t)
	}
	for i := range s.Users {
		u := User{ID: fmt.Sprintf("u%07d", i), SeesAll: i%everyNthSeesAll == 0}
		if !u.SeesAll {
			for _, t := range distinct(r, 1+r.IntN(3), s.Teams) {
				u.Teams = append(u.Teams, w.Teams[t].ID)
			}
		}
		w.Users = append(w.Users, u)
	}
	w.ask(r, 1<<16)
	return w
}

// distinct returns n different numbers below limit.
func distinct(r *rand.Rand, n, limit int) []int {
	seen := make(map[int]bool, n)
	var all []int
	for len(all) < n {
		if i := r.IntN(limit); !seen[i] {
			seen[i] = true
			all = append(all, i)
		}
	}
	return all
}

// ask makes n questions of users who see their teams' data, half of them
// allowed. The answers come from the tables alone.
func (w *Workload) ask(r *rand.Rand, n int) {
	type cell struct{ country, channel string }
	inCell := make(map[cell][]string)
	of := make(map[string]cell)
	for _, a := range w.Accounts {
		of[a.ID] = cell{a.Country, a.Channel}
		inCell[of[a.ID]] = append(inCell[of[a.ID]], a.ID)
	}
	matches := make(map[string]cell)
	for _, g := range w.Groups {
		matches[g.ID] = cell{g.Country, g.Channel}
	}
	groups := make(map[string][]string)
	for _, t := range w.Teams {
		groups[t.ID] = t.Groups
	}
	for len(w.Pairs) < n {
		u := w.Users[r.IntN(len(w.Users))]
		if u.SeesAll {
			continue
		}
		visible := make(map[cell]bool) // never all of them: a user is in three teams at most
		var cells []cell
		for _, t := range u.Teams {
			for _, g := range groups[t] {
				if c := matches[g]; !visible[c] && len(inCell[c]) > 0 {
					visible[c] = true
					cells = append(cells, c)
				}
			}
		}
		in := inCell[cells[r.IntN(len(cells))]]
		account := in[r.IntN(len(in))]
		for len(w.Pairs)%2 == 1 && visible[of[account]] {
			account = w.Accounts[r.IntN(len(w.Accounts))].ID
		}
		w.Pairs = append(w.Pairs, Pair{u.ID, account, visible[of[account]]})
	}
	r.Shuffle(len(w.Pairs), func(i, j int) { w.Pairs[i], w.Pairs[j] = w.Pairs[j], w.Pairs[i] })
}
