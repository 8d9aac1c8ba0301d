package company_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// parse reads the texts of users and options.
func (o options) parse(t rapid.TB, users string) *document.Document {
	t.Helper()
	d := &document.Document{}
	for _, words := range list(t, users) {
		u := document.User{ID: words[0], Email: words[0] + "@x.test", Role: words[1]}
		for _, word := range words[2:] {
			if word == "suspended" {
				u.Suspended = true
				continue
			}
			u.Until = endOf(t, word)
		}
		d.Users = append(d.Users, u)
	}
	for _, words := range list(t, o.attributes) {
		if d.Attributes == nil {
			d.Attributes = map[string]string{}
		}
		d.Attributes[words[0]] = words[1]
	}
	for _, words := range list(t, o.accounts) {
		d.Accounts = append(d.Accounts, parseAccount(strings.Join(words, "/")))
	}
	for group := range split(o.groups, ";") {
		id, filter, _ := strings.Cut(group, " ")
		d.Groups = append(d.Groups, document.Group{ID: id, Filter: filter})
	}
	for text := range split(o.teams, ";") {
		head, members, _ := strings.Cut(text, ":")
		d.Teams = append(d.Teams, parseTeam(t, words(t, head), members))
	}
	for text := range split(o.reports, ";") {
		head, grants, _ := strings.Cut(text, ":")
		d.Reports = append(d.Reports, parseReport(t, words(t, head), grants))
	}
	if o.document != nil {
		o.document(d)
	}
	return d
}

func parseTeam(t rapid.TB, head []string, members string) document.Team {
	t.Helper()
	e := document.Team{ID: head[0]}
	for _, word := range head[1:] {
		if name, ok := strings.CutPrefix(word, "name="); ok {
			e.Name = name
			continue
		}
		e.Groups = append(e.Groups, word)
	}
	for member := range split(members, ",") {
		w := append(words(t, member), "")
		e.Members = append(e.Members, document.Member{User: w[0], Until: endOf(t, w[1])})
	}
	return e
}

func parseReport(t rapid.TB, head []string, grants string) document.Report {
	t.Helper()
	e := document.Report{ID: head[0]}
	if len(head) > 1 {
		e.Name = strings.TrimPrefix(head[1], "name=")
	}
	for grant := range split(grants, ",") {
		w := append(words(t, grant), "")
		if w[0] == "team" {
			e.Grants = append(e.Grants, document.Grant{Team: w[1], Level: w[2], Until: endOf(t, w[3])})
			continue
		}
		e.Grants = append(e.Grants, document.Grant{User: w[0], Level: w[1], Until: endOf(t, w[2])})
	}
	return e
}

// split yields the parts of a text that are not empty, without the space around
// them.
func split(text, separator string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for part := range strings.SplitSeq(text, separator) {
			if part = strings.TrimSpace(part); part != "" && !yield(part) {
				return
			}
		}
	}
}

