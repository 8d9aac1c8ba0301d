package authzen

import (
	"errors"
	"fmt"
	"net/http"
)

// answer is a decision as it is sent.
type answer struct {
	Decision bool    `json:"decision"`
	Context  *reason `json:"context,omitempty"`
}

type reason struct {
	Reason string `json:"reason"`
}

// answers are the decisions of a batch as they are sent.
type answers struct {
	Evaluations []answer `json:"evaluations"`
}

// Reasons for which an item of a batch is denied without a decision.
const (
	invalidItem      = "invalid-item"
	evaluationFailed = "evaluation-failed"
)

func (h *handler) evaluation(r *http.Request, data []byte) (any, error) {
	b, err := parse(data, h.config.MaxEvaluations, "", evaluationNames)
	if err != nil {
		return nil, err
	}
	return h.single(r, &b.question)
}

// single answers one question by itself.
func (h *handler) single(r *http.Request, q *question) (any, error) {
	request, err := q.request()
	if err != nil {
		return nil, err
	}
	e, err := h.begin(r)
	if err != nil {
		return nil, err
	}
	d, err := e.Evaluate(r.Context(), request)
	if err != nil {
		return nil, err
	}
	return h.encode(d), nil
}

func (h *handler) evaluations(r *http.Request, data []byte) (any, error) {
	b, err := parse(data, h.config.MaxEvaluations, "", evaluationsNames)
	if err != nil {
		return nil, err
	}
	if len(b.items) == 0 {
		return h.single(r, &b.question)
	}
	e, err := h.begin(r)
	if err != nil {
		return nil, err
	}
	all := answers{make([]answer, 0, len(b.items))}
	for i, item := range b.items {
		item = item.or(&b.question)
		d, err := h.item(r, e, i, &item)
		if err != nil {
			return nil, err
		}
		all.Evaluations = append(all.Evaluations, h.encode(d))
		if b.semantic == untilDenied && !d.Allowed || b.semantic == untilAllowed && d.Allowed {
			break
		}
	}
	return all, nil
}

// item answers one question of a batch, with a denial also if the question cannot
// be answered. The error is for a failure that every other question would share.
func (h *handler) item(r *http.Request, e Evaluator, i int, q *question) (Decision, error) {
	request, err := q.request()
	if err != nil {
		return Decision{Reason: invalidItem}, nil
	}
	d, err := e.Evaluate(r.Context(), request)
	switch {
	case err == nil:
		return d, nil
	case unavailable(r, err):
		return Decision{}, err
	}
	h.report(r, fmt.Errorf("authzen: evaluations[%d]: %w", i, err))
	return Decision{Reason: evaluationFailed}, nil
}

// begin returns who answers the request.
func (h *handler) begin(r *http.Request) (Evaluator, error) {
	e, err := h.config.Evaluator(r)
	if err == nil && e == nil {
		err = errors.New("authzen: Config.Evaluator returned no Evaluator")
	}
	return e, err
}

// encode returns a decision as it is sent.
func (h *handler) encode(d Decision) answer {
	if d.Allowed || d.Reason == "" || !h.config.Reasons {
		return answer{Decision: d.Allowed}
	}
	return answer{Context: &reason{d.Reason}}
}
