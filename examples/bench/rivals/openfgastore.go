package rivals

import (
	"context"
	"slices"
	"strings"
	"sync"

	openfgav1 "github.com/openfga/api/proto/openfga/v1"
	"github.com/openfga/openfga/pkg/storage"
	"github.com/openfga/openfga/pkg/storage/memory"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// fgaStore keeps tuples in maps, for one store, without conditions and without
// a log of changes. Everything else is left to OpenFGA's own store in memory,
// which looks at all tuples at every read: a check takes it twenty times as long
// at 10,000 users.
type fgaStore struct {
	storage.OpenFGADatastore

	mu       sync.RWMutex
	byObject map[fgaObject][]*openfgav1.Tuple
	byUser   map[fgaUser][]*openfgav1.Tuple
	now      *timestamppb.Timestamp
}

type fgaObject struct{ object, relation string }

type fgaUser struct{ user, kind, relation string } // kind is the type of the objects

func newFGAStore() *fgaStore {
	return &fgaStore{
		OpenFGADatastore: memory.New(), now: timestamppb.Now(),
		byObject: make(map[fgaObject][]*openfgav1.Tuple), byUser: make(map[fgaUser][]*openfgav1.Tuple),
	}
}

// keys are under which a tuple stands.
func keys(object, relation, user string) (fgaObject, fgaUser) {
	kind, _, _ := strings.Cut(object, ":")
	return fgaObject{object, relation}, fgaUser{user, kind, relation}
}

// add adds a tuple that is new.
func (s *fgaStore) add(k *openfgav1.TupleKey) {
	t := &openfgav1.Tuple{Key: k, Timestamp: s.now}
	object, user := keys(k.GetObject(), k.GetRelation(), k.GetUser())
	s.byObject[object] = append(s.byObject[object], t)
	s.byUser[user] = append(s.byUser[user], t)
}

// Write copies the lists it removes from: iterators may still read them.
func (s *fgaStore) Write(_ context.Context, _ string, deletes storage.Deletes, writes storage.Writes, _ ...storage.TupleWriteOption) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range deletes {
		object, user := keys(k.GetObject(), k.GetRelation(), k.GetUser())
		is := func(t *openfgav1.Tuple) bool {
			return t.GetKey().GetUser() == k.GetUser() && t.GetKey().GetObject() == k.GetObject()
		}
		if !slices.ContainsFunc(s.byUser[user], is) {
			return storage.InvalidWriteInputError(k, openfgav1.TupleOperation_TUPLE_OPERATION_DELETE)
		}
		s.byObject[object] = slices.DeleteFunc(slices.Clone(s.byObject[object]), is)
		s.byUser[user] = slices.DeleteFunc(slices.Clone(s.byUser[user]), is)
	}
	for _, k := range writes {
		s.add(k)
	}
	return nil
}

func (s *fgaStore) ReadUserTuple(_ context.Context, _ string, f storage.ReadUserTupleFilter, _ storage.ReadUserTupleOptions) (*openfgav1.Tuple, error) {
	_, user := keys(f.Object, f.Relation, f.User)
	for _, t := range s.ofUser(user) {
		if t.GetKey().GetObject() == f.Object {
			return t, nil
		}
	}
	return nil, storage.ErrNotFound
}

func (s *fgaStore) ofUser(k fgaUser) []*openfgav1.Tuple {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byUser[k]
}

func (s *fgaStore) ofObject(object, relation string) []*openfgav1.Tuple {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byObject[fgaObject{object, relation}]
}

// Read yields the tuples of an object and a relation, of users of one type if
// the filter says so.
func (s *fgaStore) Read(_ context.Context, _ string, f storage.ReadFilter, _ storage.ReadOptions) (storage.TupleIterator, error) {
	all := s.ofObject(f.Object, f.Relation)
	if f.User == "" {
		return storage.NewStaticTupleIterator(all), nil
	}
	return storage.NewStaticTupleIterator(chosen(all, func(user string) bool {
		return user == f.User || strings.HasSuffix(f.User, ":") && strings.HasPrefix(user, f.User)
	})), nil
}

// ReadUsersetTuples yields those whose user is a set, such as members of a team.
func (s *fgaStore) ReadUsersetTuples(_ context.Context, _ string, f storage.ReadUsersetTuplesFilter, _ storage.ReadUsersetTuplesOptions) (storage.TupleIterator, error) {
	return storage.NewStaticTupleIterator(chosen(s.ofObject(f.Object, f.Relation), func(user string) bool {
		kind, rest, _ := strings.Cut(user, ":")
		_, relation, isSet := strings.Cut(rest, "#")
		return isSet && (len(f.AllowedUserTypeRestrictions) == 0 || slices.ContainsFunc(f.AllowedUserTypeRestrictions, func(r *openfgav1.RelationReference) bool {
			return r.GetType() == kind && r.GetRelation() == relation
		}))
	})), nil
}

func chosen(all []*openfgav1.Tuple, want func(user string) bool) []*openfgav1.Tuple {
	var some []*openfgav1.Tuple
	for _, t := range all {
		if want(t.GetKey().GetUser()) {
			some = append(some, t)
		}
	}
	return some
}

// ReadStartingWithUser yields the objects of users, sorted.
func (s *fgaStore) ReadStartingWithUser(_ context.Context, _ string, f storage.ReadStartingWithUserFilter, _ storage.ReadStartingWithUserOptions) (storage.TupleIterator, error) {
	var all []*openfgav1.Tuple
	for _, u := range f.UserFilter {
		user := u.GetObject()
		if u.GetRelation() != "" {
			user += "#" + u.GetRelation()
		}
		for _, t := range s.ofUser(fgaUser{user, f.ObjectType, f.Relation}) {
			if f.ObjectIDs == nil || f.ObjectIDs.Exists(strings.TrimPrefix(t.GetKey().GetObject(), f.ObjectType+":")) {
				all = append(all, t)
			}
		}
	}
	slices.SortFunc(all, func(a, b *openfgav1.Tuple) int {
		return strings.Compare(a.GetKey().GetObject(), b.GetKey().GetObject())
	})
	return storage.NewStaticTupleIterator(all), nil
}
