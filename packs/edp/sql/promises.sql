-- Open EDPs by the day on which payment was promised, from the as-of date on.
SELECT CAST(fecha_estimada_pago AS VARCHAR) AS day, CAST(count(*) AS DOUBLE PRECISION) AS n, sum(amt) AS amt
FROM edp_rows
WHERE is_open AND fecha_estimada_pago >= as_of
GROUP BY fecha_estimada_pago
ORDER BY fecha_estimada_pago
