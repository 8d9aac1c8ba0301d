// Package browser tests the pages of examples/reportserver in a browser: it builds and starts the program, and drives Chromium as a
// person would. It has no API.
//
// The tests need Chromium, on Debian the package chromium. Without it they skip; with CI=true they fail. Nothing leaves 127.0.0.1.
// The go command does not see that the program they build has changed: run them with -count=1.
package browser
