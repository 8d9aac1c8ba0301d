package team_test

import (
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/internal/growth"
	"github.com/ambit-authz/ambit/team"
)

// TestAddressGrowth: what an address costs to read grows with it only, and what
// is too long is not looked through.
func TestAddressGrowth(t *testing.T) {
	for name, part := range map[string]string{
		"letters": "a", "dots": ".", "signs": "@", "domain": "@x.test", "labels": "xn--a.", "quotes": `"`, "brackets": "<a@x.test>",
		"spaces": " ", "wide": "ａ", "no encoding": "\xff", "control characters": "\x00",
	} {
		t.Run(name, func(t *testing.T) {
			growth.Hundredfold(t, 20, func(n int) func() {
				text := strings.Repeat(part, n)
				return func() {
					for _, text := range []string{text, text + "@x.test", "a@" + text, "a@" + text + ".test"} {
						_, _ = team.ParseAddress(text)
					}
				}
			})
		})
	}
}
