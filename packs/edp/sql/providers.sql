-- The providers that cost most, and how many there are.
SELECT proveedor AS provider, CAST(count(*) AS DOUBLE PRECISION) AS n, sum(importe_neto) AS amount,
  CAST(count(*) OVER () AS DOUBLE PRECISION) AS providers
FROM cost_rows
GROUP BY proveedor
ORDER BY coalesce(sum(importe_neto), 0) DESC, proveedor
LIMIT CAST($limit AS INTEGER)
