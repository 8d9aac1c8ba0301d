# Who changes what, and who reads which report.

story Three people run the company, each a part of it
matrix
  subjects   ada una dan eli tom mia kim vic
  actions    user.invite datagroup.create metric.edit team.set-members team.set-datagroups datagroup.edit source.edit source.remove
  resources  company team:americas group:harbor account:us-search
  allow ada user.invite datagroup.create metric.edit company
  allow una user.invite                              company
  allow dan datagroup.create                         company
  allow eli metric.edit                              company
  allow ada una team.set-members team.set-datagroups team:americas
  allow ada dan datagroup.edit                       group:harbor
  allow ada dan eli source.edit                      account:us-search
  allow ada dan source.remove                        account:us-search
end

story Una manages everybody but Ada
allow una user.remove user:dan
allow una user.set-expiry user:vic
deny  una user.remove user:ada because above-ceiling
deny  una role.grant  role:admin because above-ceiling
deny  una user.set-role user:una because self
allow ada role.grant  role:admin
deny  ada user.remove user:ada because self

story The weekly report is Mia's
opens mia weekly
allow mia report.share-creator report:weekly
allow eli report.edit   report:weekly
deny  eli report.delete report:weekly because level-too-low
allow tom report.explore report:weekly because grant
allow kim report.view    report:weekly because grant
deny  kim report.explore report:weekly because level-too-low
deny  ada report.view    report:weekly because no-level   # being admin opens no report

story The board's report is for the board
opens ada board
opens una board
opens dan harbor
deny  tom report.view report:board because no-level

story The link on the office wall
at 2027-01-30
allow link wall report.view report:weekly
deny  link wall report.view report:board because link-scope
at 2027-01-31
deny  link wall report.view report:weekly because link-expired

story The link to the press was taken back
deny link press report.view report:board because link-ended
allow una link.revoke link:wall
allow mia link.revoke link:wall because maker
deny  tom link.revoke link:wall because out-of-reach
