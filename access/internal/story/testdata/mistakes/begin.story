# The title was forgotten.
allow tom account.view account:us-search
deny tim account.view account:us-search
