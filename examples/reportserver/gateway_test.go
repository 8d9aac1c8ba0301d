package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
)

// TestGatewayAgrees asks the gateway's API and the service the same questions for every user: which reports there are, which of
// them open, and whose rows are in them.
func TestGatewayAgrees(t *testing.T) {
	users := []string{"ada", "uma", "mia", "tom", "zoe", "vic"}
	w := newWorld(t).login(users...)
	opened, closed, seen, unseen := 0, 0, 0, 0
	for _, user := range users {
		var list []title
		decode(t, w.ask(user, "GET /reports", "").Body.Bytes(), &list)
		var listed []string
		for _, report := range list {
			listed = append(listed, string(report.ID))
		}
		if found := search(t, w, user); !slices.Equal(found, listed) {
			t.Errorf("%s: AuthZEN finds reports %q, the list has %q", user, found, listed)
		}
		for id, rows := range w.service.rows {
			answer := w.ask(user, "GET /reports/"+string(id), "")
			open := answer.Code == http.StatusOK
			if allowed := evaluate(t, w, user, "report.view", "report", string(id)); allowed != open {
				t.Errorf("%s, report %s: AuthZEN answers %t, the service answers %d", user, id, allowed, answer.Code)
			}
			if !open {
				closed++
				continue
			}
			opened++
			var shown struct{ Rows []row }
			decode(t, answer.Body.Bytes(), &shown)
			for _, row := range rows {
				sees := slices.Contains(shown.Rows, row)
				if allowed := evaluate(t, w, user, "account.view", "account", string(row.Account)); allowed != sees {
					t.Errorf("%s, report %s: AuthZEN answers %t for account %s, its row is shown: %t", user, id, allowed, row.Account, sees)
				}
				if sees {
					seen++
				} else {
					unseen++
				}
			}
		}
	}
	if opened == 0 || closed == 0 || seen == 0 || unseen == 0 {
		t.Errorf("%d reports opened and %d did not, %d rows were shown and %d were not: want some of each", opened, closed, seen, unseen)
	}
}

func evaluate(t *testing.T, w *world, user, action, kind, id string) bool {
	t.Helper()
	answer := w.ask("gateway", "POST /access/v1/evaluation", fmt.Sprintf(
		`{"subject":{"type":"user","id":%q},"action":{"name":%q},"resource":{"type":%q,"id":%q}}`, user, action, kind, id))
	var body struct{ Decision *bool }
	decode(t, answer.Body.Bytes(), &body)
	if answer.Code != http.StatusOK || body.Decision == nil {
		t.Fatalf("evaluation: %d %s", answer.Code, answer.Body)
	}
	return *body.Decision
}

// search returns the reports that AuthZEN finds for a user.
func search(t *testing.T, w *world, user string) []string {
	t.Helper()
	answer := w.ask("gateway", "POST /access/v1/search/resource", fmt.Sprintf(
		`{"subject":{"type":"user","id":%q},"action":{"name":"report.view"},"resource":{"type":"report"}}`, user))
	var body struct{ Results []struct{ ID string } }
	decode(t, answer.Body.Bytes(), &body)
	if answer.Code != http.StatusOK {
		t.Fatalf("search: %d %s", answer.Code, answer.Body)
	}
	var found []string
	for _, result := range body.Results {
		found = append(found, result.ID)
	}
	return found
}

func decode(t *testing.T, data []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
}

// TestGatewayConfiguration refuses a configuration that leaves AuthZEN open or out of reach, and has no metadata without a public
// host.
func TestGatewayConfiguration(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct{ name, token, host string }{
		{"no token", "", "reports.example.com"},
		{"a host with a path", gatewayToken, "reports.example.com/tenant"},
		{"a host that is none", gatewayToken, "?"},
	} {
		if _, err := w.service.routes(tt.token, tt.host); err == nil {
			t.Errorf("%s: no error", tt.name)
		}
	}
	var err error
	if w.handler, err = w.service.routes(gatewayToken, ""); err != nil {
		t.Fatal(err)
	}
	if answer := w.ask("", "GET /.well-known/authzen-configuration", ""); answer.Code != http.StatusNotFound {
		t.Errorf("metadata without a public host: %d %s, want 404", answer.Code, answer.Body)
	}
}
