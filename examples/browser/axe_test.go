package browser

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// The release of axe-core that .ci/servers installs, and what its script is.
const (
	axeVersion = "4.14.1"
	axeSum     = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
)

// axe returns the script of axe-core, which looks at a page as readers need it
// who do not see it.
var axe = sync.OnceValues(func() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	script, err := os.ReadFile(filepath.Join(cache, "ambit", "axe-core-"+axeVersion, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		return "", fmt.Errorf("axe-core %s is not there, which .ci/servers installs: %w", axeVersion, err)
	}
	if sum := sha256.Sum256(script); hex.EncodeToString(sum[:]) != axeSum {
		return "", fmt.Errorf("axe-core is not that of the sum")
	}
	return string(script), nil
})

// needAxe skips a test without axe-core, and fails it on a server.
func needAxe(t *testing.T) string {
	t.Helper()
	script, err := axe()
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatal(err)
	default:
		t.Skip(err)
	}
	return script
}

// violations returns what axe-core says is wrong with the page that a tab shows,
// by all rules or by some.
func (tb *tab) violations(script string, rules ...string) []string {
	tb.t.Helper()
	if !eval[bool](tb, "!!window.axe") {
		tb.do(chromedp.Evaluate[chromedp.Void](script + ";0"))
	}
	options := `{resultTypes: ["violations"]}`
	if len(rules) > 0 {
		options = `{resultTypes: ["violations"], runOnly: ["` + strings.Join(rules, `", "`) + `"]}`
	}
	found, err := chromedp.Run(tb.ctx, chromedp.Evaluate[[]string](`axe.run(document, `+options+`).then(r => r.violations.map(v =>
		v.id + ": " + v.help + ": " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + " " + (n.any[0] || {message: ""}).message).join("; ")))`, chromedp.EvalAwaitPromise))
	if err != nil {
		tb.t.Fatal(err)
	}
	return found
}

// scheme makes a tab light or dark.
func (tb *tab) scheme(name string) {
	tb.t.Helper()
	features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}
	if _, err := chromedp.Call(tb.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
		tb.t.Fatal(err)
	}
}

// get returns the body of a page, "" for what is no page.
func get(t *testing.T, r *http.Request) string {
	t.Helper()
	w, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	body, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if w.StatusCode != http.StatusOK || !strings.HasPrefix(w.Header.Get("Content-Type"), "text/html") || strings.HasSuffix(r.URL.Path, "/html") {
		return ""
	}
	return string(body)
}
