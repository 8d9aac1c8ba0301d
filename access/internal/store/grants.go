package store

import (
	"cmp"
	"iter"
	"slices"

	"github.com/ambit-authz/ambit/access/internal/persist"
)

// partGrants is how many grants a part has at most.
const partGrants = 64

// Grants is a persistent list of grants, of different reports, in order of Of.
// The zero Grants is empty. A change copies one part of it: somebody may have a
// great many.
//
// Copying the struct copies the Grants in constant time. Reads are safe for any
// number of goroutines and allocate nothing. See Token for who may write.
type Grants struct {
	parts []*grantPart   // none is empty
	owner *persist.Token // of the array behind parts
	sweep int            // with how many parts it is time to leave out what is gone
}

type grantPart struct {
	owner  *persist.Token
	grants []Grant
}

// All yields the grants in order. They may name deleted reports.
func (g Grants) All() iter.Seq[Grant] {
	return func(yield func(Grant) bool) {
		for _, p := range g.parts {
			for _, grant := range p.grants {
				if !yield(grant) {
					return
				}
			}
		}
	}
}

// Find returns the grant of a report, which may have ended.
func (g Grants) Find(report uint32) (Grant, bool) {
	if len(g.parts) == 0 {
		return Grant{}, false
	}
	p := g.parts[g.part(report)]
	if k, found := p.search(report); found {
		return p.grants[k], true
	}
	return Grant{}, false
}

// part returns the number of the part in which the grant of a report is, if there
// is one, and belongs if not. There must be a part.
func (g Grants) part(report uint32) int {
	i, found := slices.BinarySearchFunc(g.parts, report, func(p *grantPart, of uint32) int { return cmp.Compare(p.grants[0].Of, of) })
	if !found && i > 0 {
		i--
	}
	return i
}

func (p *grantPart) search(report uint32) (int, bool) {
	return slices.BinarySearchFunc(p.grants, report, func(g Grant, of uint32) int { return cmp.Compare(g.Of, of) })
}

// put puts a grant in place of that of the same report. Of the part that it
// copies it leaves out those of reports that are gone.
func (g *Grants) put(t *persist.Token, grant Grant, gone func(report uint32) bool) {
	if len(g.parts) == 0 {
		*g = Grants{parts: []*grantPart{{t, []Grant{grant}}}, owner: t, sweep: 2}
		return
	}
	i := g.part(grant.Of)
	p := g.edit(t, i, gone)
	k, found := p.search(grant.Of)
	if found {
		p.grants[k] = grant
		return
	}
	p.grants = slices.Insert(p.grants, k, grant)
	if n := len(p.grants); n > partGrants {
		half := n / 2
		if k == n-1 && i == len(g.parts)-1 {
			half = n - 1 // reports come in order: parts are left full
		}
		g.parts = slices.Insert(g.parts, i+1, &grantPart{t, slices.Clone(p.grants[half:])})
		clear(p.grants[half:])
		p.grants = p.grants[:half]
	}
	if len(g.parts) > g.sweep {
		g.leaveOut(t, gone)
	}
}

// leaveOut leaves out the grants of reports that are gone: of parts that nothing
// comes to any more they would stay for ever.
func (g *Grants) leaveOut(t *persist.Token, gone func(report uint32) bool) {
	left := Grants{owner: t}
	for grant := range g.All() {
		if gone(grant.Of) {
			continue
		}
		last := len(left.parts) - 1
		if last < 0 || len(left.parts[last].grants) == partGrants {
			left.parts = append(left.parts, &grantPart{t, make([]Grant, 0, partGrants)})
			last++
		}
		left.parts[last].grants = append(left.parts[last].grants, grant)
	}
	left.sweep = 2*len(left.parts) + 1
	*g = left
}

// drop takes the grant of a report away, if there is one.
func (g *Grants) drop(t *persist.Token, report uint32) {
	if _, found := g.Find(report); !found {
		return
	}
	i := g.part(report)
	p := g.edit(t, i, func(uint32) bool { return false })
	k, _ := p.search(report)
	if p.grants = slices.Delete(p.grants, k, k+1); len(p.grants) == 0 {
		g.parts = slices.Delete(g.parts, i, i+1)
	}
}

// edit returns part i for t to change in place.
func (g *Grants) edit(t *persist.Token, i int, gone func(report uint32) bool) *grantPart {
	if g.owner != t {
		g.parts, g.owner = slices.Clone(g.parts), t
	}
	if p := g.parts[i]; p.owner != t {
		all := make([]Grant, 0, len(p.grants)+1)
		for _, grant := range p.grants {
			if !gone(grant.Of) {
				all = append(all, grant)
			}
		}
		g.parts[i] = &grantPart{t, all}
	}
	return g.parts[i]
}
