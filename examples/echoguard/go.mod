module github.com/ambit-authz/ambit/examples/echoguard

go 1.26

require (
	github.com/ambit-authz/ambit v0.0.0
	github.com/labstack/echo/v5 v5.4.4
)

require golang.org/x/time v0.15.0 // indirect

replace github.com/ambit-authz/ambit => ../..
