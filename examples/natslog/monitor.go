package natslog

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/ambit-authz/ambit/audit"
	"github.com/nats-io/nats.go/jetstream"
)

// synced asks the monitoring endpoint of each node whether it syncs what it confirms.
// The nodes of the stream must all be among them.
func synced(ctx context.Context, monitors []string, c *jetstream.ClusterInfo) error {
	if len(monitors) == 0 {
		return nil
	}
	asked := make(map[string]bool)
	for _, url := range monitors {
		name, err := syncedNode(ctx, url)
		if err != nil {
			return err
		}
		asked[name] = true
	}
	if c == nil {
		return nil // one server alone
	}
	nodes := []string{c.Leader}
	for _, r := range c.Replicas {
		nodes = append(nodes, r.Name)
	}
	for _, node := range nodes {
		if node != "" && !asked[node] {
			return &Error{Err: audit.ErrWeak, Text: fmt.Sprintf("node %q has the stream, and none of Options.Monitors is its", node)}
		}
	}
	return nil
}

// syncedNode returns the name of a node that syncs.
func syncedNode(ctx context.Context, url string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(url, "/")+"/varz", nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", fmt.Errorf("%w: %s: %w", ErrNoAnswer, url, err)
	}
	defer response.Body.Close()
	var node struct {
		Name      string `json:"server_name"`
		JetStream struct {
			Config struct {
				Always bool `json:"sync_always"`
			} `json:"config"`
		} `json:"jetstream"`
	}
	if err := json.NewDecoder(response.Body).Decode(&node); err != nil {
		return "", fmt.Errorf("%s answers something else than a NATS server: %w", url, err)
	}
	if !node.JetStream.Config.Always {
		return "", &Error{Err: audit.ErrWeak, Text: fmt.Sprintf("node %q confirms before it syncs: set sync_interval: always", node.Name)}
	}
	return node.Name, nil
}
