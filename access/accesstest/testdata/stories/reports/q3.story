story Mia's report of the third quarter
opens mia q3
opens tom q3
opens ada board
allow mia report.share-creator report:q3
deny  tom report.explore report:q3 because level-too-low

story Anyone who has the link sees the report until July
at 2027-01-01
allow link l1 report.view report:q3
deny  link l1 report.explore report:q3 because link-scope
deny  link l1 account.view account:us-search because link-scope   # it shows data, and yet is for the report
sees  link l1 us-search us-social de-search
at 2027-07-01
deny  link l1 report.view report:q3 because link-expired
sees  link l1 nothing because link-expired

story Tom finds only the data of Tom's teams in it
sees tom us-search us-social
