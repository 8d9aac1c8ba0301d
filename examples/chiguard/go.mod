module github.com/ambit-authz/ambit/examples/chiguard

go 1.26

require (
	github.com/ambit-authz/ambit v0.0.0
	github.com/go-chi/chi/v5 v5.5.0
)

replace github.com/ambit-authz/ambit => ../..
