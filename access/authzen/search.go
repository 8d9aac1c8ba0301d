package authzen

import (
	"context"
	"fmt"
	"net/http"

	"github.com/ambit-authz/ambit/access/internal/strictjson"
)

// found is a list as it is sent.
type found struct {
	Page    *foundPage `json:"page,omitempty"`
	Results any        `json:"results"` // a slice, never nil
}

type foundPage struct {
	NextToken string `json:"next_token"` // "" at the end
}

type foundEntity struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

type foundAction struct {
	Name string `json:"name"`
}

// kind is what is searched for: subject, resource or action.
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
			b.action = part{given: true, id: text{given: true}}
		}
		request, err := b.request()
		if err != nil {
			return nil, err
		}
		from, err := h.turn(k, request, b.page)
		if err != nil {
			return nil, err
		}
		e, err := h.begin(r)
		if err != nil {
			return nil, err
		}
		results, err := look(r.Context(), e, k, Search{request, from.after, from.limit + 1})
		if err != nil {
			return nil, err
		}
		var list found
		more := len(results) > from.limit
		if more {
			results = results[:from.limit]
			from.after = results[from.limit-1]
			list.Page = &foundPage{from.token()}
		} else if b.page.given {
			list.Page = new(foundPage)
		}
		list.Results = k.encode(request, results)
		return list, nil
	}
}

// readSought takes the subject or the resource that is searched for. The id of
// one is ignored, whatever it is, and need not be there.
func (b *body) readSought(r *strictjson.Reader, k kind) {
	p := b.readPart(r, string(k), "type", "properties")
	p.id.given = true
	if k == subjects {
		b.subject = p
	} else {
		b.resource = p
	}
}

// look asks e for a list. With a result that was there before, whoever reads
// page by page might never come to an end, and one that is not clean could not
// be gone on behind.
func look(ctx context.Context, e Evaluator, k kind, s Search) (results []string, err error) {
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
		if seen[result] || !clean(result) {
			return nil, fmt.Errorf("authzen: a search for a %s returned %q, which is repeated or cannot be a result", k, result)
		}
		seen[result] = true
	}
	return results, nil
}

// encode returns results as they are sent.
func (k kind) encode(r Request, results []string) any {
	if k == actions {
		list := make([]foundAction, len(results))
		for i, name := range results {
			list[i].Name = name
		}
		return list
	}
	list := make([]foundEntity, len(results))
	for i, id := range results {
		list[i] = foundEntity{r.Resource.Type, id}
		if k == subjects {
			list[i].Type = r.Subject.Type
		}
	}
	return list
}
