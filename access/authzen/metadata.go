package authzen

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/ambit-authz/ambit/internal/text"
)

// Where the endpoints are, below the path of [Config.BaseURL].
const (
	evaluationPath  = "/access/v1/evaluation"
	evaluationsPath = "/access/v1/evaluations"
)

// path returns where the search for k is.
func (k kind) path() string { return "/access/v1/search/" + string(k) }

// metadataPath comes before the path of the base URL.
const metadataPath = "/.well-known/authzen-configuration"

// base is a base URL and its path, neither with a slash at the end.
type base struct {
	url, path string
}

// parseBase checks a base URL, which may be "".
func parseBase(name string) (base, error) {
	if name == "" {
		return base{}, nil
	}
	u, err := url.Parse(name)
	if err != nil {
		return base{}, fmt.Errorf("authzen: Config.BaseURL: %w", err)
	}
	b := base{name, u.Path}
	switch {
	case u.Scheme != "https" || u.Hostname() == "" || strings.HasSuffix(u.Host, ":") || u.User != nil:
		err = errors.New("authzen: Config.BaseURL must start with https:// and a host, with a port after any colon")
	case !strings.HasPrefix(name, "https://") || text.Host(u.Host) != nil: // callers compare it as it is written
		err = errors.New("authzen: the scheme of Config.BaseURL must be in small letters, and its host a name or an address in ASCII")
	case strings.ContainsAny(name, "?#"):
		err = errors.New("authzen: Config.BaseURL must have neither query nor fragment")
	case u.EscapedPath() != u.Path: // callers would write it in more than one way
		err = errors.New("authzen: the path of Config.BaseURL needs escaping")
	case strings.HasSuffix(name, "/"): // a caller who appends a path would have two
		err = fmt.Errorf("authzen: Config.BaseURL %s ends in a slash; leave the slash out", text.Quote(name))
	case b.path != strings.TrimSuffix(path.Clean("/"+b.path), "/"):
		err = errors.New("authzen: the path of Config.BaseURL has empty or dotted segments")
	}
	return b, err
}

// metadata returns the document that lists the endpoints, of the searches only
// those that s has.
func (b base) metadata(s Searcher) []byte {
	search := func(k kind) string {
		if s.of(k) == nil {
			return ""
		}
		return b.url + k.path()
	}
	document, _ := json.Marshal(struct { // of strings, which cannot fail
		Name           string `json:"policy_decision_point"`
		Evaluation     string `json:"access_evaluation_endpoint"`
		Evaluations    string `json:"access_evaluations_endpoint"`
		SubjectSearch  string `json:"search_subject_endpoint,omitempty"`
		ResourceSearch string `json:"search_resource_endpoint,omitempty"`
		ActionSearch   string `json:"search_action_endpoint,omitempty"`
	}{
		b.url, b.url + evaluationPath, b.url + evaluationsPath,
		search(subjects), search(resources), search(actions),
	})
	return document
}

func (h *handler) serveMetadata(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "the method must be GET", http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=3600")
	reply(w, h.metadata)
}
