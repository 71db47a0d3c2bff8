/** The shape of the local database, one numbered step after another; a step that was released is never changed. */

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

const setting = `
CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  updated_at_ms INTEGER NOT NULL
) WITHOUT ROWID;
`;

const firstDepth = `${setting}

CREATE TABLE notice (
  id TEXT PRIMARY KEY,
  level TEXT NOT NULL,
  message TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX notice_at ON notice (at_ms);

CREATE TABLE payload (
  id INTEGER PRIMARY KEY,
  content_hash BLOB NOT NULL UNIQUE,
  body BLOB NOT NULL
);

CREATE TABLE snapshot (
  redis_key TEXT PRIMARY KEY,
  lineage TEXT,
  computed_at_ms INTEGER NOT NULL,
  data_as_of_ms INTEGER,
  compute_ms REAL,
  payload_id INTEGER NOT NULL REFERENCES payload (id)
) WITHOUT ROWID;
CREATE INDEX snapshot_computed ON snapshot (computed_at_ms);
CREATE INDEX snapshot_lineage ON snapshot (lineage, computed_at_ms) WHERE lineage IS NOT NULL;
CREATE INDEX snapshot_payload ON snapshot (payload_id);

CREATE TABLE snapshot_history (
  redis_key TEXT NOT NULL,
  computed_at_ms INTEGER NOT NULL,
  data_as_of_ms INTEGER,
  compute_ms REAL,
  payload_id INTEGER NOT NULL REFERENCES payload (id),
  PRIMARY KEY (redis_key, computed_at_ms)
) WITHOUT ROWID;
CREATE INDEX snapshot_history_computed ON snapshot_history (computed_at_ms);
CREATE INDEX snapshot_history_payload ON snapshot_history (payload_id);

CREATE TABLE signal (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);

CREATE TABLE sample (
  signal_id INTEGER NOT NULL REFERENCES signal (id),
  at_ms INTEGER NOT NULL,
  value REAL,
  count INTEGER NOT NULL,
  span_ms INTEGER NOT NULL,
  PRIMARY KEY (signal_id, at_ms)
) WITHOUT ROWID;

CREATE TABLE alert_state (
  rule_id TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  since_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  kind_since_ms INTEGER NOT NULL,
  seen_at_ms INTEGER NOT NULL,
  value REAL,
  observation_count INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE alert_transition (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  rule_id TEXT NOT NULL,
  title TEXT NOT NULL,
  severity TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  value REAL,
  threshold REAL NOT NULL,
  evidence TEXT NOT NULL,
  words TEXT NOT NULL
);
CREATE INDEX alert_transition_rule ON alert_transition (rule_id, id);
CREATE INDEX alert_transition_to ON alert_transition (to_state, id);
CREATE INDEX alert_transition_at ON alert_transition (at_ms, id);

CREATE TABLE acknowledgement (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  rule_id TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  note TEXT NOT NULL,
  cleared_at_ms INTEGER
);
CREATE INDEX acknowledgement_rule ON acknowledgement (rule_id, id);

CREATE TABLE notification (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  transition_id INTEGER NOT NULL REFERENCES alert_transition (id) ON DELETE CASCADE,
  channel TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next_at_ms INTEGER NOT NULL,
  last_error TEXT,
  UNIQUE (transition_id, channel)
);
CREATE INDEX notification_due ON notification (state, next_at_ms);

CREATE TABLE schedule_run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  schedule_id TEXT NOT NULL,
  due_ms INTEGER NOT NULL,
  started_at_ms INTEGER,
  ended_at_ms INTEGER,
  outcome TEXT NOT NULL,
  late_ms INTEGER,
  task_id TEXT,
  error TEXT
);
CREATE INDEX schedule_run_schedule ON schedule_run (schedule_id, due_ms);
CREATE INDEX schedule_run_due ON schedule_run (due_ms);

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  who TEXT NOT NULL,
  transport TEXT NOT NULL,
  call TEXT NOT NULL,
  input TEXT NOT NULL,
  outcome TEXT NOT NULL,
  error TEXT
);
CREATE INDEX audit_at ON audit (at_ms);
`;

