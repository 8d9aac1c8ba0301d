package authzen

import (
	"context"
	"errors"
	"net/http"
	"slices"
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
		b, err := parse(data, 0, names)
		if err != nil {
			return nil, err
		}
		request, err := b.search(k)
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

// search returns what is asked about things of kind k. Which one of them is
// asked about is ignored, and need not be there.
func (b *body) search(k kind) (Request, error) {
	nobody := text{given: true}
	switch k {
	case subjects:
		b.subject.id = nobody
	case resources:
		b.resource.id = nobody
	case actions:
		b.action = part{given: true, id: nobody}
	}
	return b.request()
}

// look asks e for a list.
func look(ctx context.Context, e Evaluator, k kind, s Search) (results []string, err error) {
	switch k {
	case subjects:
		results, err = e.SearchSubjects(ctx, s)
	case resources:
		results, err = e.SearchResources(ctx, s)
	case actions:
		results, err = e.SearchActions(ctx, s)
	}
	if err == nil {
		err = ctx.Err()
	}
	if err == nil && slices.Contains(results, s.After) {
		// Going on like this, whoever reads page by page would never come to
		// an end. An empty result does it as well, on the first page.
		err = errors.New("authzen: a search returned a result that is empty, or what was asked to be behind it")
	}
	return results, err
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
