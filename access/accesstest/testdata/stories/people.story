# Who works on which accounts. Anyone who changes a line of this file changes what
# people see: ask them first.

story Tom works for the Americas
sees  tom us-search us-social
allow tom account.view account:us-search because team
deny  tom account.view account:de-search because out-of-reach
allow tom campaign.edit campaign:spring in account:us-search
deny  tom campaign.edit campaign:herbst in account:de-search

story Mia works for both teams, and in each for that one only
sees mia us-search us-social de-search
allow mia campaign.edit campaign:herbst in account:de-search
team americas
sees mia us-search us-social
team europe
sees mia de-search
company
deny mia account.view "account:new app"   # it has no country yet

story Ida is with us until the end of June
at 2027-06-30T23:59:59Z
sees ida us-search us-social
deny ida campaign.edit campaign:spring in account:us-search because no-capability
at 2027-07-01
sees ida nothing

story Nobody but Ada moves people and data
sees ada everything
deny tom user.invite company because no-capability
matrix
  subjects   ada tom mia nobody
  actions    user.invite team.set-members source.edit
  resources  company team:americas account:us-search
  allow ada user.invite company
  allow ada team.set-members team:americas
  allow ada source.edit account:us-search
end
