-- What was collected between two dates, whenever it was issued.
SELECT sum(monto_aprobado) AS amount
FROM edp_rows
WHERE code = 1 AND fecha_pago BETWEEN CAST($paid_from AS DATE) AND CAST($paid_until AS DATE)
