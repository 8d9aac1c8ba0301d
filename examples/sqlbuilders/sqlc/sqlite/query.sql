-- name: Visits :many
SELECT v.id
FROM visit v
WHERE v.day >= sqlc.arg(first)
  AND v.account IN (SELECT value FROM json_each(sqlc.arg(accounts)))
  AND v.day < sqlc.arg(until)
ORDER BY v.id;

-- name: Clicks :one
SELECT CAST(coalesce(sum(v.clicks), 0) AS INTEGER)
FROM visit v
WHERE v.day >= sqlc.arg(first)
  AND v.account IN (SELECT value FROM json_each(sqlc.arg(accounts)))
  AND v.day < sqlc.arg(until);