/** `tier`: 0 a minute, 1 an hour, 2 a day. */
const queueHistory = `
CREATE TABLE queue (
  id INTEGER PRIMARY KEY,
  connection_id TEXT NOT NULL,
  prefix TEXT NOT NULL,
  name TEXT NOT NULL,
  UNIQUE (connection_id, prefix, name)
);

CREATE TABLE queue_history (
  queue_id INTEGER NOT NULL REFERENCES queue (id),
  tier INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  waiting INTEGER,
  active INTEGER,
  delayed INTEGER,
  failed INTEGER,
  added_jobs REAL,
  started_jobs REAL,
  finished_jobs REAL,
  failed_jobs REAL,
  oldest_waiting_ms REAL,
  wait_p95_ms REAL,
  run_p95_ms REAL,
  workers INTEGER,
  size_bytes INTEGER,
  PRIMARY KEY (queue_id, tier, at_ms)
) WITHOUT ROWID;
CREATE INDEX queue_history_at ON queue_history (tier, at_ms);
`;

/** A missed entry may stand for many due times. */
const dueCounts = `
ALTER TABLE schedule_run ADD COLUMN due_count INTEGER NOT NULL DEFAULT 1;
CREATE INDEX schedule_run_outcome ON schedule_run (outcome, due_ms);
`;

const learnedVariants = `
CREATE TABLE learned_variant (
  pack TEXT NOT NULL,
  filters TEXT NOT NULL,
  score REAL NOT NULL,
  scored_at_ms INTEGER NOT NULL,
  PRIMARY KEY (pack, filters)
) WITHOUT ROWID;
`;

/**
 * The timeline and everything that is only read with one task is JSON. Ids are random, so their index is what makes
 * writing dear: it holds a number made of each.
 */
const celeryTasks = `
CREATE TABLE celery_task (
  seq INTEGER PRIMARY KEY,
  id_hash INTEGER NOT NULL,
  broker_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  name TEXT,
  state TEXT NOT NULL,
  state_source TEXT NOT NULL,
  doubt TEXT,
  worker TEXT,
  queue TEXT,
  first_seen_ms REAL NOT NULL,
  sent_at_ms REAL,
  received_at_ms REAL,
  started_at_ms REAL,
  finished_at_ms REAL,
  eta_ms REAL,
  runtime_ms REAL,
  retries INTEGER NOT NULL,
  exception TEXT,
  failure_id TEXT,
  root_id TEXT,
  parent_id TEXT,
  unfinished INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  rest TEXT NOT NULL
);
CREATE INDEX celery_task_id ON celery_task (id_hash);
CREATE INDEX celery_task_unfinished ON celery_task (seq) WHERE unfinished = 1;
CREATE INDEX celery_task_failure ON celery_task (failure_id, seq) WHERE failure_id IS NOT NULL;
CREATE INDEX celery_task_root ON celery_task (root_id, seq) WHERE root_id IS NOT NULL;

CREATE TABLE celery_history (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  task_count INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL
);
INSERT INTO celery_history (id, task_count, size_bytes) VALUES (1, 0, 0);
`;

/**
 * What is owed keeps its own deadline and, once it was first tried, the batch it went out in: a receiver that got a batch
 * twice can tell by its id.
 */
const outbox = `
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  transition_id INTEGER NOT NULL REFERENCES alert_transition (id) ON DELETE CASCADE,
  channel TEXT NOT NULL,
  repeat_number INTEGER NOT NULL,
  group_key TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  next_at_ms INTEGER NOT NULL,
  deadline_at_ms INTEGER NOT NULL,
  settled_at_ms INTEGER,
  batch_id TEXT,
  last_error TEXT,
  UNIQUE (transition_id, channel, repeat_number)
);
CREATE INDEX outbox_due ON outbox (channel, id) WHERE state = 'due';
CREATE INDEX outbox_settled ON outbox (channel, settled_at_ms) WHERE state = 'sent';
INSERT INTO outbox (id, transition_id, channel, repeat_number, group_key, state, attempts, created_at_ms, next_at_ms,
    deadline_at_ms, settled_at_ms, last_error)
  SELECT n.id, n.transition_id, n.channel, 0, t.rule_id, n.state, n.attempts, t.at_ms, n.next_at_ms,
    t.at_ms + 86400000, CASE WHEN n.state = 'due' THEN NULL ELSE t.at_ms END, n.last_error
  FROM notification n JOIN alert_transition t ON t.id = n.transition_id;
DROP TABLE notification;

CREATE TABLE delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  channel TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  took_ms REAL NOT NULL,
  outcome TEXT NOT NULL,
  title TEXT NOT NULL,
  alert_count INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  problem TEXT
);
CREATE INDEX delivery_channel ON delivery (channel, id);
CREATE INDEX delivery_at ON delivery (at_ms);
`;

