story Every name is checked
allow tmo account.view account:us-search
allow tom acount.view account:us-search
allow tom account.view account:us-serch
deny  tom account.view account:us-searhc
deny  tom account.view acount:us-search
allow ada team.set-members team:america
opens tom q4
sees  tom us-search new
team amercas
sees tom nothing
company
allow link l2 report.view report:q3
deny  mia datagroup.edit group:uss because unknown-user
allow ada source.edit budget:b in compnay
deny  ada account.view budget:b1 because no-capability
team oceania
deny  tom account.view account:us-search because unknown-session-team
