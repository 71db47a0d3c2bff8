-- Requests to do it again, from the log: by month, reason and manager.
SELECT CAST(extract(year FROM happened) * 12 + extract(month FROM happened) - 1 AS INTEGER) AS month, reason, manager,
  CAST(count(*) AS DOUBLE PRECISION) AS n
FROM (
  SELECT CAST(l.fecha_hora AS TIMESTAMP) AS happened, l.despues AS reason, e.gestor AS manager
  FROM log AS l
  JOIN edp_rows AS e ON e.id = l.edp_id
  WHERE l.campo = 'motivo_no_aprobado' AND l.despues <> ''
) AS event
GROUP BY 1, 2, 3
