-- name: Visits :many
SELECT v.id
FROM visit v
WHERE v.day >= sqlc.arg(first)
  AND v.account = ANY(sqlc.arg(accounts)::text[])
  AND v.day < sqlc.arg(until)
ORDER BY v.id;

-- name: Clicks :one
SELECT coalesce(sum(v.clicks), 0)::bigint
FROM visit v
WHERE v.day >= sqlc.arg(first)
  AND v.account = ANY(sqlc.arg(accounts)::text[])
  AND v.day < sqlc.arg(until);
