story What a team sees
team americas sees us-search us-social
team americas sees us-search
team amercas sees us-search
team americas sees us-serch
team americas sees
team americas sees nothing because suspended
team americas opens q3
team americas sees at least
team europe sees everything us-search
at 2027-01-01
team europe
team europe sees de-search

story At least
sees tom at least us-search
sees tom at least us-social
sees mia at least nothing
sees mia at us-search
sees mia us-search at least us-social
sees mia at least us-search us-search
sees mia at least us-serch
opens mia at least q4
