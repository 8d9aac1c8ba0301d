package story

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// words are what people write in the place of an id, and mean by it.
var words = map[string]string{
	"all": everything, "any": everything, "anything": everything, "*": everything, "every": everything, "everything": everything,
	"none": `write "nothing" alone`, "-": `write "nothing" alone`,
	"and": onlySpaces, "or": onlySpaces, "&": onlySpaces, "+": onlySpaces, "|": onlySpaces, "=": onlySpaces, ":": onlySpaces, "->": onlySpaces, "→": onlySpaces,
	"only": "leave it out, as a list is exact", "just": "leave it out, as a list is exact", "exactly": "leave it out, as a list is exact",
	"not": whatIsNot, "no": whatIsNot, "except": whatIsNot, "but": whatIsNot, "without": whatIsNot,
	"least": `write "at least"`, "atleast": `write "at least"`, "at-least": `write "at least"`, "at": `write "at least" after the subject`,
	"everybody": eachUser, "everyone": eachUser, "anybody": eachUser, "anyone": eachUser, "users": eachUser,
}

const (
	everything = `write "everything" in a list, and elsewhere each id`
	onlySpaces = "write only spaces between ids"
	whatIsNot  = "a list says what there is, so write a deny line for what there is not"
	eachUser   = "no word stands for all users, so write the id of each"
)

// instead returns what was probably meant by an id that nothing of a kind has, ""
// if it may be a slip of letters.
func (k *known) instead(kind access.Kind, id string) string {
	bare := strings.Trim(id, ".:!?()[]{}<>*'")
	before, _, comment := strings.Cut(id, "#")
	switch {
	case k.has(kind, strings.TrimPrefix(id, string(kind)+":")):
		return fmt.Sprintf("write %s without %q", strings.TrimPrefix(id, string(kind)+":"), string(kind)+":")
	case kind == access.KindUser && words[id] == everything:
		return eachUser
	case words[id] != "":
		return words[id]
	case k.has(kind, bare):
		return fmt.Sprintf("write %s alone", bare)
	case comment && k.has(kind, before):
		return "a comment needs a space before its #"
	case strings.ContainsAny(id, ",;") && k.has(kind, strings.FieldsFunc(id+" ", func(r rune) bool { return r == ',' || r == ';' })[0]):
		return onlySpaces
	case strings.Contains(id, "*"):
		return "patterns are not read, so write each id"
	}
	if swapped := k.swapped(kind, id); swapped != "" {
		return fmt.Sprintf("did you mean %q?", swapped)
	}
	if user := k.insteadOfUser(id); kind == access.KindUser && user != "" {
		return user
	}
	for _, other := range kindsWithIDs {
		if k.has(other, id) {
			return fmt.Sprintf("it is the id of %s, so write it where that belongs", withArticle(other))
		}
	}
	return ""
}

// swapped returns the id of a kind that differs by two neighbours, "" if none does.
// The search for a near name does not find it if it is short.
func (k *known) swapped(kind access.Kind, id string) string {
	letters := []rune(id)
	for i := 1; i < len(letters); i++ {
		letters[i-1], letters[i] = letters[i], letters[i-1]
		if k.has(kind, string(letters)) {
			return string(letters)
		}
		letters[i-1], letters[i] = letters[i], letters[i-1]
	}
	return ""
}

// insteadOfUser returns how a line is about something that is no user.
func (k *known) insteadOfUser(id string) string {
	prefix, rest, _ := strings.Cut(id, ":")
	address, _ := team.ParseAddress(id)
	user, known := k.policy.Directory().UserByAddress(address)
	switch {
	case prefix == "link" && rest != "":
		return fmt.Sprintf("write link %s, in two words", rest)
	case k.has(access.KindLink, id):
		return fmt.Sprintf("write link %s", id)
	case prefix == "team" && k.has(access.KindTeam, rest):
		return k.insteadOfUser(rest)
	case id == "team":
		return `write "team TEAM sees" for what a team sees`
	case k.has(access.KindTeam, id):
		return fmt.Sprintf(`%s is a team, so write "team %s sees" for what it sees, or "team %s" in a line above for sessions within it`, id, id, id)
	case known:
		return fmt.Sprintf("write the id of the user with that address, %s", user.ID)
	}
	return ""
}

