-- A table of yours, which says of each row the account that it belongs to. Run it
-- as ambit_owner.
CREATE TABLE spend (
    id         bigint PRIMARY KEY,
    account_id text NOT NULL,
    day        date NOT NULL,
    amount     numeric NOT NULL
);
CREATE INDEX ON spend (account_id);

-- What to do to each such table: nobody sees a row without being a user who sees
-- its account, the owner of the table neither.
ALTER TABLE spend ENABLE ROW LEVEL SECURITY;
ALTER TABLE spend FORCE ROW LEVEL SECURITY;
CREATE POLICY visible ON spend
    USING (account_id::text COLLATE "C" IN (SELECT ambit.accounts()));
GRANT SELECT ON spend TO ambit_app;
