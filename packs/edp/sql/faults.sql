-- EDPs by the fault that was found in them.
SELECT tipo_falla AS fault, CAST(count(*) AS DOUBLE PRECISION) AS n, sum(amt) AS amt
FROM edp_rows
WHERE tipo_falla <> ''
GROUP BY tipo_falla
