package rowsecurity

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/jackc/pgx/v5"
)

// TestCheck: what the application can read and is not held is found.
func TestCheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	text, err := os.ReadFile("sql/check.sql")
	if err != nil {
		t.Fatal(err)
	}
	found := func() []string {
		t.Helper()
		rows, err := w.conn(t, "postgres").Query(t.Context(), "SELECT relation FROM ("+string(text[:len(text)-2])+") c")
		if err != nil {
			t.Fatal(err)
		}
		all, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if all := found(); len(all) != 0 {
		t.Errorf("found %q", all)
	}
	w.exec(t, "postgres", `CREATE TABLE enabled (account_id text); ALTER TABLE enabled ENABLE ROW LEVEL SECURITY;
		CREATE TABLE forced (account_id text); ALTER TABLE forced FORCE ROW LEVEL SECURITY;
		CREATE TABLE other (id text);
		CREATE VIEW by_superuser AS TABLE spend; CREATE VIEW by_invoker WITH (security_invoker) AS TABLE spend;
		CREATE MATERIALIZED VIEW copied AS TABLE spend;
		CREATE TABLE parts (account_id text) PARTITION BY LIST (account_id);
		GRANT SELECT ON ALL TABLES IN SCHEMA public TO ambit_app;
		CREATE TABLE not_granted (account_id text)`)
	w.exec(t, "ambit_owner", "CREATE VIEW by_owner AS TABLE spend; GRANT SELECT ON by_owner TO ambit_app")
	if all, want := found(), []string{"by_superuser", "copied", "enabled", "forced", "parts"}; !slices.Equal(all, want) {
		t.Errorf("found %q, want %q", all, want)
	}
}

// TestMovedEnds: an end that is set, moved or lifted is so in the tables, in
// microseconds and never earlier.
func TestMovedEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k, conn := w.keeper(t, nil), w.conn(t, "postgres")
	do(t, w.company, company.SetRole{User: "mia", Role: "editor"})
	catchUp(t, k)
	end := time.Date(2100, 1, 1, 0, 0, 0, 1300, time.UTC)
	for _, tt := range []struct {
		until company.Optional[time.Time]
		want  *time.Time
	}{
		{company.To(end), new(end.Add(700))},
		{company.To(end.Add(time.Hour)), new(end.Add(time.Hour + 700))},
		{company.None[time.Time](), nil},
	} {
		do(t, w.company, company.SetEnd{User: "mia", Until: tt.until}, company.SetMemberEnd{Team: "americas", User: "tom", Until: tt.until})
		catchUp(t, k)
		for _, query := range []string{"SELECT until FROM ambit.visible WHERE user_id = 'tom' AND account_id = 'us-1'", "SELECT until FROM ambit.sees_all WHERE user_id = 'mia'"} {
			var got *time.Time
			if err := conn.QueryRow(t.Context(), query).Scan(&got); err != nil {
				t.Fatal(err)
			}
			if (got == nil) != (tt.want == nil) || got != nil && !got.Equal(*tt.want) {
				t.Errorf("%s: got %v, want %v", query, got, tt.want)
			}
		}
	}
}

// TestDeletedGroup: a data group that is gone is looked for in the teams that had
// it, as an event does not name all of them; and a target that cannot be read means
// everybody.
func TestDeletedGroup(t *testing.T) {
	t.Parallel()
	old, err := access.Compile(&document.Document{
		Accounts: []document.Account{{ID: "us-1", Source: "google"}},
		Groups:   []document.Group{{ID: "us", Filter: "everything"}},
		Teams:    []document.Team{{ID: "americas", Groups: []string{"us"}, Members: []document.Member{{User: "tom"}}}},
		Users:    []document.User{{ID: "tom", Role: "team-member"}, {ID: "ann", Role: "admin"}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	edit := old.Edit()
	americas, _ := old.Directory().Team("americas")
	entry := document.TeamOf(americas)
	entry.Groups = nil
	edit.SetTeam(entry)
	edit.RemoveGroup("us")
	next, err := edit.Policy()
	if err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string]int{"group:us": 1, "team:americas": 1, "group:de": 0, "report:us": 0, "?": 2} {
		if users, _ := touched(old, next, []string{target}); len(users) != want {
			t.Errorf("%s touches %v", target, users)
		}
	}
}
