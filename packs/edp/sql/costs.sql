-- Costs by kind, detail, status and month of invoice.
SELECT tipo_costo AS kind, detalle_costo AS detail, estado_costo AS status, overdue,
  CAST(extract(year FROM fecha_factura) * 12 + extract(month FROM fecha_factura) - 1 AS INTEGER) AS month,
  CAST(count(*) AS DOUBLE PRECISION) AS n,
  sum(importe_neto) AS amount
FROM cost_rows
GROUP BY 1, 2, 3, 4, 5
