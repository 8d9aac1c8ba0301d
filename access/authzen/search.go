package authzen

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/ambit-authz/ambit/access/internal/strictjson"
)

// resultList is a list as it is sent.
type resultList struct {
	Page    *resultPage     `json:"page,omitempty"`
	Context json.RawMessage `json:"context,omitempty"`
	Results any             `json:"results"` // a slice, never nil
}

type resultPage struct {
	NextToken string `json:"next_token"` // "" at the end
}

type resultEntity struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

type resultAction struct {
	Name string `json:"name"`
}

// kind is what a search returns: subjects, resources or actions.
type kind string

const (
	subjects  kind = "subject"
	resources kind = "resource"
	actions   kind = "action"
)

// search returns the endpoint that searches for k by find.
func (h *handler) search(k kind, find func(*http.Request, Search) (Results, error)) endpoint {
	names := searchNames
	if k == actions {
		names = actionNames
	}
	return func(r *http.Request, data []byte) (any, error) {
		b, err := parse(data, 0, k, names)
		if err != nil {
			return nil, err
		}
		if k == actions {
			b.action = part{given: true, id: member{given: true}}
		}
		request, err := b.request()
		if err != nil {
			return nil, err
		}
		from, err := b.page.span(k, request)
		if err != nil {
			return nil, err
		}
		limit := h.limit(from.limit)
		found, err := find(r, Search{request, from.after, limit + 1})
		if err == nil {
			err = k.check(found.IDs, from.after)
		}
		if err != nil {
			return nil, err
		}
		var list resultList
		switch {
		case len(found.IDs) > limit:
			found.IDs = found.IDs[:limit]
			from.after = found.IDs[limit-1]
			list.Page = &resultPage{from.token()}
		case b.page.given:
			list.Page = new(resultPage)
		}
		list.Results = k.encode(request, found.IDs)
		list.Context, err = encodeContext(found.Context, "")
		return list, err
	}
}

// readTarget reads the subject or the resource that is searched for. Its id is
// ignored, whatever it is, and may be missing.
func (b *body) readTarget(r *strictjson.Reader, k kind) {
	p := b.readPart(r, string(k), "type", "properties")
	p.id.given = true
	if k == subjects {
		b.subject = p
	} else {
		b.resource = p
	}
}

// check refuses a result that is repeated, as a caller who reads page by page
// might never come to an end, and one that no token can name.
func (k kind) check(results []string, after string) error {
	seen := map[string]bool{after: true}
	for _, result := range results {
		if seen[result] || !validResult(result) {
			return fmt.Errorf("authzen: the search for a %s returned %q, which is repeated or cannot be a result", k, result)
		}
		seen[result] = true
	}
	return nil
}

// encode returns results as they are sent.
func (k kind) encode(r Request, results []string) any {
	if k == actions {
		list := make([]resultAction, len(results))
		for i, name := range results {
			list[i].Name = name
		}
		return list
	}
	list := make([]resultEntity, len(results))
	for i, id := range results {
		list[i] = resultEntity{r.Resource.Type, id}
		if k == subjects {
			list[i].Type = r.Subject.Type
		}
	}
	return list
}
