package access_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/model"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// scribbler calls every exported method of a value, of what that returns, and
// so on, and then writes over all memory that it was handed.
type scribbler struct {
	t         *testing.T
	arguments map[reflect.Type][]reflect.Value
	called    map[string]int // "Directory.Team"
	written   *model.Branches
}

// notCalled are methods that the scribbler leaves out, each with why.
var notCalled = map[string]string{
	"Policy.Edit": "what becomes of an Edit is another policy: TestPolicyPersists",
}

// newScribbler knows an argument or a few of each type that an accessor takes.
func newScribbler(t *testing.T, w *model.World, p *access.Policy, written *model.Branches) *scribbler {
	s := &scribbler{t: t, called: map[string]int{}, written: written}
	address, err := team.ParseAddress("u1@x.test")
	if err != nil {
		t.Fatal(err)
	}
	e := p.Edit()
	e.RemoveAccount("a1")
	older, err := e.Policy()
	if err != nil {
		t.Fatal(err)
	}
	s.arguments = map[reflect.Type][]reflect.Value{}
	for _, a := range []any{
		access.User("u1"), access.Session("u1", "t1"), access.ViaLink("l1"),
		access.ViewAccount, access.ViewReport, access.Action("user.remove"),
		access.Account("a1"), access.Report("r1"), access.TargetUser("u2"),
		access.KindAccount, access.ReportID("r1"), access.LinkID("l1"),
		team.UserID("u1"), team.ID("t1"), datagroup.ID("g1"), datagroup.AccountID("a1"), address,
		role.Name(w.RoleOf("u1").Name), role.CompanyCatalog(), role.Extension{Kinds: []role.Kind{{Name: "extra", In: role.InAccount}}}, p.Directory().Schema(),
		datagroup.Value{}, []datagroup.Value(nil), p.Directory().Accounts(), datagroup.Filter{}, datagroup.Account{}, datagroup.StringType, datagroup.True,
		map[string]datagroup.Value{"country": datagroup.Text("US")}, p.Directory().Group, func() time.Time { return w.Now }, access.Viewer, "country", 0, w.Now, older.Directory(),
	} {
		s.arguments[reflect.TypeOf(a)] = append(s.arguments[reflect.TypeOf(a)], reflect.ValueOf(a))
	}
	for g := range p.Directory().Groups() {
		s.arguments[reflect.TypeFor[datagroup.Filter]()] = append(s.arguments[reflect.TypeFor[datagroup.Filter]()], reflect.ValueOf(g.Filter))
	}
	return s
}

// follow calls the methods of v and follows what they return, and writes over
// v in the end.
func (s *scribbler) follow(v reflect.Value) {
	if !v.IsValid() || v.Kind() == reflect.Interface && v.IsNil() {
		return
	}
	if v.Kind() == reflect.Interface {
		s.follow(v.Elem())
		return
	}
	if v.Kind() == reflect.Func {
		s.iterate(v)
		return
	}
	if v.Kind() == reflect.Pointer && v.IsNil() {
		return
	}
	s.callAll(v)
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			s.follow(v.Index(i))
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			s.follow(v.MapIndex(k))
		}
	case reflect.Pointer:
		s.follow(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				s.follow(v.Field(i))
			}
		}
	}
	s.scribble(v)
}

// iterate follows all that an iterator yields.
func (s *scribbler) iterate(v reflect.Value) {
	switch {
	case v.Type().CanSeq2():
		for k, e := range v.Seq2() {
			s.follow(k)
			s.follow(e)
		}
	case v.Type().CanSeq():
		for e := range v.Seq() {
			s.follow(e)
		}
	}
}

// callAll calls each exported method of v with each of the arguments it may
// take, unless it was called often enough.
func (s *scribbler) callAll(v reflect.Value) {
	named := v.Type()
	if named.Kind() == reflect.Pointer {
		named = named.Elem()
	}
	if !strings.HasPrefix(named.PkgPath(), modulePath) {
		return
	}
	for i := range v.NumMethod() {
		name := named.Name() + "." + v.Type().Method(i).Name
		if notCalled[name] != "" || s.called[name] >= 10 {
			continue
		}
		s.called[name]++
		for _, arguments := range s.argumentsOf(name, v.Method(i).Type()) {
			for _, result := range v.Method(i).Call(arguments) {
				s.follow(result)
			}
		}
	}
}

// argumentsOf returns lists of arguments for a method: as many as the longest
// of their types has.
func (s *scribbler) argumentsOf(name string, method reflect.Type) [][]reflect.Value {
	n := 1
	for i := range method.NumIn() {
		all := s.arguments[method.In(i)]
		if len(all) == 0 && !method.IsVariadic() {
			s.t.Fatalf("%s takes a %s: give the scribbler one", name, method.In(i))
		}
		n = max(n, len(all))
	}
	lists := make([][]reflect.Value, n)
	for k := range lists {
		for i := range method.NumIn() {
			if all := s.arguments[method.In(i)]; len(all) > 0 {
				lists[k] = append(lists[k], all[k%len(all)])
			}
		}
	}
	return lists
}

// scribble writes zeros over what v refers to: the elements of a slice, also
// beyond its length, the entries of a map, and what a pointer points to.
func (s *scribbler) scribble(v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice:
		if v.Cap() > 0 {
			s.written.Hit(v.Type().String())
		}
		whole := v.Slice3(0, v.Cap(), v.Cap())
		for i := range whole.Len() {
			whole.Index(i).SetZero()
		}
	case reflect.Map:
		if v.Len() > 0 {
			s.written.Hit(v.Type().String())
		}
		v.Clear()
	case reflect.Pointer:
		if v.Elem().CanSet() && exportedOnly(v.Elem().Type()) {
			s.written.Hit(v.Type().String())
			v.Elem().SetZero()
		}
	}
}

