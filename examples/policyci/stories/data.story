# Whose data people see. To change a line is to change that: ask them first.

story What each team has, whoever works in it
team americas sees us-search us-social us-hotels ca-search ca-social ca-hotels app-ios app-android
team europe   sees uk-search uk-social uk-hotels de-search de-social de-hotels
team agency   sees at least us-hotels de-hotels   # and Harbor's next ones
team lab      sees us-lab de-lab

story Tom works for the Americas, and the apps are theirs
sees tom us-search us-social us-hotels ca-search ca-social ca-hotels app-ios app-android
deny tom account.view account:us-lab because out-of-reach
deny tom account.view account:new-import because out-of-reach   # it has no country yet
deny tom source.edit  account:us-search  because no-capability

story Mia helps out in Europe until April
at 2027-03-31
sees mia us-search us-social us-hotels ca-search ca-social ca-hotels app-ios app-android uk-search uk-social uk-hotels de-search de-social de-hotels
team europe
sees mia uk-search uk-social uk-hotels de-search de-social de-hotels
at 2027-04-01
deny mia account.view account:uk-search because not-a-member
company
sees mia us-search us-social us-hotels ca-search ca-social ca-hotels app-ios app-android

story Kim helps out in the lab until February
at 2027-01-31
sees kim uk-search uk-social uk-hotels de-search de-social de-hotels us-lab de-lab
at 2027-02-01
sees kim uk-search uk-social uk-hotels de-search de-social de-hotels

story Eli sees everything, and in the lab the tests alone
sees eli everything
team lab
sees eli us-lab de-lab

story Sam is on leave
sees sam nothing because suspended
deny sam account.view account:us-search because suspended
