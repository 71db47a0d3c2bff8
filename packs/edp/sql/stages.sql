-- How long EDPs stay in each state: from the log entry that brought them in to the next one.
SELECT stage, CAST(count(*) AS DOUBLE PRECISION) AS n, CAST(sum(seconds) AS DOUBLE PRECISION) / count(*) / 86400 AS days
FROM (
  SELECT stage, lead(entered) OVER (PARTITION BY edp_id ORDER BY entered, id) - entered AS seconds
  FROM (
    SELECT edp_id, id, despues AS stage, CAST(extract(epoch FROM CAST(fecha_hora AS TIMESTAMP)) AS BIGINT) AS entered
    FROM log
    WHERE campo = 'estado' /* edps */
  ) AS entry
) AS stay
WHERE seconds IS NOT NULL
GROUP BY stage
