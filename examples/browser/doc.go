// Package browser tests pages in a browser: those of access/console, and the program examples/reportserver, which it builds and
// starts. It drives Chromium as a person would. It has no API. README.md says what is tested, and how many clicks the tasks of a new
// administrator take.
//
// The tests need Chromium, on Debian the package chromium, and axe-core. Without them they skip; with CI=true they fail. Nothing leaves 127.0.0.1.
// The go command does not see that the program they build has changed: run them with -count=1.
package browser