// exportedOnly reports whether a package may write over the whole of a value
// field by field.
func exportedOnly(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return true
	}
	for i := range t.NumField() {
		if !t.Field(i).IsExported() {
			return false
		}
	}
	return true
}

// observed is a record together with the filters that a host sends to its
// database.
func observed(t model.TB, w *model.World, p *access.Policy) record {
	r := recorded(t, w, p)
	var filters []string
	for _, s := range w.Subjects() {
		filters = append(filters, p.View(s.Access()).Filter().String())
	}
	r.listed = append(r.listed, filters)
	return r
}

// TestNothingHandedOutIsShared writes over everything that a policy hands out.
// The policy, and one that an Edit made of it, are as they were.
func TestNothingHandedOutIsShared(t *testing.T) {
	t.Parallel()
	var written model.Branches
	called := map[string]bool{}
	lawOfSome(t, func(w *model.World, p *access.Policy, seed int) {
		changes := rapid.Custom(func(t *rapid.T) []model.Change { return model.Draw{T: t}.Changes(w, 5) }).Example(seed)
		edited, _ := model.Edit(p, changes...)
		before := observed(t, w, p)
		s := newScribbler(t, w, p, &written)
		s.follow(reflect.ValueOf(p))
		if diff := before.diff(observed(t, w, p)); diff != "" {
			t.Fatalf("what the policy handed out was its own memory: %s", diff)
		}
		if edited != nil {
			isWorld(t, w, edited, nil, changes)
		}
		for name := range s.called {
			called[name] = true
		}
	})
	for _, root := range []any{&access.Policy{}, access.Directory{}, access.View{}, access.Explanation{}} {
		v := reflect.ValueOf(root)
		for i := range v.NumMethod() {
			name := reflect.Indirect(v).Type().Name() + "." + v.Type().Method(i).Name
			if !called[name] && notCalled[name] == "" && !testing.Short() {
				t.Errorf("%s was never called", name)
			}
		}
	}
	wantBranches(t, &written, "[]datagroup.ID", "[]datagroup.Attribute", "[]role.Role", "[]role.Action", "[]role.Name",
		"[]access.Route", "[]access.Remedy", "[]team.UserID", "*document.Document", "[]document.Team", "[]string",
		"map[string]datagroup.Value", "map[string]string", "[]uint8")
}

// TestNothingTakenInIsShared writes over a document after Compile. The policy
// is as it was.
func TestNothingTakenInIsShared(t *testing.T) {
	t.Parallel()
	var written model.Branches
	lawOfSome(t, func(w *model.World, _ *access.Policy, _ int) {
		d := w.Clone().Document()
		var own document.Document
		deepCopy(reflect.ValueOf(&own).Elem(), reflect.ValueOf(d).Elem())
		p, err := access.Compile(&own, &access.Config{Now: func() time.Time { return w.Now }})
		if err != nil {
			t.Fatalf("compile: %v", err)
		}
		before := observed(t, w, p)
		s := &scribbler{t: t, called: map[string]int{}, written: &written}
		s.overwrite(reflect.ValueOf(&own))
		if diff := before.diff(observed(t, w, p)); diff != "" {
			t.Fatalf("the policy kept memory of the document: %s", diff)
		}
	})
	wantBranches(t, &written, "[]document.Team", "[]document.Member", "[]string", "[]role.Role", "[]role.Action",
		"map[string]datagroup.Value", "[]document.Grant", "*document.Document")
}

// TestNothingAnEditTakesIsShared writes over what an Edit was given, after its
// Policy. The policy is as it was.
func TestNothingAnEditTakesIsShared(t *testing.T) {
	groups := []string{"us"}
	attributes := map[string]string{"country": "string", "spend": "number", "size": "number"}
	values := map[string]datagroup.Value{"country": datagroup.Text("US")}
	p := edited(t, access.MustLoad(editBase), func(e *access.Edit) {
		e.SetAttributes(attributes)
		e.SetTeam(document.Team{ID: "t2", Groups: groups})
		e.SetAccount(document.Account{ID: "us-2", Source: "google", Values: values})
	})
	before := model.Print(t, p.Document())
	groups[0] = "ghost"
	clear(attributes)
	clear(values)
	if after := model.Print(t, p.Document()); after != before {
		t.Errorf("the policy kept what an Edit was given: it became\n%s", after)
	}
}

// overwrite scribbles over everything that v refers to, without a call.
func (s *scribbler) overwrite(v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			s.overwrite(v.Index(i))
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			s.overwrite(v.MapIndex(k))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			s.overwrite(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				s.overwrite(v.Field(i))
			}
		}
	}
	s.scribble(v)
}

// deepCopy copies what a document refers to, so that a test may write over the
// copy. The shipped roles and the values of accounts belong to the model.
func deepCopy(to, from reflect.Value) {
	switch from.Kind() {
	case reflect.Slice:
		if from.IsNil() {
			return
		}
		to.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
		for i := range from.Len() {
			deepCopy(to.Index(i), from.Index(i))
		}
	case reflect.Map:
		if from.IsNil() {
			return
		}
		to.Set(reflect.MakeMap(from.Type()))
		for _, k := range from.MapKeys() {
			to.SetMapIndex(k, from.MapIndex(k))
		}
	case reflect.Struct:
		to.Set(from)
		for i := range from.NumField() {
			if from.Type().Field(i).IsExported() {
				deepCopy(to.Field(i), from.Field(i))
			}
		}
	default:
		to.Set(from)
	}
}
