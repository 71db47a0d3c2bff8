-- What the clients conformed, by month and by days since it was sent: the mean and any percentile follow from it.
SELECT CAST(extract(year FROM fecha_conformidad) * 12 + extract(month FROM fecha_conformidad) - 1 AS INTEGER) AS month,
  fecha_conformidad - fecha_envio_cliente AS days,
  CAST(count(*) AS DOUBLE PRECISION) AS n,
  sum(monto_aprobado) AS approved
FROM edp_rows
WHERE fecha_conformidad IS NOT NULL
GROUP BY 1, 2
