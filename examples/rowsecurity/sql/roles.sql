-- Three roles, once for a server, made by an administrator. None is a superuser,
-- and none has BYPASSRLS: such a role is not held by row-level security.
CREATE ROLE ambit_owner NOLOGIN;  -- owns the tables: migrations run as it
CREATE ROLE ambit_keeper LOGIN;   -- keeps who sees what in step with the log
CREATE ROLE ambit_app LOGIN;      -- reads for users, owns nothing
