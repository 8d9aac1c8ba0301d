story A matrix with holes
matrix
  subjects  ada tom
  actions   account.view source.edit
  resources account:us-search
  allow ada account.view account:us-search
  allow tom account.view account:us-search
  allow tom source.edit  account:us-search
end
