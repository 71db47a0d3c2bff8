-- The costs of the projects that the filters leave. Never run alone: composed in front of the queries that read cost_rows.
SELECT proveedor, tipo_costo, detalle_costo, estado_costo,
  CAST(importe_neto AS DOUBLE PRECISION) AS importe_neto,
  CAST(fecha_factura AS DATE) AS fecha_factura,
  CASE WHEN fecha_pago IS NULL AND CAST(fecha_vencimiento AS DATE) < CAST($as_of AS DATE) THEN 1 ELSE 0 END AS overdue
FROM cost
WHERE TRUE /* projects */
