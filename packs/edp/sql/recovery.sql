-- For each of the past four weeks: what was overdue when it began, and how much of that was collected in it.
SELECT week, sum(amt) AS overdue, sum(CASE WHEN fecha_pago < as_of - 7 * week + 7 THEN amt ELSE 0 END) AS collected
FROM (
  SELECT amt, as_of, fecha_emision, fecha_estimada_pago, CASE WHEN code = 1 THEN fecha_pago END AS fecha_pago
  FROM edp_rows
  WHERE fecha_estimada_pago < as_of - 7 AND (is_open OR (code = 1 AND fecha_pago >= as_of - 28))
) AS candidate
CROSS JOIN (SELECT 1 AS week UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4) AS weeks
WHERE fecha_estimada_pago < as_of - 7 * week AND fecha_emision <= as_of - 7 * week
  AND (fecha_pago IS NULL OR fecha_pago >= as_of - 7 * week)
GROUP BY week
