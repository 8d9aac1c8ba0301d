package console

import (
	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
)

func attributeRoutes() []route {
	return []route{{Path: "/attributes", Menu: say("Attributes"), Under: dataSection, Rights: []access.Action{access.AddSource}, Show: showAttributes}}
}

// attributesPage is what accounts may have values for.
type attributesPage struct {
	Rows   []attributeRow
	Names  bool // the reader may know which data groups there are
	Offers []offer
}

// attributeRow is an attribute, with the data groups whose filters read it.
type attributeRow struct {
	Name   string
	Type   phrase
	Read   bool
	Groups phrase // that read it, for those who may know of them
	Offers []offer
}

// showAttributes answers with all attributes: there are at most some hundreds.
func showAttributes(v *visit) (*answer, error) {
	p := attributesPage{Names: v.mayRead(readDirectory), Offers: v.offers("attributes")}
	counts, first := map[string]int{}, map[string]*smallest[string]{}
	for g := range v.directory().Groups() {
		for _, name := range g.Filter.Reads() {
			if counts[name]++; first[name] == nil {
				first[name] = &smallest[string]{}
			}
			first[name].add(string(g.ID), v.groupName(g.ID))
		}
	}
	for _, a := range v.directory().Schema().Attributes() {
		p.Rows = append(p.Rows, p.row(v, a, counts[a.Name], first[a.Name]))
	}
	return &answer{Template: "attributes.html", Title: say("Attributes of accounts"), Data: p}, nil
}

func (p attributesPage) row(v *visit, a datagroup.Attribute, count int, groups *smallest[string]) attributeRow {
	r := attributeRow{Name: a.Name, Type: typeText(a.Type), Read: count > 0}
	if r.Read && p.Names {
		r.Groups = namesText(groups.values(), count)
	}
	if !r.Read {
		r.Offers = v.offers("attribute", "attribute", a.Name)
	}
	return r
}
