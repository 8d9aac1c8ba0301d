story A matrix that is not quite right
matrix
  subjects  tom mia tom
  actions   account.view user.invit
  resources account:us-search
  resource  account:de-search
  allow ada account.view account:us-search
  allow tom account.view account:de-search
  allow tom source.edit account:us-search
  allow mia account.view account:us-search account:us-search
  allow mia account.view
  allow mia account.view account:us-search because team
  deny  mia account.view account:us-search
end
matrix
  subjects  mia
  actions   account.view user.invite
  resources account:us-search role:admin
end
matrix
end
matrix
  subjects tom

story The one above was not closed
sees tom us-search us-social

story What a matrix says is not compared while it has mistakes
matrix
  subjects  tom
  actions   account.view
  resources account:us-search
  alow tom account.view account:us-search
end

story Several words are told apart by the axes
matrix
  subjects  tom mia
  actions   account.view source.edit
  resources account:us-search account:de-search
  allow tom mai account.view account:us-search
  allow tom mia account.veiw account:us-search
  allow tom account.view source.edti account:us-search
  allow tom account.view source.remove account:us-search
  allow tom account:us-search
  allow tom account.view account:us-search source.edit
  allow tom account.view account:us-serch
  allow mia tom ada account.view account:us-search
  allow account.view account:us-search
  allow tom account.view account:us-search account:de-search
  allow tom mia account.view account:de-search
  allow mia mia account.view account:de-search
end

story A word that is two things
matrix
  subjects  tom mia
  actions   mia account.view
  resources account:us-search
  allow tom mia account.view account:us-search
  allow tom mia account:us-search
end
