package sqlbuilders

import (
	"database/sql"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
)

// inHex returns the condition that a column has one of these ids, as text without
// arguments, for a database that takes no other. The ids are in it by their bytes
// in hex: digits and the letters A to F, so that there is nothing to quote, and no
// collation that changes what is equal. The column is given in upper-case hex, as
// the database writes it.
func inHex(column string, ids iter.Seq[datagroup.AccountID]) string {
	var b strings.Builder
	for id := range ids {
		if id == "" {
			continue // which some databases have for NULL
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "'%X'", string(id))
	}
	if b.Len() == 0 {
		return "1 = 0" // IN () is an error
	}
	return column + " IN (" + b.String() + ")"
}

// A warehouse that only takes text gets the ids in hex. It scans its columns
// anyway, so that no index is missed.
func Example_warehouse() {
	db := openReports()
	defer db.Close()
	for _, reader := range readers {
		where := inHex("hex(v.account)", policy.View(access.User(reader)).Accounts())
		var clicks int64
		err := db.QueryRow(fmt.Sprintf("SELECT COALESCE(SUM(v.clicks), 0) FROM visit v WHERE v.day >= %d AND %s AND v.day < %d", first, where, until)).Scan(&clicks)
		fmt.Println(reader, clicks, err)
	}
	fmt.Println(inHex("hex(account)", slices.Values([]datagroup.AccountID{"us-1", "x' OR '1'='1"})))
	// Output:
	// ada 5704 <nil>
	// eve 2524 <nil>
	// tim 0 <nil>
	// hex(account) IN ('75732D31', '7827204F52202731273D2731')
}

// inHexLibrary runs the recipe among the libraries.
func inHexLibrary(db *sql.DB, column string) library {
	return library{name: "text only", textual: true, listOnly: true, rows: func(q question) ([]int64, string, error) {
		text := fmt.Sprintf("SELECT v.id FROM visit v WHERE v.day >= %d AND %s AND v.day < %d ORDER BY v.id", first, inHex(column, q.ids), until)
		rows, err := ids(db.Query(text))
		return rows, text, err
	}}
}

// TestHex compares the recipe with the list as an argument, for ids of any form.
func TestHex(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE v (id INTEGER PRIMARY KEY, account TEXT COLLATE NOCASE) STRICT"); err != nil {
		t.Fatal(err)
	}
	var listed []datagroup.AccountID
	for i, text := range slices.Concat(hostile, []string{"US-1", "us-1", "us-1 ", "us-10"}) {
		if _, err := db.Exec("INSERT INTO v (account) VALUES (?), (NULL)", text); err != nil {
			t.Fatal(err)
		}
		if text != "" && i%2 == 0 {
			listed = append(listed, datagroup.AccountID(text))
		}
	}
	for _, list := range [][]datagroup.AccountID{listed, listed[:1], nil} {
		got, err := ids(db.Query("SELECT id FROM v WHERE " + inHex("hex(account)", slices.Values(list)) + " ORDER BY id"))
		if err != nil {
			t.Fatal(err)
		}
		visible, err := visitsByAccount.IDs(slices.Values(list))
		if err != nil {
			t.Fatal(err)
		}
		where, args, _ := visible.ToSql()
		want, err := ids(db.Query("SELECT id FROM v WHERE "+where+" ORDER BY id", args...))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) || len(got) != len(list) {
			t.Errorf("%q: rows %v, and by an argument %v", list, got, want)
		}
	}
	if got := inHex("hex(account)", slices.Values([]datagroup.AccountID{""})); got != "1 = 0" {
		t.Errorf("the empty id, which no account has, is written as %q", got)
	}
}
