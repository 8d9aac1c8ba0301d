package diff

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// TestCountLaw compares counts with what each user sees, account by account.
func TestCountLaw(t *testing.T) {
	hits := map[string]int{}
	for round := 0; round == 0 || !testing.Short() && round < 20 && (hits["gained"] == 0 || hits["lost"] == 0 || hits["many"] == 0 || hits["cut"] == 0); round++ {
		rapid.Check(t, func(rt *rapid.T) {
			d := worldGen{rt}
			at := time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)
			old, next := compile(t, d.document()).At(at), compile(t, d.document()).At(at)
			accounts := []datagroup.AccountID{"a1", "a2", "a3", "none"}
			if d.chance(2, "many") { // so many that it makes views
				accounts = append(accounts, "b1", "b2", "b3", "b4", "b5", "b6")
				hits["many"]++
			}
			users := []team.UserID{"u3", "u1", "u2", "u1", "nobody"}
			var want []AccountCount
			for _, u := range []team.UserID{"nobody", "u1", "u2", "u3"} {
				n := AccountCount{User: u}
				for _, a := range accounts {
					had := old.Decide(access.User(u), access.ViewAccount, access.Account(a)).Allowed
					switch has := next.Decide(access.User(u), access.ViewAccount, access.Account(a)).Allowed; {
					case has && !had:
						n.Gained++
						hits["gained"]++
					case had && !has:
						n.Lost++
						hits["lost"]++
					}
				}
				if n.Gained+n.Lost > 0 {
					want = append(want, n)
				}
			}
			if got, left := CountAccounts(old, next, slices.Values(users), accounts, math.MaxInt); left == 0 || !slices.Equal(got, want) {
				rt.Fatalf("counted %v, want %v", got, want)
			}
			most := rapid.IntRange(0, 1000).Draw(rt, "most")
			got, left := CountAccounts(old, next, slices.Values(users), accounts, most)
			if left > 0 && !slices.Equal(got, want) || left > most {
				rt.Fatalf("in %d steps, of which %d are left: counted %v, want %v", most, left, got, want)
			}
			for _, n := range got {
				if i := slices.IndexFunc(want, func(w AccountCount) bool { return w.User == n.User }); i < 0 || n.Gained > want[i].Gained || n.Lost > want[i].Lost {
					rt.Fatalf("in %d steps: counted %v, want at most %v", most, got, want)
				}
			}
			hits["cut"] += min(1, len(want)-len(got))
		})
	}
	if !testing.Short() && (hits["gained"] == 0 || hits["lost"] == 0 || hits["many"] == 0 || hits["cut"] == 0) {
		t.Errorf("branches never taken: %v", hits)
	}
}
