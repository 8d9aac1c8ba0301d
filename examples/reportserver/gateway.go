package main

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/ambit-authz/ambit/access/authzen"
	"github.com/ambit-authz/ambit/access/decisionlog"
)

var errNotGateway = errors.New("the bearer token is not the gateway's")

// authzen answers gateways. They may ask about anybody, so they must prove who they are.
func (s *service) authzen(token, publicHost string) (http.Handler, error) {
	if token == "" {
		return nil, errors.New("the token of the gateway is empty")
	}
	want := sha256.Sum256([]byte(token)) // digests have one length, and are compared in constant time
	gateway := func(r *http.Request) error {
		token, _ := bearer(r)
		got := sha256.Sum256([]byte(token))
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			return errNotGateway
		}
		return nil
	}
	policy := authzen.PolicyConfig{Source: s.company, Company: s.company.ID(), Observer: decisionlog.New(s.logger, nil)}
	config := authzen.Config{
		Evaluator:    authzen.ForPolicy(policy),
		Searcher:     authzen.SearchPolicy(policy),
		Authenticate: gateway,
		Reasons:      true,
		MaxBody:      maxBody,
		OnError: func(ctx context.Context, err error) {
			s.logger.ErrorContext(ctx, "cannot evaluate", "request", requestID(ctx), "err", err)
		},
	}
	switch {
	case strings.Contains(publicHost, "/"):
		return nil, fmt.Errorf("the public host %q has a path; the endpoints would move below it", publicHost)
	case publicHost != "":
		config.BaseURL = "https://" + publicHost
	}
	return authzen.New(config)
}
