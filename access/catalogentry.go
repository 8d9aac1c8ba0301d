package access

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/strictjson"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/role"
)

// shipped are the catalogs that a document may name.
var shipped = map[string]func() *role.Catalog{
	"company": role.CompanyCatalog,
	"project": role.ProjectCatalog,
}

// catalogEntry returns the entry of a catalog: the name of a shipped one, as
// another Config would give an entry that is left out another meaning, or else
// all there is.
func catalogEntry(c *role.Catalog) document.Catalog {
	for name, catalog := range shipped {
		if c.Equal(catalog()) {
			return document.Catalog{Extends: name}
		}
	}
	return document.CatalogOf(c)
}

// isDefault reports whether a document leaves its catalog out.
func isDefault(e document.Catalog) bool {
	return e.Extends == "" && e.Kinds == nil && e.Roles == nil && e.Grant == nil
}

// chooseCatalog returns the document's own catalog, or else the Config's.
func (l *loader) chooseCatalog(e document.Catalog, configured *role.Catalog) *role.Catalog {
	if isDefault(e) {
		if configured == nil {
			return role.CompanyCatalog()
		}
		return configured
	}
	own := l.ownCatalog(e)
	if own == nil {
		l.roleless = true
		return configured
	}
	if configured != nil && !own.Equal(configured) {
		l.refuse("catalog", fmt.Errorf("catalog of the document %w: the program brings another one", ErrInvalid))
	}
	return own
}

// ownCatalog returns the catalog that an entry stands for, or nil after saying
// what is wrong with it.
func (l *loader) ownCatalog(e document.Catalog) *role.Catalog {
	var own *role.Catalog
	var err error
	base, known := shipped[e.Extends]
	switch {
	case known:
		own, err = base().Extend(role.Extension{Kinds: e.Kinds, Roles: e.Roles, Grant: e.Grant})
	case e.Extends != "":
		path := "catalog"
		if e.Kinds != nil || e.Roles != nil || e.Grant != nil {
			path = "catalog.extends"
		}
		err := unknown("catalog", e.Extends, slices.Values(slices.Sorted(maps.Keys(shipped))))
		l.refuse(path, suggest(err, new(int)))
	case e.Grant != nil:
		l.refuse("catalog.grant", fmt.Errorf("grant %w: it adds to the roles of a catalog that is extended", ErrInvalid))
	default:
		own, err = role.NewCatalog(e.Roles, e.Kinds...)
	}
	partly := l.partlyUnread()
	for _, err := range unjoin(err) {
		if path := catalogPath(e, err); !partly[path] {
			l.refuse(path, text.Cause(err))
		}
	}
	return own
}

// partlyUnread returns the paths in the entry of the catalog below which
// something could not be read, which has been told: what is lacking there then is
// no problem of its own.
func (l *loader) partlyUnread() map[string]bool {
	partly := make(map[string]bool)
	for path := range l.unread {
		if !strings.HasPrefix(path, "catalog.") {
			continue
		}
		for end, parts := 0, 0; parts < deepest; parts++ {
			next := strings.IndexByte(path[end+1:], '.')
			if next < 0 {
				break
			}
			end += 1 + next
			partly[path[:end]] = true
		}
	}
	return partly
}

// catalogPath returns where in an entry a problem of a catalog is: of two roles
// or kinds of one name the last, which is the duplicate.
func catalogPath(e document.Catalog, err error) string {
	path := "catalog"
	problem := (*role.Error)(nil)
	if !errors.As(err, &problem) {
		return path
	}
	if problem.Kind != "" {
		for i, k := range e.Kinds {
			if k.Name == problem.Kind {
				path = fmt.Sprintf("catalog.kinds[%d]", i)
			}
		}
		return path
	}
	if _, granted := e.Grant[problem.Role]; granted {
		path = strictjson.Member("catalog.grant", string(problem.Role))
	}
	for i, r := range e.Roles {
		if r.Name == problem.Role {
			path = fmt.Sprintf("catalog.roles[%d]", i)
		}
	}
	return path
}
