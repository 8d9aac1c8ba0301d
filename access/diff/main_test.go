package diff

import (
	"flag"
	"os"
	"testing"
)

// TestMain has each law checked 30 times in a plain run, and again until all
// branches were hit. With CI or AMBIT_LONG set it is as often as rapid says,
// unless the command line says how often.
func TestMain(m *testing.M) {
	if os.Getenv("CI") == "" && os.Getenv("AMBIT_LONG") == "" {
		if err := flag.Set("rapid.checks", "30"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
