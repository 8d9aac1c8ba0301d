package authzen

import (
	"context"
	"fmt"
	"net/http"

	"github.com/ambit-authz/ambit/access/internal/strictjson"
)

// resultList is a list as it is sent.
type resultList struct {
	Page    *resultPage `json:"page,omitempty"`
	Results any         `json:"results"` // a slice, never nil
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

// search returns the endpoint that searches for k.
func (h *handler) search(k kind) endpoint {
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
		from, err := h.span(k, request, b.page)
		if err != nil {
			return nil, err
		}
		e, err := h.begin(r)
		if err != nil {
			return nil, err
		}
		results, err := list(r.Context(), e, k, Search{request, from.after, from.limit + 1})
		if err != nil {
			return nil, err
		}
		var page resultList
		more := len(results) > from.limit
		if more {
			results = results[:from.limit]
			from.after = results[from.limit-1]
			page.Page = &resultPage{from.token()}
		} else if b.page.given {
			page.Page = new(resultPage)
		}
		page.Results = k.encode(request, results)
		return page, nil
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

// list searches with e. A repeated result is refused, as a caller who reads page
// by page might never come to an end, and so is a result that no token can name.
func list(ctx context.Context, e Evaluator, k kind, s Search) (results []string, err error) {
	switch k {
	case subjects:
		results, err = e.SearchSubjects(ctx, s)
	case resources:
		results, err = e.SearchResources(ctx, s)
	case actions:
		results, err = e.SearchActions(ctx, s)
	}
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{s.After: true}
	for _, result := range results {
		if seen[result] || !validResult(result) {
			return nil, fmt.Errorf("authzen: the Evaluator searched for a %s and returned %q, which is repeated or cannot be a result", k, result)
		}
		seen[result] = true
	}
	return results, nil
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
