story What a team sees
team americas sees us-search de-search
team europe sees nothing

story At least what a team sees
team europe sees at least us-search

story At least
sees tom at least us-search de-search
opens tom at least q3 board
sees mia at least us-search
