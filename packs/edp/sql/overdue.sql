-- The largest open EDPs whose promised date has passed.
SELECT CAST(id AS VARCHAR) AS id, CAST(n_edp AS VARCHAR) AS edp, cliente AS client, proyecto AS project, gestor AS manager, code,
  amt AS amount, CAST(fecha_estimada_pago AS VARCHAR) AS promised, CAST(as_of - fecha_estimada_pago AS DOUBLE PRECISION) AS days_late
FROM edp_rows
WHERE is_open AND fecha_estimada_pago < as_of
ORDER BY coalesce(amt, 0) DESC, id
LIMIT CAST($limit AS INTEGER)
