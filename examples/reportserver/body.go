package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
)

// maxBody is how many bytes the body of a request may have.
const maxBody = 64 << 10

// readBody reads the body of a request into v: one JSON object and nothing after it, with only the names of v, each at most once. If the
// body is anything else, readBody answers the request and returns false. A null is as a missing member.
func readBody(w http.ResponseWriter, r *http.Request, v any) bool {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		writeProblem(w, http.StatusUnsupportedMediaType, "the content type must be application/json")
		return false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		err = decodeObject(body, v)
	}
	if err == nil {
		return true
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		writeProblem(w, http.StatusRequestEntityTooLarge, "the body is too large")
		return false
	}
	writeProblem(w, http.StatusBadRequest, "the body is not the JSON object that is expected")
	return false
}

var errNames = errors.New("not one object with each of its names once, in lower case")

// decodeObject decodes an object into v. All names of v must be in lower case.
func decodeObject(body []byte, v any) error {
	if !plainNames(json.NewDecoder(bytes.NewReader(body))) {
		return errNames
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	return decoder.Decode(v)
}

// plainNames reports whether there is one object and nothing after it, whose names are in lower case and occur once. Decoding into a
// struct would accept a name in any case, and the last of several.
func plainNames(scan *json.Decoder) bool {
	if open, err := scan.Token(); err != nil || open != json.Delim('{') {
		return false
	}
	seen := make(map[string]bool)
	for scan.More() {
		token, err := scan.Token()
		name, ok := token.(string)
		if err != nil || !ok || seen[name] || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz") != "" {
			return false
		}
		seen[name] = true
		var value json.RawMessage
		if scan.Decode(&value) != nil {
			return false
		}
	}
	if _, err := scan.Token(); err != nil { // the closing brace
		return false
	}
	_, err := scan.Token()
	return err == io.EOF
}

// writeProblem answers with a problem in the form of those that the guard answers with.
func writeProblem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	write(w, status, struct {
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}{http.StatusText(status), status, detail})
}

// writeJSON answers with v.
func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	write(w, status, v)
}

// write sends v, which can always be encoded. No answer may be stored: it is for one reader at one moment.
func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v) // a client that is gone needs no answer
}
