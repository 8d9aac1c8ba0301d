package company

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/audit"
)

// Change is one change of a company. The types of this package are all there
// are, and they are passed as values, not as pointers. A Change is plain data; what
// it points to is copied before it is looked at. Fields marked "outcome" are filled in by
// [Company.Do], whatever they held.
type Change interface {
	// change returns what is fixed about a type of change.
	change() about

	// targets returns what the recorded change concerns, for the log.
	targets() []string

	// asks returns the questions to Decide that authorise the change.
	asks(d *draft) []question

	// judge applies the rules that need more than a question, and returns the
	// change as it is recorded, with its outcomes. It runs once, when the
	// change is made, and never in replay.
	judge(d *draft) (Change, error)

	// apply makes the recorded change. It must depend on nothing but the
	// change and the state.
	apply(d *draft) error
}

// borrower is a change with slices or maps of its caller's.
type borrower interface {
	own() Change // a copy that shares none of them
}

// about is what is fixed about a type of change.
type about struct {
	kind    string // its name in the log
	reason  bool   // one is required
	system  bool   // only a system may make it
	invitee bool   // only the person invited may make it
}

// question is a question to Decide, as the actor.
type question struct {
	action   access.Action
	resource access.Resource
}

// version is that of every change now. A type that comes to be stored in
// another form gets the next one, and its old form stays readable.
const version = 1

// types is every type of change by its name in the log.
var types = func() map[string]func([]byte) (Change, error) {
	m := make(map[string]func([]byte) (Change, error))
	add := func(kind string, decode func([]byte) (Change, error)) {
		m[kind] = decode
	}
	add(decoder[founded]())
	add(decoder[AddUser]())
	add(decoder[SetRole]())
	add(decoder[RemoveUser]())
	add(decoder[SuspendUser]())
	add(decoder[ReinstateUser]())
	add(decoder[SetEnd]())
	add(decoder[TransferOwnership]())
	add(decoder[CreateTeam]())
	add(decoder[EditTeam]())
	add(decoder[DeleteTeam]())
	add(decoder[AddMember]())
	add(decoder[RemoveMember]())
	add(decoder[AttachGroup]())
	add(decoder[DetachGroup]())
	add(decoder[CreateGroup]())
	add(decoder[EditGroup]())
	add(decoder[DeleteGroup]())
	add(decoder[ConnectAccounts]())
	add(decoder[UpdateAccounts]())
	add(decoder[DisconnectAccounts]())
	add(decoder[DeclareAttribute]())
	add(decoder[RetypeAttribute]())
	add(decoder[DropAttribute]())
	add(decoder[CreateReport]())
	add(decoder[RenameReport]())
	add(decoder[ShareReport]())
	add(decoder[UnshareReport]())
	add(decoder[DeleteReport]())
	add(decoder[SetCompanyName]())
	add(decoder[SetLimits]())
	add(decoder[ReplaceCatalog]())
	add(decoder[Invite]())
	add(decoder[ResendInvitation]())
	add(decoder[AmendInvitation]())
	add(decoder[RevokeInvitation]())
	add(decoder[AcceptInvitation]())
	add(decoder[DeclineInvitation]())
	add(decoder[MakeLink]())
	add(decoder[RevokeLink]())
	return m
}()

// Types returns the names of all types of change, as the log and
// [Config.Systems] have them, in byte order.
func Types() []string {
	var all []string
	for kind := range types {
		if kind != (founded{}).change().kind {
			all = append(all, kind)
		}
	}
	slices.Sort(all)
	return all
}

// decoder returns the name of a type of change and what reads it back.
func decoder[T Change]() (string, func([]byte) (Change, error)) {
	var zero T
	return zero.change().kind, func(data []byte) (Change, error) {
		var c T
		if err := json.Unmarshal(data, &c); err != nil {
			return nil, err
		}
		// What does not come out again as it went in was not written by this
		// program: a field unknown, doubled or in the wrong case.
		again, err := encode(c)
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(again, data) {
			return nil, fmt.Errorf("not the canonical form of %s", zero.change().kind)
		}
		return c, nil
	}
}

// encode returns the canonical form of a change.
func encode(c Change) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(c); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// record returns a change as the log keeps it.
func record(c Change) (audit.Change, error) {
	data, err := encode(c)
	return audit.Change{Type: c.change().kind, Version: version, Data: data}, err
}

// recall reads a change from the log. An unknown type or version is an error:
// skipping one would lose whatever it took away.
func recall(c audit.Change) (Change, error) {
	decode, known := types[c.Type]
	if !known || c.Version != version {
		return nil, fmt.Errorf("%w: change of unknown type %q, version %d", ErrBroken, c.Type, c.Version)
	}
	change, err := decode(c.Data)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrBroken, c.Type, err)
	}
	return change, nil
}
