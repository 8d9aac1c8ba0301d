package lint

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
)

// TestWalks: the first findings name accounts and suggest values, and after very many
// looks at accounts the others do not.
func TestWalks(t *testing.T) {
	t.Parallel()
	p := access.MustLoad(`{
	  "attributes": {"country": "string", "market": "string"},
	  "accounts": [
	    {"id": "a", "source": "google", "country": "US"},
	    {"id": "b", "source": "google", "market": "shop"},
	    {"id": "c", "source": "google", "country": "US", "market": "shop"}
	  ],
	  "groups": [
	    {"id": "g1", "filter": "country = 'US' and market in ('shop', 'shops')"},
	    {"id": "g2", "filter": "market = 'shop' and country in ('US', 'us')"},
	    {"id": "g3", "filter": "country = 'US' and market != 'Shop'"}
	  ]
	}`)
	for free := range 6 {
		k := newChecker(p, nil)
		k.walked = maxWalked - 3*free
		listed, suggested := "", ""
		for _, f := range k.check().Findings {
			switch {
			case f.Code == HiddenByMissing && len(f.Others) > 0:
				listed += " " + f.ID
			case f.Code == HiddenByMissing && !strings.HasSuffix(f.Text, " only because an attribute is missing"):
				t.Errorf("%v", f)
			case strings.Contains(f.Text, "mean"):
				suggested += " " + f.ID
			}
		}
		want := []string{"; ", "; g1 g3", "; g1 g2 g3", " g1; g1 g2 g3", " g1 g2; g1 g2 g3", " g1 g2 g3; g1 g2 g3"}[free]
		if got := fmt.Sprintf("%s;%s", listed, suggested); strings.TrimSpace(got) != strings.TrimSpace(want) {
			t.Errorf("with %d looks at all accounts left: %q, want %q", free, got, want)
		}
	}
}
