story The same twice
allow tom account.view account:us-search
allow tom account.view account:us-search because team
sees  mia us-search us-search
sees  mia de-search
sees  mia us-search
team americas
team americas
sees tom us-search

story The same twice
sees tom us-search
