story Quotes
allow tom account.view account:new app
allow tom account.view account:"new app"
allow tom account.view "account:new app
allow tom account.view "account:new app"because
allow "" account.view account:us-search
allow tom account.view account:us-search
