-- The GROUP BY from which most figures are folded: about a thousand rows at any size, each a kind of EDP.
-- kind packs small keys into one number, which groups faster; profile.ts unpacks it:
-- emitted, paid: months counted from year 0. age: -1 never sent, -2 days unknown, 0 not open, 1 to 6 the ageing buckets.
-- promise, open: 0 no date, 1 overdue, 2 to 5 the forecast buckets; paid: 6 on time, 7 late.
-- stood, 30 days before the as-of date: 1 open, 2 overdue, 4 critical.
SELECT other, emitted, paid, ((((((code*9+age+2)*8+promise)*2+critical)*3+rework+1)*2+conformed)*2+fast)*8+stood AS kind,
  CAST(count(*) AS DOUBLE PRECISION) AS n,
  sum(monto_propuesto) AS proposed,
  sum(monto_aprobado) AS approved,
  sum(amt) AS amt,
  sum(amt * days) AS amt_days,
  sum(monto_aprobado * days) AS approved_days,
  CAST(sum(days) AS DOUBLE PRECISION) AS days,
  CAST(extract(epoch FROM max(touched)) AS DOUBLE PRECISION) AS touched
FROM (
  SELECT code, CASE WHEN code = 0 THEN trim(lower(estado)) END AS other, monto_propuesto, monto_aprobado, amt, days, touched,
    CAST(extract(year FROM fecha_emision) * 12 + extract(month FROM fecha_emision) - 1 AS INTEGER) AS emitted,
    CASE WHEN code = 1 THEN CAST(extract(year FROM fecha_pago) * 12 + extract(month FROM fecha_pago) - 1 AS INTEGER) END AS paid,
    CASE
      WHEN fecha_envio_cliente IS NULL THEN -1 WHEN days IS NULL THEN -2 WHEN NOT is_open THEN 0
      WHEN days <= 15 THEN 1 WHEN days <= 30 THEN 2 WHEN days <= 45 THEN 3
      WHEN days <= 60 THEN 4 WHEN days <= 90 THEN 5 ELSE 6
    END AS age,
    CASE
      WHEN fecha_estimada_pago IS NULL THEN 0
      WHEN code = 1 THEN CASE WHEN fecha_pago <= fecha_estimada_pago THEN 6 ELSE 7 END
      WHEN NOT is_open THEN 0
      WHEN fecha_estimada_pago < as_of THEN 1
      WHEN fecha_estimada_pago - as_of <= 30 THEN 2
      WHEN fecha_estimada_pago - as_of <= 60 THEN 3
      WHEN fecha_estimada_pago - as_of <= 90 THEN 4 ELSE 5
    END AS promise,
    CASE WHEN is_open AND days > CAST($critical_days AS INTEGER) THEN 1 ELSE 0 END AS critical,
    CASE WHEN ciclos_retrabajo > 0 THEN 1 WHEN ciclos_retrabajo = 0 THEN 0 ELSE -1 END AS rework,
    CASE WHEN conformidad_enviada THEN 1 ELSE 0 END AS conformed,
    CASE WHEN code = 1 AND days <= CAST($fast_days AS INTEGER) THEN 1 ELSE 0 END AS fast,
    CASE
      WHEN fecha_emision > as_of - 30 THEN 0
      WHEN NOT (is_open OR (code = 1 AND fecha_pago > as_of - 30)) THEN 0
      ELSE 1
        + CASE WHEN fecha_estimada_pago < as_of - 30 THEN 2 ELSE 0 END
        + CASE WHEN as_of - 30 - fecha_envio_cliente > CAST($critical_days AS INTEGER) THEN 4 ELSE 0 END
    END AS stood
  FROM edp_rows
) AS keyed
GROUP BY 1, 2, 3, 4
