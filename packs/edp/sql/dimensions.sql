-- By manager and by type of project: days outstanding and rework.
SELECT grouping(gestor) AS by_type, gestor AS manager, tipo_proyecto AS project_type,
  CAST(count(*) AS DOUBLE PRECISION) AS n,
  CAST(sum(CASE WHEN ciclos_retrabajo > 0 THEN 1 ELSE 0 END) AS DOUBLE PRECISION) AS reworked,
  sum(CASE WHEN is_open THEN amt ELSE 0 END) AS open_amt,
  sum(CASE WHEN code <> 6 AND days IS NOT NULL THEN amt END) AS dso_amt,
  sum(CASE WHEN code <> 6 THEN amt * days END) AS dso_amt_days
FROM edp_rows
GROUP BY GROUPING SETS ((gestor), (tipo_proyecto))
