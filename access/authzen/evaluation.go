package authzen

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"

	"github.com/ambit-authz/ambit/access"
)

// answer is a decision as it is sent.
type answer struct {
	Decision bool            `json:"decision"`
	Context  json.RawMessage `json:"context,omitempty"`
}

// answers are the decisions of a batch as they are sent.
type answers struct {
	Evaluations []answer `json:"evaluations"`
}

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
	return h.ask(r, e, request)
}

// ask puts one question to e.
func (h *handler) ask(r *http.Request, e Evaluator, request Request) (answer, error) {
	d, err := e.Evaluate(r.Context(), request)
	if err == nil && !d.Allowed && d.Reason == string(access.ReasonUnavailable) {
		err = fmt.Errorf("authzen: %w: the Evaluator denies because it has no policy", ErrUnavailable)
	}
	if err != nil {
		return answer{}, err
	}
	reason := d.Reason
	if d.Allowed || !h.config.Reasons {
		reason = ""
	}
	context, err := encodeContext(d.Context, reason)
	return answer{d.Allowed, context}, err
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
		a, err := h.item(r, e, i, &item)
		if err != nil {
			return nil, err
		}
		all.Evaluations = append(all.Evaluations, a)
		if b.semantic == untilDenied && !a.Decision || b.semantic == untilAllowed && a.Decision {
			break
		}
	}
	return all, nil
}

// item answers one question of a batch, with a denial also if the question cannot
// be answered. The error is for a failure that every other question would share.
func (h *handler) item(r *http.Request, e Evaluator, i int, q *question) (answer, error) {
	request, err := q.request()
	var a answer
	if err == nil {
		a, err = h.ask(r, e, request)
	}
	if err == nil {
		return a, nil
	}
	why := refusalOf(r, err)
	switch why.status {
	case http.StatusServiceUnavailable:
		return answer{}, err
	case http.StatusInternalServerError:
		h.report(r, fmt.Errorf("authzen: evaluations[%d]: %w", i, err))
	}
	return why.denial(), nil
}

// denial returns the answer to a question of a batch that is not answered: why, in
// the form of the protocol's example.
func (why *refusal) denial() answer {
	type problem struct {
		Status  int    `json:"status"`
		Message string `json:"message"`
	}
	context, _ := json.Marshal(struct { // of a string and a number, which cannot fail
		Error problem `json:"error"`
	}{problem{why.status, why.Error()}})
	return answer{Context: context}
}

// begin returns who answers the request.
func (h *handler) begin(r *http.Request) (Evaluator, error) {
	e, err := h.config.Evaluator(r)
	if err == nil && e == nil {
		err = errors.New("authzen: Config.Evaluator returned no Evaluator")
	}
	return e, err
}

// encodeContext returns a context of the host's as it is sent, with a reason
// unless that is "". It is nil if there is nothing in it.
func encodeContext(host map[string]any, reason string) (json.RawMessage, error) {
	if len(host) == 0 && reason == "" {
		return nil, nil
	}
	for _, name := range []string{"reason", "error"} {
		if _, taken := host[name]; taken {
			return nil, fmt.Errorf("authzen: the context of an answer has a member %q, which is the handler's; give it another name", name)
		}
	}
	all := make(map[string]any, len(host)+1)
	maps.Copy(all, host)
	if reason != "" {
		all["reason"] = reason
	}
	text, err := json.Marshal(all)
	if err != nil {
		return nil, fmt.Errorf("authzen: the context of an answer cannot be written as JSON: %w", err)
	}
	return text, nil
}