// cellsOf returns the cells of a row of a table, without the space around them.
func cellsOf(row string) []string {
	cells := strings.Split(row, "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

func list(t rapid.TB, text string) [][]string {
	t.Helper()
	var all [][]string
	for part := range split(text, ";") {
		all = append(all, words(t, part))
	}
	return all
}

var wordPattern = regexp.MustCompile(`^\s*([\w.-]+=)?("(?:[^"\\]|\\.)*"|\S+)`)

// words splits a text at spaces. What is in double quotes is one word, quoted
// as in Go; a name and an equals sign may stand before it.
func words(t rapid.TB, text string) []string {
	t.Helper()
	var all []string
	for strings.TrimSpace(text) != "" {
		m := wordPattern.FindStringSubmatch(text)
		word := m[2]
		if strings.HasPrefix(word, `"`) {
			var err error
			if word, err = strconv.Unquote(word); err != nil {
				t.Fatalf("%s: %v", m[2], err)
			}
		}
		all, text = append(all, m[1]+word), text[len(m[0]):]
	}
	return all
}

var timePattern = regexp.MustCompile(`^(-?)(?:(\d+)y)?(?:(\d+)d)?(.*)$`)

// parseTime reads an offset from start: "2h", "-1h", "30d1ns", "9000y", or
// "0s"; "2h elsewhere" is the same instant in another time zone.
func parseTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if text, ok := strings.CutSuffix(text, " elsewhere"); ok {
		at, err := parseTime(text)
		return at.In(time.FixedZone("elsewhere", 3600)), err
	}
	m := timePattern.FindStringSubmatch(text)
	years, _ := strconv.Atoi(m[2])
	days, _ := strconv.Atoi(m[3])
	d, err := time.ParseDuration(m[4] + "0s")
	if m[1] == "-" {
		years, days, d = -years, -days, -d
	}
	return start.AddDate(years, 0, days).Add(d), err
}

// endOf is a time as documents have it.
func endOf(t rapid.TB, text string) string {
	t.Helper()
	at, err := parseTime(text)
	if err != nil {
		t.Fatal(err)
	}
	if at.IsZero() {
		return ""
	}
	return at.Format(time.RFC3339Nano)
}

// parseAccount reads "us", "us/country=US" and "us@bing/spend=7": an id, a
// source, which is google if none is named, and values.
func parseAccount(text string) document.Account {
	parts := strings.Split(text, "/")
	id, source, named := strings.Cut(parts[0], "@")
	if !named {
		source = "google"
	}
	e := document.Account{ID: id, Source: source}
	for _, part := range parts[1:] {
		name, value, _ := strings.Cut(part, "=")
		if e.Values == nil {
			e.Values = map[string]datagroup.Value{}
		}
		e.Values[name] = datagroup.Text(value)
		if n, err := strconv.ParseFloat(value, 64); err == nil {
			e.Values[name] = datagroup.Number(n)
		}
	}
	return e
}

// parseAccountEdit reads what parseAccount does, and "us/!country" to take a value
// away. A source that is not named is left out.
func parseAccountEdit(text string) company.AccountEdit {
	var clear, rest []string
	for i, part := range strings.Split(text, "/") {
		if name, ok := strings.CutPrefix(part, "!"); ok && i > 0 {
			clear = append(clear, name)
			continue
		}
		rest = append(rest, part)
	}
	a := parseAccount(strings.Join(rest, "/"))
	if !strings.Contains(rest[0], "@") {
		a.Source = ""
	}
	return company.AccountEdit{ID: datagroup.AccountID(a.ID), Source: a.Source, Values: a.Values, Clear: clear}
}

// changeTypes is a change of every type, by the name of the type in the log.
var changeTypes = func() map[string]company.Change {
	all := make(map[string]company.Change)
	for _, c := range company.ChangeTypes() {
		all[company.LogName(c)] = c
	}
	return all
}()

// catalogs are the values of a field of roles.
var catalogs = map[string][]role.Role{"company": role.CompanyCatalog().Roles(), "project": role.ProjectCatalog().Roles()}

// parseChange reads a change: the name of its type, then values of its fields,
// either in order or by their names in the log, as in "team.add-member t bob
// until=2h". The fields of a field that is a struct follow in its place. It
// reads "nil" as nil.
func parseChange(t rapid.TB, text string) company.Change {
	t.Helper()
	all := words(t, text)
	if all[0] == "nil" {
		return nil
	}
	zero, ok := changeTypes[all[0]]
	if !ok {
		t.Fatalf("%q: there is no type of change of that name", text)
	}
	return fill(t, zero, all[1:])
}

// fill sets fields of a change to the values of words.
func fill(t rapid.TB, zero company.Change, all []string) company.Change {
	t.Helper()
	v := reflect.New(reflect.TypeOf(zero)).Elem()
	fields := fieldsOf(v)
	position := 0
	for _, word := range all {
		i := slices.IndexFunc(fields, func(f field) bool { return strings.HasPrefix(word, f.name+"=") })
		if i < 0 {
			i = position
			position++
		} else {
			word = strings.TrimPrefix(word, fields[i].name+"=")
		}
		if err := setField(fields[i].value, word); err != nil {
			t.Fatalf("%T: %s=%q: %v", zero, fields[i].name, word, err)
		}
	}
	return v.Interface().(company.Change)
}

// parseChanges reads changes with semicolons between them.
func parseChanges(t rapid.TB, text string) []company.Change {
	t.Helper()
	var all []company.Change
	for part := range split(text, ";") {
		all = append(all, parseChange(t, part))
	}
	return all
}

// field is a field of a change.
type field struct {
	name  string // in the log
	value reflect.Value
}

func fieldsOf(v reflect.Value) []field {
	var all []field
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if name := f.Type.Name(); f.Anonymous || name == "Terms" || name == "Limits" {
			all = append(all, fieldsOf(v.Field(i))...)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" { // of terms, which write themselves
			name = strings.ToLower(f.Name[:1]) + f.Name[1:]
		}
		all = append(all, field{name, v.Field(i)})
	}
	return all
}

