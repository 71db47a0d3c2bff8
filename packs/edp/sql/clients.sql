-- By client; age: -3 rejected, -1 never sent, -2 days unknown, 0 decided otherwise, 1 to 30, 31 to 60, 61 to 90, over 90 days.
SELECT cliente AS client, is_open, age,
  CAST(count(*) AS DOUBLE PRECISION) AS n,
  sum(amt) AS amt,
  sum(amt * days) AS amt_days
FROM (
  SELECT cliente, is_open, amt, days,
    CASE
      WHEN code = 6 THEN -3 WHEN fecha_envio_cliente IS NULL THEN -1 WHEN days IS NULL THEN -2 WHEN NOT is_open THEN 0
      WHEN days <= 30 THEN 1 WHEN days <= 60 THEN 2 WHEN days <= 90 THEN 3 ELSE 4
    END AS age
  FROM edp_rows
) AS aged
GROUP BY 1, 2, 3
