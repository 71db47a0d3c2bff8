-- Demo data for DuckDB alone; words in braces are filled in by demo.ts. No statement depends on the clock.
CREATE TEMP MACRO u(i, salt) AS (hash(i, salt, {seed}) % 1000003) / 1000003.0;
CREATE TEMP MACRO pick(words, chance) AS words[1 + CAST(floor(chance * len(words)) AS INTEGER)];
CREATE TEMP MACRO bell(i, salt) AS (u(i, salt) + u(i, salt + 1) + u(i, salt + 2) + u(i, salt + 3) - 2) * 1.732;
CREATE TEMP TABLE calendar AS SELECT * FROM (VALUES {calendar}) AS t(place, days_ago);

CREATE TEMP TABLE project AS
  SELECT p AS project, 'OT' || lpad(CAST(p + 1 AS VARCHAR), 6, '0') AS proyecto,
    {clients}[1 + CAST(floor(pow(u(p, 1), 2.4) * len({clients})) AS INTEGER)] AS cliente,
    pick({managers}, u(p, 2)) AS gestor,
    pick({projectManagers}, u(p, 3)) AS jefe_proyecto,
    pick({projectTypes}, pow(u(p, 4), 1.6)) AS tipo_proyecto,
    -- How slowly this client pays, and how large the project's statements are.
    0.6 + 1.1 * u(pow(u(p, 1), 2.4) * 48 // 1, 5) AS slowness,
    0.5 * bell(p, 6) AS size
  FROM range({project_count}) AS t(p);

CREATE TEMP TABLE timeline AS
  SELECT i, project, emitted,
    emitted + 1 + CAST(floor(9 * u(i, 21)) AS INTEGER) AS sent,
    emitted + 2 + CAST(floor(9 * u(i, 21)) + floor(8 * u(i, 22)) AS INTEGER) AS reviewed,
    emitted + 6 + CAST(floor(9 * u(i, 21)) + floor(8 * u(i, 22)) + floor(34 * pow(u(i, 23), 2)) AS INTEGER) + 9 * cycles AS decided,
    cycles, u(i, 25) < 0.03 AS refused,
    u(i, 26) < 0.02 AND emitted > {today} - 120 AS kept_back,
    u(i, 27) AS payment_chance, u(i, 28) < 0.05 AS very_late,
    round(exp(16.3 + 0.85 * bell(i, 31) + 0.4 * u(project, 6)) / 1000) * 1000 AS proposed,
    u(i, 35) AS approval_chance, u(i, 36) AS promise_chance, u(i, 37) AS detail_chance
  FROM (
    SELECT i, CAST(floor(pow(u(i, 11), 1.3) * {project_count}) AS INTEGER) AS project,
      least({today}, {today} - days_ago + CAST(floor(3 * u(i, 12)) AS INTEGER)) AS emitted,
      CASE WHEN u(i, 24) < 0.86 THEN 0 WHEN u(i, 24) < 0.96 THEN 1 WHEN u(i, 24) < 0.99 THEN 2 ELSE 3 END AS cycles
    FROM range(1, {rows} + 1) AS t(i)
    JOIN calendar ON place = ((i - 1) * {calendar_size}) // {rows}
  );

CREATE TEMP TABLE life AS
  SELECT timeline.*, proyecto, cliente, gestor, jefe_proyecto, tipo_proyecto,
    decided + 12 + CAST(floor(slowness * (15 + 45 * payment_chance)) AS INTEGER) + CASE WHEN very_late THEN 70 ELSE 0 END AS paid,
    CASE
      WHEN kept_back OR sent > {today} THEN 'pendiente'
      WHEN reviewed > {today} THEN 'enviado'
      WHEN decided > {today} THEN 'revisión'
      WHEN refused THEN 'rechazado'
      WHEN decided + 12 + CAST(floor(slowness * (15 + 45 * payment_chance)) AS INTEGER) + CASE WHEN very_late THEN 70 ELSE 0 END > {today} THEN 'validado'
      ELSE 'pagado'
    END AS estado
  FROM timeline JOIN project USING (project);

CREATE TABLE edp AS
  SELECT CAST(i AS INTEGER) AS id, CAST(1000 + i AS INTEGER) AS n_edp, proyecto, cliente, gestor, jefe_proyecto, tipo_proyecto,
    strftime(emitted, '%Y-%m') AS mes, emitted AS fecha_emision,
    CASE WHEN estado <> 'pendiente' THEN sent END AS fecha_envio_cliente,
    CAST(proposed AS BIGINT) AS monto_propuesto,
    CAST(CASE
      WHEN estado IN ('validado', 'pagado') AND approval_chance < 0.2 THEN round(proposed * (0.75 + approval_chance) / 1000) * 1000
      WHEN estado IN ('validado', 'pagado') OR (estado = 'revisión' AND approval_chance < 0.6) THEN proposed
      ELSE 0
    END AS BIGINT) AS monto_aprobado,
    CASE WHEN estado <> 'pendiente' AND promise_chance > 0.07 THEN sent + 38 + CAST(floor(40 * promise_chance) AS INTEGER) END AS fecha_estimada_pago,
    estado IN ('validado', 'pagado') AS conformidad_enviada,
    CASE WHEN estado IN ('validado', 'pagado') THEN 'HES-' || CAST(500000 + i AS VARCHAR) END AS n_conformidad,
    CASE WHEN estado IN ('validado', 'pagado') THEN decided END AS fecha_conformidad,
    CASE WHEN estado = 'pagado' THEN paid END AS fecha_pago,
    estado,
    CASE estado
      WHEN 'pendiente' THEN 'en preparación' WHEN 'revisión' THEN CASE WHEN cycles > 0 THEN 're-trabajo solicitado' ELSE 'en revisión cliente' END
      WHEN 'validado' THEN 'esperando pago' ELSE estado
    END AS estado_detallado,
    CASE WHEN cycles > 0 OR estado = 'rechazado' THEN 'se solicita corrección' END AS observaciones,
    gestor AS registrado_por, emitted AS fecha_registro,
    CASE WHEN cycles > 0 OR estado = 'rechazado' THEN pick({reasons}, pow(detail_chance, 1.5)) END AS motivo_no_aprobado,
    CASE WHEN cycles > 0 OR estado = 'rechazado' THEN pick({faults}, pow(detail_chance, 1.3)) END AS tipo_falla,
    emitted AS created_at,
    CASE estado WHEN 'pendiente' THEN emitted WHEN 'enviado' THEN sent WHEN 'revisión' THEN reviewed WHEN 'pagado' THEN paid ELSE decided END AS updated_at,
    CASE WHEN estado <> 'pendiente' THEN least(decided, {today}) - sent END AS dias_en_cliente,
    CASE WHEN proposed > 40000000 THEN 'alta' WHEN proposed > 8000000 THEN 'media' ELSE 'baja' END AS prioridad,
    CASE estado WHEN 'pendiente' THEN emitted WHEN 'enviado' THEN sent WHEN 'revisión' THEN reviewed WHEN 'pagado' THEN paid ELSE decided END AS fecha_ultimo_seguimiento,
    CASE WHEN estado <> 'pendiente' THEN CASE WHEN estado = 'pagado' THEN paid ELSE {today} END - sent END AS dso_actual,
    estado NOT IN ('pagado', 'rechazado', 'pendiente') AND promise_chance > 0.07 AND sent + 38 + CAST(floor(40 * promise_chance) AS INTEGER) < {today} AS esta_vencido,
    CASE WHEN estado = 'pendiente' THEN NULL
      WHEN CASE WHEN estado = 'pagado' THEN paid ELSE {today} END - sent <= 30 THEN '0-30'
      WHEN CASE WHEN estado = 'pagado' THEN paid ELSE {today} END - sent <= 60 THEN '31-60'
      WHEN CASE WHEN estado = 'pagado' THEN paid ELSE {today} END - sent <= 90 THEN '61-90' ELSE '90+' END AS categoria_aging,
    estado IN ('enviado', 'revisión', 'validado') AND {today} - sent > 60 AS critico,
    CAST(CASE WHEN estado IN ('pendiente', 'enviado') THEN 0 ELSE cycles END AS INTEGER) AS ciclos_retrabajo
  FROM life;

CREATE TABLE log AS
  SELECT CAST(row_number() OVER () AS INTEGER) AS id,
    CAST(event.day AS TIMESTAMP) + to_minutes(CAST(540 + event.step * 45 AS BIGINT)) AS fecha_hora,
    CAST(1000 + i AS INTEGER) AS n_edp, CAST(i AS INTEGER) AS edp_id, proyecto,
    event.field AS campo, event.before AS antes, event.after AS despues, gestor AS usuario
  FROM (
    SELECT i, proyecto, gestor, unnest(list_filter(list_concat([
      {'step': 0, 'day': sent, 'field': 'estado', 'before': 'pendiente', 'after': 'enviado', 'happened': estado <> 'pendiente'},
      {'step': 1, 'day': reviewed, 'field': 'estado', 'before': 'enviado', 'after': 'revisión', 'happened': estado NOT IN ('pendiente', 'enviado')},
      {'step': 8, 'day': decided, 'field': 'estado', 'before': 'revisión',
        'after': CASE WHEN refused THEN 'rechazado' ELSE 'validado' END, 'happened': estado IN ('validado', 'pagado', 'rechazado')},
      {'step': 9, 'day': paid, 'field': 'estado', 'before': 'validado', 'after': 'pagado', 'happened': estado = 'pagado'}
    ], CASE WHEN cycles = 0 THEN [] ELSE flatten(list_transform(range(1, cycles + 1), lambda cycle: [
      {'step': 2, 'day': least(reviewed + 3 + 9 * (CAST(cycle AS INTEGER) - 1), decided), 'field': 'estado_detallado', 'before': 'en revisión cliente',
        'after': 're-trabajo solicitado', 'happened': estado NOT IN ('pendiente', 'enviado')},
      {'step': 3, 'day': least(reviewed + 3 + 9 * (CAST(cycle AS INTEGER) - 1), decided), 'field': 'motivo_no_aprobado', 'before': '',
        'after': pick({reasons}, pow(detail_chance, 1.5)), 'happened': estado NOT IN ('pendiente', 'enviado')}
    ])) END), lambda each: each.happened AND each.day <= {today})) AS event
    FROM life
  );

CREATE TABLE cost AS
  SELECT cost_id, proyecto AS project_id, 'Proveedor ' || lpad(CAST(1 + CAST(floor(pow(u(cost_id, 41), 1.5) * 150) AS INTEGER) AS VARCHAR), 3, '0') AS proveedor,
    'F' || CAST(10000 + cost_id AS VARCHAR) AS factura, issued AS fecha_factura, issued + 2 AS fecha_recepcion, due AS fecha_vencimiento,
    CASE WHEN paid <= {today} AND settled THEN paid END AS fecha_pago,
    CAST(round(net * 1.19) AS BIGINT) AS importe_bruto, CAST(net AS BIGINT) AS importe_neto, 'CLP' AS moneda,
    CASE WHEN paid <= {today} AND settled THEN 'pagado' ELSE 'pendiente' END AS estado_costo,
    CASE WHEN u(cost_id, 42) < 0.78 THEN 'opex' ELSE 'capex' END AS tipo_costo,
    pick({costDetails}, u(cost_id, 43)) AS detalle_costo, issued AS created_at
  FROM (
    SELECT CAST(c AS INTEGER) AS cost_id, CAST(floor(pow(u(c, 44), 1.3) * {project_count}) AS INTEGER) AS project,
      {today} - days_ago AS issued, {today} - days_ago + [30, 45, 60][1 + CAST(floor(3 * u(c, 45)) AS INTEGER)] AS due,
      {today} - days_ago + 20 + CAST(floor(50 * u(c, 46)) AS INTEGER) AS paid, u(c, 47) < 0.97 AS settled,
      round(exp(17.54 + 0.8 * bell(c, 51)) / 100) * 100 AS net
    FROM range(1, greatest(2, {rows} // 4 + 1)) AS t(c)
    JOIN calendar ON place = CAST(floor(u(c, 48) * {calendar_size}) AS INTEGER)
  ) JOIN project USING (project);

CREATE TABLE {marker} AS SELECT {rows} AS rows, {seed} AS seed, {today} AS today;
