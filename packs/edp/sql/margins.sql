-- Income and cost by manager, client and project. Cost is summed per project before it meets the EDPs, or it would
-- count once for each of them.
WITH income AS (
  SELECT jefe_proyecto, cliente, proyecto, sum(CASE WHEN is_closed THEN monto_aprobado ELSE 0 END) AS income
  FROM edp_rows
  GROUP BY jefe_proyecto, cliente, proyecto
), project_cost AS (
  SELECT project_id, sum(CAST(importe_neto AS DOUBLE PRECISION)) AS cost
  FROM cost
  GROUP BY project_id
), joined AS (
  SELECT jefe_proyecto, cliente, proyecto, income, coalesce(cost, 0) AS cost
  FROM income LEFT JOIN project_cost ON project_id = proyecto
), by_manager AS (
  SELECT 'manager' AS kind, jefe_proyecto AS name, sum(income) AS income, sum(cost) AS cost,
    CAST(count(*) AS DOUBLE PRECISION) AS projects
  FROM (SELECT jefe_proyecto, proyecto, sum(income) AS income, max(cost) AS cost FROM joined GROUP BY 1, 2) AS m
  GROUP BY jefe_proyecto
), by_client AS (
  SELECT 'client' AS kind, cliente AS name, sum(income) AS income, sum(cost) AS cost,
    CAST(count(*) AS DOUBLE PRECISION) AS projects
  FROM (SELECT cliente, proyecto, sum(income) AS income, max(cost) AS cost FROM joined GROUP BY 1, 2) AS c
  GROUP BY cliente
), by_project AS (
  SELECT 'project' AS kind, proyecto AS name, sum(income) AS income, max(cost) AS cost, CAST(1 AS DOUBLE PRECISION) AS projects
  FROM joined
  GROUP BY proyecto
), numbered AS (
  SELECT kind, name, income, cost, projects,
    row_number() OVER (PARTITION BY kind ORDER BY coalesce(income, 0) DESC, name) AS place,
    CAST(count(*) OVER (PARTITION BY kind) AS DOUBLE PRECISION) AS of_kind
  FROM (SELECT * FROM by_manager UNION ALL SELECT * FROM by_client UNION ALL SELECT * FROM by_project) AS all_kinds
)
SELECT kind, name, income, cost, projects, of_kind FROM numbered WHERE place <= CAST($limit AS INTEGER) ORDER BY kind, place
