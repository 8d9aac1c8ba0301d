-- Who sees which account, kept in step with the log of one company. Run it as
-- ambit_owner, in one transaction. ids compare as bytes, hence COLLATE "C".
CREATE SCHEMA ambit;

-- The event of the log that the tables are in step with. There is no row before
-- the first fill. Whoever changes the tables changes this row first, in the same
-- transaction: so it is their lock, too.
CREATE TABLE ambit.position (
    one        boolean PRIMARY KEY DEFAULT true CHECK (one),
    seq        bigint NOT NULL,      -- of the event
    hash       text NOT NULL,        -- of the event, and so of all before it
    time       timestamptz NOT NULL, -- of the event: for a company it is never earlier
    good_until timestamptz           -- nobody sees anything from then on; NULL is no bound
);

-- The accounts that users see by their teams, until when: exclusive, and NULL is
-- for good.
CREATE TABLE ambit.visible (
    user_id    text COLLATE "C" NOT NULL,
    account_id text COLLATE "C" NOT NULL,
    until      timestamptz,
    PRIMARY KEY (user_id, account_id) INCLUDE (until)
);

-- The users whose role sees all data, and the accounts that there are: what the
-- former see, whatever is connected later.
CREATE TABLE ambit.sees_all (
    user_id text COLLATE "C" PRIMARY KEY,
    until   timestamptz
);
CREATE TABLE ambit.account (
    account_id text COLLATE "C" PRIMARY KEY
);

-- The time at which ends are looked at: of the beginning of the transaction, and
-- no earlier than the last event. A clock that was set back revives nothing.
CREATE FUNCTION ambit.now() RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
    BEGIN ATOMIC
        SELECT greatest(pg_catalog.now(), (SELECT time FROM ambit.position));
    END;

-- The accounts that the user of this transaction sees: none without a user, which
-- is NULL in a new session and '' in one that had a user before.
CREATE FUNCTION ambit.accounts() RETURNS SETOF text
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
    BEGIN ATOMIC
        WITH asked AS MATERIALIZED (
            SELECT current_setting('ambit.user_id', true) COLLATE "C" AS user_id, ambit.now() AS time
            FROM ambit.position
            WHERE good_until IS NULL OR good_until > pg_catalog.now()
        )
        SELECT v.account_id
        FROM asked JOIN ambit.visible v ON v.user_id = asked.user_id
        WHERE v.until IS NULL OR v.until > asked.time
        UNION ALL
        SELECT a.account_id
        FROM asked JOIN ambit.sees_all s ON s.user_id = asked.user_id, ambit.account a
        WHERE s.until IS NULL OR s.until > asked.time;
    END;
REVOKE ALL ON FUNCTION ambit.accounts(), ambit.now() FROM PUBLIC;

GRANT USAGE ON SCHEMA ambit TO ambit_keeper, ambit_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ambit TO ambit_keeper;
GRANT EXECUTE ON FUNCTION ambit.accounts(), ambit.now() TO ambit_app;
GRANT SELECT (seq) ON ambit.position TO ambit_app; -- to wait for a change
