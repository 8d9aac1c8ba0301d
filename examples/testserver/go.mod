module github.com/ambit-authz/ambit/examples/testserver

go 1.26.0
