package rivals

import (
	"context"
	"strings"
	"time"

	openfgav1 "github.com/openfga/api/proto/openfga/v1"
	"github.com/openfga/language/pkg/go/transformer"
	"github.com/openfga/openfga/pkg/server"
	"github.com/openfga/openfga/pkg/tuple"

	"github.com/ambit-authz/ambit/examples/bench"
)

const fgaModel = `model
  schema 1.1
type user
type company
  relations
    define all: [user]
type team
  relations
    define member: [user]
type group
  relations
    define viewer: [team#member]
type account
  relations
    define company: [company]
    define group: [group]
    define view: all from company or viewer from group
`

// fgaEngine is OpenFGA's server inside the process, without caches (with them
// it may answer from before a change), on a store in memory with indexes (see
// fgaStore).
type fgaEngine struct {
	server       *server.Server
	store, model string
	ids          ids
}

func newOpenFGA(w *bench.Workload) func() (bench.Engine, error) {
	return func() (bench.Engine, error) {
		const patience = 10 * time.Minute
		ctx, f, tuples := context.Background(), &fgaEngine{ids: newIDs(w)}, newFGAStore()
		var err error
		f.server, err = server.NewServerWithOpts(
			server.WithDatastore(tuples), server.WithRequestTimeout(patience),
			server.WithListObjectsMaxResults(0), server.WithListObjectsDeadline(patience),
			server.WithListUsersMaxResults(0), server.WithListUsersDeadline(patience),
		)
		if err != nil {
			return nil, err
		}
		store, err := f.server.CreateStore(ctx, &openfgav1.CreateStoreRequest{Name: "bench"})
		if err != nil {
			return nil, err
		}
		m := transformer.MustTransformDSLToProto(fgaModel)
		model, err := f.server.WriteAuthorizationModel(ctx, &openfgav1.WriteAuthorizationModelRequest{
			StoreId: store.GetId(), SchemaVersion: m.GetSchemaVersion(), TypeDefinitions: m.GetTypeDefinitions(),
		})
		if err != nil {
			return nil, err
		}
		f.store, f.model = store.GetId(), model.GetAuthorizationModelId()
		f.load(w, tuples)
		return f, nil
	}
}

// load writes past the server, which takes 100 tuples at a time.
func (f *fgaEngine) load(w *bench.Workload, to *fgaStore) {
	add := func(object, relation, user string) { to.add(tuple.NewTupleKey(object, relation, user)) }
	for i := range w.Users {
		user := "user:" + f.ids.users[i]
		if w.Users[i].SeesAll {
			add("company:acme", "all", user)
		}
		for _, m := range w.Users[i].Teams {
			add("team:"+f.ids.teams[m.Team], "member", user)
		}
	}
	for t := range w.Teams {
		for _, g := range w.Teams[t].Groups {
			add("group:"+f.ids.groups[g], "viewer", "team:"+f.ids.teams[t]+"#member")
		}
	}
	for g, in := range w.InGroup {
		for _, a := range in {
			add("account:"+f.ids.accounts[a], "group", "group:"+f.ids.groups[g])
		}
	}
	for _, a := range f.ids.accounts {
		add("account:"+a, "company", "company:acme")
	}
}

// Close stops what the server runs in the background.
func (f *fgaEngine) Close() { f.server.Close() }

func (f *fgaEngine) Decide(q *bench.Question) bool {
	return must(f.server.Check(context.Background(), &openfgav1.CheckRequest{
		StoreId: f.store, AuthorizationModelId: f.model,
		TupleKey: &openfgav1.CheckRequestTupleKey{User: "user:" + q.User, Relation: "view", Object: "account:" + q.Account},
	})).GetAllowed()
}

func (f *fgaEngine) Accounts(user int) []string {
	objects := must(f.server.ListObjects(context.Background(), &openfgav1.ListObjectsRequest{
		StoreId: f.store, AuthorizationModelId: f.model, Type: "account", Relation: "view", User: "user:" + f.ids.users[user],
	})).GetObjects()
	for i, o := range objects {
		objects[i] = strings.TrimPrefix(o, "account:")
	}
	return objects
}

func (f *fgaEngine) Who(account int) []string {
	users := must(f.server.ListUsers(context.Background(), &openfgav1.ListUsersRequest{
		StoreId: f.store, AuthorizationModelId: f.model, Relation: "view",
		Object:      &openfgav1.Object{Type: "account", Id: f.ids.accounts[account]},
		UserFilters: []*openfgav1.UserTypeFilter{{Type: "user"}},
	})).GetUsers()
	all := make([]string, len(users))
	for i, u := range users {
		all[i] = u.GetObject().GetId()
	}
	return all
}

func (f *fgaEngine) Move(user, from, to int) {
	u := "user:" + f.ids.users[user]
	must(f.server.Write(context.Background(), &openfgav1.WriteRequest{
		StoreId: f.store, AuthorizationModelId: f.model,
		Deletes: &openfgav1.WriteRequestDeletes{TupleKeys: []*openfgav1.TupleKeyWithoutCondition{
			{Object: "team:" + f.ids.teams[from], Relation: "member", User: u},
		}},
		Writes: &openfgav1.WriteRequestWrites{TupleKeys: []*openfgav1.TupleKey{
			{Object: "team:" + f.ids.teams[to], Relation: "member", User: u},
		}},
	}))
}
