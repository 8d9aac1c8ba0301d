story An allow that is denied
allow tom account.view account:de-search
allow tom source.edit account:us-search
allow tom account.view account:us-search because role
team americas
allow mia account.view account:de-search
