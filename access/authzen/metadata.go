package authzen

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
)

// Where the endpoints are, below the path of [Config.BaseURL].
const (
	evaluationPath     = "/access/v1/evaluation"
	evaluationsPath    = "/access/v1/evaluations"
	searchSubjectPath  = "/access/v1/search/subject"
	searchResourcePath = "/access/v1/search/resource"
	searchActionPath   = "/access/v1/search/action"
)

// metadataPath comes before the path of the base URL.
const metadataPath = "/.well-known/authzen-configuration"

// base is a base URL: as it was written, then itself and its path without a slash
// at the end.
type base struct {
	name, url, path string
}

// parseBase checks a base URL, which may be "".
func parseBase(text string) (base, error) {
	if text == "" {
		return base{}, nil
	}
	u, err := url.Parse(text)
	if err != nil {
		return base{}, fmt.Errorf("authzen: Config.BaseURL: %w", err)
	}
	b := base{text, strings.TrimSuffix(text, "/"), strings.TrimSuffix(u.Path, "/")}
	switch {
	case u.Scheme != "https" || u.Hostname() == "" || strings.HasSuffix(u.Host, ":") || u.User != nil:
		err = errors.New("authzen: Config.BaseURL must start with https:// and a host, with a port after any colon")
	case strings.ContainsAny(text, "?#"):
		err = errors.New("authzen: Config.BaseURL must have neither query nor fragment")
	case u.EscapedPath() != u.Path: // callers would write it in more than one way
		err = errors.New("authzen: the path of Config.BaseURL needs escaping")
	case b.path != strings.TrimSuffix(path.Clean("/"+b.path+"/"), "/"):
		err = errors.New("authzen: the path of Config.BaseURL has empty or dotted segments")
	}
	return b, err
}

// metadata returns the document that lists the endpoints.
func (b base) metadata() []byte {
	text, _ := json.Marshal(struct { // of strings, which cannot fail
		Name           string `json:"policy_decision_point"`
		Evaluation     string `json:"access_evaluation_endpoint"`
		Evaluations    string `json:"access_evaluations_endpoint"`
		SubjectSearch  string `json:"search_subject_endpoint"`
		ResourceSearch string `json:"search_resource_endpoint"`
		ActionSearch   string `json:"search_action_endpoint"`
	}{
		b.name, b.url + evaluationPath, b.url + evaluationsPath,
		b.url + searchSubjectPath, b.url + searchResourcePath, b.url + searchActionPath,
	})
	return text
}

func (h *handler) serveMetadata(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "the method must be GET", http.StatusMethodNotAllowed)
		return
	}
	reply(w, h.metadata)
}
