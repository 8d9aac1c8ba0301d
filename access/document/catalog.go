package document

import (
	"fmt"

	"github.com/ambit-authz/ambit/access/internal/strictjson"
	"github.com/ambit-authz/ambit/role"
)

// Catalog is the entry of a [role.Catalog]: a shipped one by its name, one that
// adds to it, or one of the document's own. The zero Catalog is that of the
// program. In JSON it is a text if it has only a name, as in
// "catalog": "company".
type Catalog struct {
	// Extends is the catalog to begin with, "company" or "project". Kinds,
	// Roles and Grant are then what is added to it: see [role.Extension]. ""
	// means that Roles and Kinds are all there is, and Grant is empty.
	Extends string `json:"extends,omitempty"`

	Kinds []role.Kind                 `json:"kinds,omitempty"`
	Roles []role.Role                 `json:"roles,omitempty"`
	Grant map[role.Name][]role.Action `json:"grant,omitempty"`
}

// CatalogOf returns the entry of a catalog in full, with every role and kind.
func CatalogOf(c *role.Catalog) Catalog { return Catalog{Roles: c.Roles(), Kinds: c.Kinds()} }

// named reports whether c has only a name.
func (c Catalog) named() bool { return c.Kinds == nil && c.Roles == nil && c.Grant == nil }

// MarshalJSON writes the name if c has no more, and otherwise an object.
func (c Catalog) MarshalJSON() ([]byte, error) {
	if c.named() && c.Extends != "" {
		return quote(c.Extends), nil
	}
	type object Catalog
	return strictjson.Marshal(object(c))
}

// UnmarshalJSON reads what MarshalJSON writes, as strictly as [Parse]: the
// error is the first problem.
func (c *Catalog) UnmarshalJSON(data []byte) error {
	return readOne(data, (*reader).catalog, c)
}

func (r *reader) catalog() (e Catalog) {
	if r.Kind() != strictjson.Object {
		r.nonEmpty("", &e.Extends).read()
		return e
	}
	before := r.Problems()
	r.object(r.nonEmpty("extends", &e.Extends),
		list(r, "kinds", &e.Kinds, r.kind),
		list(r, "roles", &e.Roles, r.role),
		field{"grant", func() {
			e.Grant = make(map[role.Name][]role.Action)
			for name := range r.Map() {
				actions := []role.Action{}
				for range r.Array() {
					actions = append(actions, role.Action(r.Text()))
				}
				e.Grant[role.Name(name)] = actions
			}
		}})
	if e.named() && e.Extends == "" && r.Problems() == before {
		r.Fail(fmt.Errorf("empty catalog %w: leave the field out", ErrInvalid))
	}
	return e
}

func (r *reader) kind() (e role.Kind) {
	r.object(r.text("name", &e.Name),
		r.checked("in", func(text string) error {
			if e.In.UnmarshalText([]byte(text)) != nil {
				return fmt.Errorf("in %q %w: write account or company", text, ErrInvalid)
			}
			return nil
		}),
		list(r, "actions", &e.Actions, r.action),
		r.checked("link", func(text string) error {
			if e.Link = role.Action(text); text == "" {
				return fmt.Errorf("empty text %w: leave the field out", ErrInvalid)
			}
			return nil
		}))
	return e
}

func (r *reader) action() role.Action { return role.Action(r.Text()) }

func (r *reader) role() (e role.Role) {
	r.object(field{"name", func() { e.Name = role.Name(r.Text()) }}, r.text("title", &e.Title), r.text("summary", &e.Summary),
		r.checked("data", func(text string) error {
			if e.Scope.UnmarshalText([]byte(text)) != nil {
				return fmt.Errorf("data %q %w: write all or teams", text, ErrInvalid)
			}
			return nil
		}),
		list(r, "capabilities", &e.Capabilities, r.action),
		list(r, "manages", &e.Manages, func() role.Name { return role.Name(r.Text()) }),
		r.flag("offered", &e.Offered), r.flag("default", &e.Default),
		r.count("minHolders", &e.MinHolders), r.count("maxHolders", &e.MaxHolders))
	return e
}
