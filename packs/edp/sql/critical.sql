-- The largest open EDPs that are out for too long.
SELECT CAST(id AS VARCHAR) AS id, CAST(n_edp AS VARCHAR) AS edp, cliente AS client, proyecto AS project, gestor AS manager, code,
  amt AS amount, CAST(days AS DOUBLE PRECISION) AS days, CAST(fecha_estimada_pago AS VARCHAR) AS promised
FROM edp_rows
WHERE is_open AND days > CAST($critical_days AS INTEGER)
ORDER BY coalesce(amt, 0) DESC, id
LIMIT CAST($limit AS INTEGER)
