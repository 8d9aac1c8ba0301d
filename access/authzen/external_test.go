package authzen_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/authzen"
)

// The tests here replay public data for servers of this protocol from the folder
// that AMBIT_AUTHZEN_DATA names, over a real connection, and skip without it.
// The data come with policies in prose; each decider below knows one of them.

// external reads a file of the folder.
func external(t *testing.T, name string, into any) {
	t.Helper()
	folder := os.Getenv("AMBIT_AUTHZEN_DATA")
	if folder == "" {
		t.Skip("AMBIT_AUTHZEN_DATA names no folder")
	}
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// serveLive serves f and returns a function that posts a JSON text.
func serveLive(t *testing.T, f *fixture) func(endpoint string, body []byte) (int, string) {
	t.Helper()
	server := httptest.NewServer(handle(t, f.both(), authzen.Config{}))
	t.Cleanup(server.Close)
	return func(endpoint string, body []byte) (int, string) {
		response, err := server.Client().Post(server.URL+"/access/v1/"+endpoint, "application/json", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var text bytes.Buffer
		if _, err := text.ReadFrom(response.Body); err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, text.String()
	}
}

// compact returns a JSON text without white space, its members as they stand.
func compact(t *testing.T, text []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func decided(allowed bool) (authzen.Decision, error) { return authzen.Decision{Allowed: allowed}, nil }

// certification is the fixture of the certification scenario: two users and two
// records. The scenario leaves open whether alice may read record-2 in a single
// question, and leaves it out of a search: here they may not.
func certification() *fixture {
	f := &fixture{
		subjectType: "user", resourceType: "record",
		subjects: []string{"alice", "bob"}, resources: []string{"record-1", "record-2"}, actions: []string{"read", "write"},
	}
	f.decide = func(r authzen.Request) (authzen.Decision, error) {
		switch r.Action.Name + " " + r.Resource.ID {
		case "read record-1":
			return decided(r.Subject.ID == "alice" || r.Subject.ID == "bob")
		case "write record-1":
			return decided(r.Subject.ID == "alice")
		case "delete record-1":
			return decided(r.Subject.ID == "alice" && r.Action.Properties["soft"] == true)
		case "write record-2":
			return decided(r.Subject.ID == "bob")
		}
		return decided(false)
	}
	return f
}

// certified has the answer, or the status of the refusal, of each section without
// an expected block.
var certified = map[string]string{
	"c-2-2-3": yes, "c-2-2-8": yes, "c-2-2-9": yes,
	"c-2-4-1": "400", "c-2-4-2": "400", "c-2-4-6": "400",
	"c-3-2-1": `{"evaluations":[{"decision":true},{"decision":false}]}`,
	"c-3-2-6": `{"evaluations":[{"decision":true},{"decision":false}]}`,
	"c-3-4-1": batch("true", "400 resource is missing"),
	"c-4-2-2": `{"results":[{"type":"user","id":"alice"},{"type":"user","id":"bob"}]}`,
	"c-4-2-3": `{"results":[{"type":"user","id":"alice"},{"type":"user","id":"bob"}]}`,
	"c-4-3-2": `{"results":[{"type":"record","id":"record-1"}]}`,
	"c-4-3-3": `{"results":[{"type":"record","id":"record-1"}]}`,
	"c-4-4-2": `{"results":[{"name":"read"},{"name":"write"}]}`,
	"c-4-5-1": `{"page":{"next_token":"TOKEN"},"results":[{"type":"user","id":"alice"}]}`,
	"c-4-5-2": `{"page":{"next_token":""},"results":[{"type":"user","id":"bob"}]}`,
	"c-4-7-1": "400", "c-4-7-2": "400",
}

// TestExternalCertification replays the blocks of the certification scenario. Two of
// them cannot be taken as they stand: c-4-5-2 holds a placeholder for the token
// that c-4-5-1 returned, which is put in, and the metadata document of c-6-2 has
// a signature, which is optional and not offered.
func TestExternalCertification(t *testing.T) {
	var file struct {
		Blocks []struct {
			Section, Label string
			JSON           json.RawMessage
		}
	}
	external(t, "cert-scenario-blocks.json", &file)
	ask := serveLive(t, certification())
	sent := 0
	var token string
	for i, b := range file.Blocks {
		if strings.HasPrefix(b.Label, "Expected") {
			continue // compared with its request
		}
		if b.Section == "c-6-2" {
			sameMetadata(t, b.JSON)
			continue
		}
		want := certified[b.Section]
		if i+1 < len(file.Blocks) && strings.HasPrefix(file.Blocks[i+1].Label, "Expected") {
			want = compact(t, file.Blocks[i+1].JSON)
		}
		body := bytes.ReplaceAll(b.JSON, []byte("<next_token from previous response>"), []byte(token))
		status, answer := ask(certifiedEndpoint(b.Section, b.Label), body)
		if b.Section == "c-4-5-1" {
			_, token, _ = strings.Cut(answer, `"next_token":"`)
			token, _, _ = strings.Cut(token, `"`)
			want = strings.Replace(want, "TOKEN", token, 1)
		}
		if status == 400 {
			answer = "400"
		}
		if answer != want {
			t.Errorf("%s, %s: %d %s, want %s", b.Section, b.Label, status, answer, want)
		}
		sent++
	}
	if sent != 50 {
		t.Errorf("%d requests", sent)
	}
	t.Logf("%d requests of the certification scenario", sent)
}

// sameMetadata compares the metadata document with one that has a signature.
func sameMetadata(t *testing.T, signed []byte) {
	t.Helper()
	h := handle(t, certification().both(), authzen.Config{BaseURL: "https://pdp.example.com"})
	var got, want map[string]string
	w := serve(h, httptest.NewRequest("GET", "/.well-known/authzen-configuration", nil))
	if err := errors.Join(json.Unmarshal(w.Body.Bytes(), &got), json.Unmarshal(signed, &want)); err != nil {
		t.Fatal(err)
	}
	delete(want, "signed_metadata")
	if !maps.Equal(got, want) {
		t.Errorf("metadata %v, want %v", got, want)
	}
}

// certifiedEndpoint says which endpoint a section is for.
func certifiedEndpoint(section, label string) string {
	for prefix, endpoint := range map[string]string{
		"c-2": "evaluation", "c-3": "evaluations", "c-4-2": "search/subject", "c-4-3": "search/resource",
		"c-4-4": "search/action", "c-4-5": "search/subject", "c-4-6-1": "search/action", "c-4-6-2": "search/subject",
	} {
		if strings.HasPrefix(section, prefix) {
			return endpoint
		}
	}
	kind, _, _ := strings.Cut(label, " Search")
	return "search/" + strings.ToLower(kind)
}

// todo is the policy of the Todo application: who may do what depends on the
// roles of five people, and on who owns a todo.
func todo() *fixture {
	// The ids differ in their seventh byte. The two others only read.
	email := map[byte]string{'A': "rick@the-citadel.com", 'E': "morty@the-citadel.com", 'I': "summer@the-smiths.com"}
	return &fixture{decide: func(r authzen.Request) (authzen.Decision, error) {
		me := email[r.Subject.ID[6]]
		mine := me != "" && r.Resource.Properties["ownerID"] == me
		switch r.Action.Name {
		case "can_read_user", "can_read_todos":
			return decided(true)
		case "can_create_todo":
			return decided(me != "")
		case "can_update_todo", "can_delete_todo":
			return decided(mine || me == "rick@the-citadel.com")
		}
		return decided(false)
	}}
}

func TestExternalTodo(t *testing.T) {
	var file struct {
		Evaluation []struct {
			Request  json.RawMessage
			Expected bool
		}
		Evaluations []struct{ Request, Expected json.RawMessage }
	}
	external(t, "decisions-authorization-api-1_0-02.json", &file)
	ask := serveLive(t, todo())
	for _, c := range file.Evaluation {
		if status, answer := ask("evaluation", c.Request); status != 200 || answer != fmt.Sprintf(`{"decision":%v}`, c.Expected) {
			t.Errorf("%s: %d %s", compact(t, c.Request), status, answer)
		}
	}
	for _, c := range file.Evaluations {
		want := `{"evaluations":` + compact(t, c.Expected) + `}`
		if status, answer := ask("evaluations", c.Request); status != 200 || answer != want {
			t.Errorf("%s: %d %s", compact(t, c.Request), status, answer)
		}
	}
	if len(file.Evaluation) != 40 || len(file.Evaluations) != 3 {
		t.Errorf("%d and %d cases", len(file.Evaluation), len(file.Evaluations))
	}
	t.Logf("%d single and %d batch decisions of the Todo application", len(file.Evaluation), len(file.Evaluations))
}

// TestExternalSearch compares whole lists, in their order.
func TestExternalSearch(t *testing.T) {
	type user struct{ ID, Role, Department string }
	type record struct {
		ID                json.Number
		Department, Owner string
	}
	var users []user
	var records []record
	external(t, "search-users.json", &users)
	external(t, "search-records.json", &records)
	f := &fixture{subjectType: "user", resourceType: "record", actions: []string{"view", "edit", "delete"}}
	people, things := make(map[string]user), make(map[string]record)
	for _, u := range users {
		f.subjects, people[u.ID] = append(f.subjects, u.ID), u
	}
	for _, r := range records {
		f.resources, things[r.ID.String()] = append(f.resources, r.ID.String()), r
	}
	f.decide = func(r authzen.Request) (authzen.Decision, error) {
		u, record := people[r.Subject.ID], things[r.Resource.ID]
		owner, manager, same := record.Owner == u.ID, u.Role == "manager", record.Department == u.Department
		switch r.Action.Name {
		case "view":
			return decided(owner || manager || same)
		case "edit":
			return decided(owner || manager && same)
		}
		return decided(owner)
	}
	ask := serveLive(t, f)
	total := 0
	for _, kind := range []string{"subject", "resource", "action"} {
		var file struct {
			Evaluation []struct{ Request, Expected json.RawMessage }
		}
		external(t, "search-"+kind+"-results.json", &file)
		for _, c := range file.Evaluation {
			if status, answer := ask("search/"+kind, c.Request); status != 200 || answer != compact(t, c.Expected) {
				t.Errorf("%s %s: %d %s", kind, compact(t, c.Request), status, answer)
			}
			total++
		}
	}
	if total != 198 {
		t.Errorf("%d searches", total)
	}
	t.Logf("%d searches", total)
}
