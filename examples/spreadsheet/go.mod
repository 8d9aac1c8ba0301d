module github.com/ambit-authz/ambit/examples/spreadsheet

go 1.26

require github.com/ambit-authz/ambit v0.0.0

replace github.com/ambit-authz/ambit => ../..
