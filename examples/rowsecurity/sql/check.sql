-- What the application can read that has an account_id and is not held by row-level
-- security. Run it in a test of yours, and let that fail for any row. It knows
-- columns by their name only, and functions not at all.
SELECT c.oid::regclass::text AS relation,
    CASE c.relkind
        WHEN 'v' THEN 'a view with the rights of its owner, who is not held: make it WITH (security_invoker = true)'
        WHEN 'm' THEN 'a materialized view has no policy'
        WHEN 'f' THEN 'a foreign table has no policy'
        ELSE 'ENABLE and FORCE ROW LEVEL SECURITY'
    END AS what_to_do
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'account_id' AND NOT a.attisdropped
JOIN pg_roles owner ON owner.oid = c.relowner
WHERE has_any_column_privilege('ambit_app', c.oid, 'SELECT')
    AND CASE c.relkind
        WHEN 'r' THEN NOT (c.relrowsecurity AND c.relforcerowsecurity)
        WHEN 'p' THEN NOT (c.relrowsecurity AND c.relforcerowsecurity)
        WHEN 'v' THEN (owner.rolsuper OR owner.rolbypassrls) AND NOT coalesce(c.reloptions && ARRAY['security_invoker=true', 'security_invoker=on'], false)
        ELSE c.relkind IN ('m', 'f')
    END
UNION ALL
SELECT rolname, 'a role that is not held: take SUPERUSER and BYPASSRLS away'
FROM pg_roles
WHERE rolname = 'ambit_app' AND (rolsuper OR rolbypassrls)
ORDER BY 1;