// has reports whether something of a built-in kind has the id.
func (k *known) has(kind access.Kind, id string) bool {
	return k.policy.Directory().Has(kind.Resource(id, ""))
}

// insteadOfAction returns the actions that end in a word.
func (k *known) insteadOfAction(word string) string {
	var all []string
	for a := range k.actions {
		if strings.HasSuffix(a, "."+word) {
			all = append(all, a)
		}
	}
	if len(all) == 0 {
		return ""
	}
	slices.Sort(all)
	return "write " + oneOf(all)
}

// insteadOfKind returns the kinds that there are, if none is near.
func (k *known) insteadOfKind(word string) string {
	if didYouMean(word, k.kinds()) != "" {
		return ""
	}
	return "write " + oneOf(slices.Compact(slices.Sorted(k.kinds())))
}

// kindText returns a built-in kind as people call it.
func kindText(kind access.Kind) string {
	switch kind {
	case access.KindGroup:
		return "data group"
	case access.KindLink:
		return "share link"
	}
	return string(kind)
}

// withArticle returns a built-in kind as people speak of one thing.
func withArticle(kind access.Kind) string {
	if kind == access.KindAccount {
		return "an account"
	}
	return "a " + kindText(kind)
}

// unknown is the error about a name that does not exist.
type unknown struct {
	what, name string
	names      iter.Seq[string] // that exist
	instead    func() string    // what was meant, if it was no slip of letters, or ""
}

// Error looks for the name that was meant, unless there are too many to look at.
func (u unknown) Error() string {
	text := fmt.Sprintf("there is no %s %q", u.what, u.name)
	switch instead := u.instead(); {
	case strings.HasPrefix(instead, "did you mean"):
		return text + "; " + instead
	case instead != "":
		return text + ": " + instead
	}
	if near := didYouMean(u.name, u.names); near != "" {
		return text + near
	}
	return text + ": write it as the policy has it"
}

// cause is the name: how it was misspelt is not looked for.
func (u unknown) cause() cause { return cause{what: u.what + " " + u.name} }

// notAsked is the error about an action and a resource that do not go together.
type notAsked struct {
	known    *known
	action   access.Action
	resource access.Resource
}

// Error says of what the action is asked.
func (n notAsked) Error() string {
	cure := n.known.misplaced(n.resource)
	if cure == "" {
		cure = n.known.askedOf(n.action)
	}
	return fmt.Sprintf("%s is not asked of %v%s", n.action, n.resource, cure)
}

// cause is the pair: of what the action is asked is not looked for.
func (n notAsked) cause() cause { return cause{what: fmt.Sprint(n.action, " ", n.resource)} }

// misplaced ends a message about a resource that is in the wrong place, "" if it is
// not.
func (k *known) misplaced(r access.Resource) string {
	declared, _ := k.policy.Directory().Catalog().Kind(string(r.Kind()))
	switch {
	case r.Kind() == access.KindCompany && r != access.Company():
		return `: there is one company, so write "company" alone`
	case r.Account() != "" && r != access.Account(r.ID()) && declared.In != role.InAccount:
		return fmt.Sprintf(`: %s is in no account, so leave out "in account:%s"`, withArticle(r.Kind()), r.Account())
	}
	return ""
}

// askedOf ends a message about an action with the kinds that it is asked of.
func (k *known) askedOf(a access.Action) string {
	var all []string
	for kind := range k.kinds() {
		if k.together(a, k.sample(access.Kind(kind))) {
			all = append(all, kind)
		}
	}
	slices.Sort(all)
	return ": it is asked of " + oneOf(slices.Compact(all))
}

// sample returns a resource of a kind that there is.
func (k *known) sample(kind access.Kind) access.Resource {
	declared, _ := k.policy.Directory().Catalog().Kind(string(kind))
	switch {
	case kind == access.KindCompany:
		return access.Company()
	case declared.In == role.InAccount:
		return access.Item(kind, "x", "x")
	}
	return kind.Resource("x", "")
}