/** Health of Redis in tiers, a row a server and stretch; analyses of key spaces, each whole. */
const redisDepth = `
CREATE TABLE redis_shard (
  id INTEGER PRIMARY KEY,
  connection_id TEXT NOT NULL,
  address TEXT NOT NULL,
  UNIQUE (connection_id, address)
);
CREATE TABLE redis_health (
  shard_id INTEGER NOT NULL REFERENCES redis_shard (id),
  tier INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  covered_ms INTEGER,
  used_bytes INTEGER,
  rss_bytes INTEGER,
  limit_bytes INTEGER,
  hits INTEGER,
  misses INTEGER,
  ops INTEGER,
  evicted INTEGER,
  expired INTEGER,
  net_in_bytes INTEGER,
  net_out_bytes INTEGER,
  rejected INTEGER,
  cpu_ms REAL,
  clients INTEGER,
  blocked_clients INTEGER,
  key_count INTEGER,
  expiring_count INTEGER,
  round_trip_ms REAL,
  p50_ms REAL,
  p99_ms REAL,
  replica_count INTEGER,
  replication_lag_bytes INTEGER,
  replication_lag_s INTEGER,
  unsaved_changes INTEGER,
  persistence_failing INTEGER,
  own_commands INTEGER,
  commands TEXT,
  databases TEXT,
  PRIMARY KEY (shard_id, tier, at_ms)
) WITHOUT ROWID;
CREATE INDEX redis_health_at ON redis_health (tier, at_ms);

CREATE TABLE redis_analysis (
  id TEXT PRIMARY KEY,
  connection_id TEXT NOT NULL,
  db INTEGER NOT NULL,
  state TEXT NOT NULL,
  started_at_ms INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  summary TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX redis_analysis_at ON redis_analysis (connection_id, started_at_ms);
`;

/** An open episode points to the transition that began it, so that nothing of it is told twice or forgotten. */
const alertEpisodes = `
ALTER TABLE alert_state ADD COLUMN firing_id INTEGER;
UPDATE alert_state SET firing_id =
  (SELECT max(id) FROM alert_transition t WHERE t.rule_id = alert_state.rule_id AND t.to_state = 'firing')
  WHERE state = 'firing';
ALTER TABLE alert_transition ADD COLUMN cause TEXT;
CREATE TABLE observation_gap (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  from_ms INTEGER NOT NULL,
  to_ms INTEGER,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL
);
CREATE INDEX observation_gap_from ON observation_gap (from_ms);
`;

/**
 * What a snapshot is of, so that the past can be looked up by it; how large the contents are, kept by the database itself;
 * what stood around the values; what people noted and last saw.
 */
const review = `
CREATE TABLE lineage (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  pack TEXT,
  pack_version INTEGER,
  source TEXT,
  section TEXT,
  layer TEXT,
  filters TEXT
);
CREATE INDEX lineage_place ON lineage (pack, source, filters) WHERE filters IS NOT NULL;
INSERT INTO lineage (name) SELECT DISTINCT lineage FROM snapshot WHERE lineage IS NOT NULL;
ALTER TABLE snapshot_history ADD COLUMN lineage_id INTEGER REFERENCES lineage (id);
ALTER TABLE snapshot_history ADD COLUMN as_of TEXT;
UPDATE snapshot_history SET lineage_id = (SELECT lineage.id FROM snapshot JOIN lineage ON lineage.name = snapshot.lineage
  WHERE snapshot.redis_key = snapshot_history.redis_key);
CREATE INDEX snapshot_history_lineage ON snapshot_history (lineage_id, computed_at_ms) WHERE lineage_id IS NOT NULL;

ALTER TABLE payload ADD COLUMN raw_bytes INTEGER NOT NULL DEFAULT 0;
CREATE TABLE payload_size (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  payload_count INTEGER NOT NULL,
  stored_bytes INTEGER NOT NULL,
  raw_bytes INTEGER NOT NULL
);
INSERT INTO payload_size SELECT 1, count(*), coalesce(sum(length(body)), 0), 0 FROM payload;
CREATE TRIGGER payload_added AFTER INSERT ON payload BEGIN
  UPDATE payload_size SET payload_count = payload_count + 1, stored_bytes = stored_bytes + length(new.body),
    raw_bytes = raw_bytes + new.raw_bytes;
END;
CREATE TRIGGER payload_removed AFTER DELETE ON payload BEGIN
  UPDATE payload_size SET payload_count = payload_count - 1, stored_bytes = stored_bytes - length(old.body),
    raw_bytes = raw_bytes - old.raw_bytes;
END;

CREATE TABLE surroundings (
  at_ms INTEGER PRIMARY KEY,
  seen_until_ms INTEGER NOT NULL,
  payload_id INTEGER NOT NULL REFERENCES payload (id)
);
CREATE INDEX surroundings_payload ON surroundings (payload_id);

CREATE TABLE note (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  words TEXT NOT NULL,
  as_stood TEXT NOT NULL,
  closed_at_ms INTEGER,
  closed_by TEXT,
  answer TEXT
) WITHOUT ROWID;
CREATE INDEX note_at ON note (at_ms);

CREATE TABLE look (
  who TEXT NOT NULL,
  place TEXT NOT NULL,
  kpi_id TEXT NOT NULL,
  seen_at_ms INTEGER NOT NULL,
  seen TEXT NOT NULL,
  before_at_ms INTEGER,
  before TEXT,
  PRIMARY KEY (who, place, kpi_id)
) WITHOUT ROWID;
`;