// setOptional sets a field that may be left out to the value of a word; "none"
// takes it away.
func setOptional(v reflect.Value, word string) error {
	data := []byte("null")
	if word != "none" {
		value := reflect.New(v.MethodByName("Get").Type().Out(0)).Elem()
		err := setField(value, word)
		if err == nil {
			data, err = json.Marshal(value.Interface())
		}
		if err != nil {
			return err
		}
	}
	return v.Addr().Interface().(json.Unmarshaler).UnmarshalJSON(data)
}

// setField sets a field to the value of a word.
func setField(v reflect.Value, word string) (err error) {
	_, isEnd := v.Interface().(company.Optional[time.Time])
	if strings.HasPrefix(v.Type().Name(), "Optional[") && !isEnd {
		return setOptional(v, word)
	}
	var value any
	switch v.Interface().(type) {
	case time.Time:
		value, err = parseTime(word)
	case team.Address:
		value, err = team.ParseAddress(word)
	case access.Resource:
		value, err = parseResource(word)
	case []document.Account:
		var all []document.Account
		for part := range split(word, ",") {
			all = append(all, parseAccount(part))
		}
		value = all
	case []company.AccountEdit:
		var all []company.AccountEdit
		for part := range split(word, ",") {
			all = append(all, parseAccountEdit(part))
		}
		value = all
	case company.Optional[time.Time]: // also one beyond the calendar, which JSON cannot write
		if value = company.None[time.Time](); word != "none" {
			var at time.Time
			at, err = parseTime(word)
			value = company.To(at)
		}
	case []role.Role:
		roles, ok := catalogs[word]
		if !ok {
			err = fmt.Errorf("there is no catalog %q", word)
		}
		value = roles
	case access.Level:
		if n, notNumber := strconv.Atoi(word); notNumber == nil {
			value = access.Level(n)
		} else {
			var level access.Level
			err = level.UnmarshalText([]byte(word))
			value = level
		}
	default:
		return setBasic(v, word)
	}
	if err == nil {
		v.Set(reflect.ValueOf(value))
	}
	return err
}

// parseResource also reads what is not well formed: "nothing", "report:"
// without an id, and "campaign:c1 in account:" without the account.
func parseResource(word string) (access.Resource, error) {
	kind, id, _ := strings.Cut(word, ":")
	switch {
	case word == "nothing":
		return access.Resource{}, nil
	case word == "report:":
		return access.Report(""), nil
	case strings.HasSuffix(id, " in account:"):
		return access.Item(access.Kind(kind), strings.TrimSuffix(id, " in account:"), ""), nil
	}
	var r access.Resource
	err := r.UnmarshalText([]byte(word))
	return r, err
}

func setBasic(v reflect.Value, word string) error {
	switch v.Kind() {
	case reflect.String:
		v.SetString(word)
	case reflect.Int:
		n, err := strconv.Atoi(word)
		v.SetInt(int64(n))
		return err
	case reflect.Slice:
		for part := range split(word, ",") {
			e := reflect.New(v.Type().Elem()).Elem()
			e.SetString(part)
			v.Set(reflect.Append(v, e))
		}
	default:
		return fmt.Errorf("no value for a %s", v.Type())
	}
	return nil
}
