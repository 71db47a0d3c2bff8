-- The EDPs that the filters leave, each with the figures that every other query is made of. Never run alone:
-- composed in front of the queries that read edp_rows.
-- code: 1 pagado, 2 validado, 3 revisión, 4 enviado, 5 pendiente, 6 rechazado, 0 any other state.
SELECT e.*,
  CASE WHEN e.monto_aprobado > 0 THEN e.monto_aprobado ELSE e.monto_propuesto END AS amt,
  e.code BETWEEN 2 AND 5 AS is_open,
  e.code BETWEEN 1 AND 2 AS is_closed,
  CASE WHEN e.code = 1 THEN e.fecha_pago ELSE e.as_of END - e.fecha_envio_cliente AS days
FROM (
  SELECT id, n_edp, proyecto, cliente, gestor, jefe_proyecto, tipo_proyecto, tipo_falla, estado,
    CAST(conformidad_enviada AS BOOLEAN) AS conformidad_enviada,
    CAST(ciclos_retrabajo AS INTEGER) AS ciclos_retrabajo,
    CAST(monto_propuesto AS DOUBLE PRECISION) AS monto_propuesto,
    CAST(monto_aprobado AS DOUBLE PRECISION) AS monto_aprobado,
    CAST(fecha_emision AS DATE) AS fecha_emision,
    CAST(fecha_envio_cliente AS DATE) AS fecha_envio_cliente,
    CAST(fecha_estimada_pago AS DATE) AS fecha_estimada_pago,
    CAST(fecha_conformidad AS DATE) AS fecha_conformidad,
    CAST(fecha_pago AS DATE) AS fecha_pago,
    CAST($as_of AS DATE) AS as_of,
    coalesce(CAST(updated_at AS TIMESTAMP),
      CAST(greatest(CAST(fecha_emision AS DATE), CAST(fecha_conformidad AS DATE), CAST(fecha_pago AS DATE)) AS TIMESTAMP)) AS touched,
    -- Real data has "revision", "Validado " and worse; the second CASE is reached only by what is not written as it should be.
    CASE estado
      WHEN 'pagado' THEN 1 WHEN 'validado' THEN 2 WHEN 'revisión' THEN 3
      WHEN 'enviado' THEN 4 WHEN 'pendiente' THEN 5 WHEN 'rechazado' THEN 6
      ELSE CASE trim(translate(lower(estado), 'áéíóúüÁÉÍÓÚÜ' || chr(160) || chr(9) || chr(769), 'aeiouuaeiouu  '))
        WHEN 'pagado' THEN 1 WHEN 'validado' THEN 2 WHEN 'revision' THEN 3
        WHEN 'enviado' THEN 4 WHEN 'pendiente' THEN 5 WHEN 'rechazado' THEN 6 ELSE 0
      END
    END AS code
  FROM edp
) AS e
WHERE TRUE /* filters */
