// Package spreadsheet proves with real programs that a register as CSV is text and
// stays text: its tests have Gnumeric and LibreOffice read files of
// audit.RegisterList in which every text is hostile, look into what they made of
// each cell, and have them write the files again.
//
// It is a module of its own because it runs programs. There is nothing to import.
//
//	.ci/servers                          # installs Gnumeric, where packages of Debian can be
//	cd examples/spreadsheet && go test   # a program that is missing is skipped
package spreadsheet