/** Everything that happened, on one line of time; and the chain of causes of each alert. */
const timeline = `
CREATE TABLE timeline_event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  until_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  tone TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  count INTEGER NOT NULL
);
CREATE INDEX timeline_event_at ON timeline_event (at_ms, id);
CREATE INDEX timeline_event_kind ON timeline_event (kind, at_ms, id);
CREATE INDEX timeline_event_subject ON timeline_event (subject, at_ms, id);
ALTER TABLE alert_transition ADD COLUMN chain TEXT;
`;

/** Fixes of the doctor, each with what undoes it. */
const doctorFixes = `
CREATE TABLE doctor_fix (
  fix_id TEXT PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  fix TEXT NOT NULL
);
`;

/** The history of alerts in the order of time for each state and severity, and the same for each rule. */
const alertKinds = `
DROP INDEX alert_transition_to;
CREATE INDEX alert_transition_kind ON alert_transition (to_state, severity, at_ms, id);
CREATE INDEX alert_transition_rule_kind ON alert_transition (rule_id, to_state, severity, at_ms, id);
`;

/** What a change of an alert rests on, as figures for a screen in any language. */
const alertFacts = 'ALTER TABLE alert_transition ADD COLUMN facts TEXT;';

/** What events of the line of time tell, for a screen in any language; older ones keep their English words only. */
const timelineSaid = `
ALTER TABLE timeline_event ADD COLUMN said TEXT;
ALTER TABLE timeline_event ADD COLUMN alert TEXT;
`;

/** Notices for a screen in any language. */
const noticeSaid = 'ALTER TABLE notice ADD COLUMN said TEXT;';

export const migrations: readonly Migration[] = [
  { version: 1, name: 'first depth', sql: firstDepth },
  { version: 2, name: 'history of queues', sql: queueHistory },
  { version: 3, name: 'due counts of scheduled runs', sql: dueCounts },
  { version: 4, name: 'learned variants', sql: learnedVariants },
  { version: 5, name: 'Celery tasks', sql: celeryTasks },
  { version: 6, name: 'outbox of alerts', sql: outbox },
  { version: 7, name: 'Redis in depth', sql: redisDepth },
  { version: 8, name: 'episodes of alerts', sql: alertEpisodes },
  { version: 9, name: 'review', sql: review },
  { version: 10, name: 'line of time', sql: timeline },
  { version: 11, name: 'fixes of the doctor', sql: doctorFixes },
  { version: 12, name: 'kinds of alerts', sql: alertKinds },
  { version: 13, name: 'figures of alerts', sql: alertFacts },
  { version: 14, name: 'sentences of the line of time', sql: timelineSaid },
  { version: 15, name: 'sentences of notices', sql: noticeSaid },
];

/** The file of the thread that writes the history of Celery's tasks. The table of the same name in the main file only carries it through backups. */
export const taskHistoryMigrations: readonly Migration[] = [
  { version: 1, name: 'Celery tasks', sql: `${setting}${celeryTasks}` },
];
