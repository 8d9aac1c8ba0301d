story A verb is misspelt
alow tom account.view account:us-search
Deny tom account.view account:de-search
view tom us-search
