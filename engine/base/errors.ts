/** The one error that leaves a room, and the table of everything that can be wrong. */

/** What a code means to whoever meets it: the HTTP status, whether trying again can help, and what to do. */
interface ErrorEntry {
  readonly httpStatus: number;
  readonly retryable: boolean;
  readonly help: string;
}

/** Codes are ROOM_PROBLEM. One line each, so that the table can be read as the list of what can go wrong. */
export const errorTable = {
  CONFIG_INVALID: entry(400, false, 'Correct the named setting; `vigia config` shows where each value came from.'),
  CONFIG_UNKNOWN_PACK: entry(400, false, 'Set VIGIA_PACK to one of the packs that are installed.'),
  DATA_DIR_NOT_WRITABLE: entry(500, false, 'Choose another folder with --data-dir or correct its permissions.'),
  DATA_DIR_IN_USE: entry(
    409,
    false,
    'Another Vigía uses this data folder. Close it or choose another with --data-dir.',
  ),
  PORT_IN_USE: entry(409, false, 'Choose another port with --port, or 0 for any free one.'),
  REDIS_URL_INVALID: entry(
    400,
    false,
    'Write redis://[user:password@]host[:port][/db], rediss://… for TLS, unix:///path/to/socket, redis-sentinel://h1,h2/master or redis-cluster://h1,h2.',
  ),
  REDIS_SERVER_MISSING: entry(500, false, 'Install redis-server, or set REDIS_URL to a server that runs already.'),
  REDIS_START_FAILED: entry(500, true, 'See the log of the embedded server in the data folder.'),
  REDIS_UNREACHABLE: entry(503, true, 'Check that the server runs, its address and the network.'),
  REDIS_AUTH_FAILED: entry(503, false, 'Check the user name and the password in the URL.'),
  REDIS_ACL_DENIED: entry(403, false, 'The user lacks a right; `vigia acl` prints the rights that are needed.'),
  REDIS_TLS_FAILED: entry(
    503,
    false,
    'Check that the port speaks TLS (rediss://), the CA, the name in the certificate, its dates, and the client certificate.',
  ),
  REDIS_DNS_FAILED: entry(503, true, 'The host name is not known here. Check its spelling, the DNS, and the VPN.'),
  REDIS_COMMAND_FAILED: entry(502, true, 'Redis refused the command; its own words are in the message.'),
  REDIS_TIMEOUT: entry(504, true, 'Redis did not answer within the deadline.'),
  REDIS_READ_ONLY: entry(
    403,
    false,
    'This connection is observed. Unlock "operate" on it for a while, then try again.',
  ),
  REDIS_SHARD_NOT_FOUND: entry(404, true, 'The server has left the cluster; ask again for its shards.'),
  REDIS_CLIENT_OURS: entry(409, false, 'Choose another client: this one is how the console looks.'),
  REDIS_DATABASE_INVALID: entry(400, false, 'Choose a database that the server has.'),
  REDIS_KEY_NOT_FOUND: entry(404, false, 'The key has gone, by its expiry, by eviction, or by somebody.'),
  REDIS_KEY_WRONG_TYPE: entry(409, false, 'Look at the key again: it has another type than the edit is for.'),
  REDIS_KEY_CHANGED: entry(409, false, 'Nothing was written: somebody changed it meanwhile. Look at it as it is now.'),
  REDIS_KEY_EXISTS: entry(409, false, 'Nothing was written: choose a name that no key has.'),
  REDIS_KEY_TOO_BIG: entry(413, false, 'Its elements are too big to be fetched through the console.'),
  REDIS_ANALYSIS_NOT_FOUND: entry(404, false, 'No analysis has this id; the oldest go when there are too many.'),
  REDIS_ANALYSIS_RUNNING: entry(409, true, 'An analysis of this connection runs; wait for it or cancel it.'),
  CONNECTION_INVALID: entry(400, false, 'Correct the named field of the connection.'),
  VAULT_UNAVAILABLE: entry(500, true, 'Check the permissions of the data folder, and that the keychain is unlocked.'),
  CONNECTION_NOT_FOUND: entry(404, false, 'No connection has this id; it may have been removed.'),
  SOURCE_NOT_FOUND: entry(
    400,
    false,
    'Check VIGIA_SOURCE: a postgres:// URL, a DuckDB file, or a folder of CSV or Parquet.',
  ),
  SOURCE_UNREACHABLE: entry(503, true, 'Check that the database runs, its address, and the network.'),
  SOURCE_AUTH_FAILED: entry(503, false, 'Check the user name and the password of the source.'),
  SOURCE_SCHEMA_MISMATCH: entry(422, false, 'Add the named column to the source; the KPIs listed need it.'),
  SOURCE_DATA_INVALID: entry(422, false, 'Correct the named file, line and column.'),
  SQL_QUERY_FAILED: entry(502, false, 'The source refused the query; its own words are in the message.'),
  SQL_TIMEOUT: entry(504, true, 'The query took longer than its deadline.'),
  SQL_WRITE_REFUSED: entry(403, false, 'Sources are read-only; only SELECT is accepted.'),
  SQL_CANCELLED: entry(499, true, 'The query was cancelled.'),
  FILTER_INVALID: entry(400, false, 'Correct the named filter.'),
  KPI_NOT_COMPUTED: entry(404, true, 'Nothing has been computed for these filters yet; ask for a refresh.'),
  CACHE_LOADER_TIMEOUT: entry(
    504,
    true,
    'The computation took longer than the caller would wait; it goes on in the background.',
  ),
  CACHE_LOADER_FAILED: entry(502, true, 'The computation failed; its cause is in the message.'),
  CACHE_TAG_INVALID: entry(400, false, 'Write tags as `table:edp` or `cliente:Name`: 1 to 300 characters.'),
  CACHE_ENTRY_INVALID: entry(500, true, 'The stored entry could not be read and counts as a miss.'),
  CACHE_ENTRY_NOT_FOUND: entry(
    404,
    false,
    'The entry has gone, or never was; the list of entries shows what there is.',
  ),
  CACHE_ENTRY_NOT_OURS: entry(403, false, 'Entries of other programs, versions and days are shown, never changed.'),
  CACHE_CONFIRMATION_WRONG: entry(400, false, 'Type the name of the layer, or "all", to confirm.'),
  CACHE_LAYER_INVALID: entry(400, false, 'Choose an age ceiling that is at least the TTL.'),
  CACHE_LAYER_FIXED: entry(409, false, 'Change the named variable where the program is started, or remove it there.'),
  CACHE_TARGET_EMPTY: entry(400, false, 'Name at least one tag or key.'),
  CACHE_CHANGE_UNKNOWN: entry(400, false, 'Send one of the types of change that the pack declares.'),
  WEBHOOK_CLOSED: entry(503, false, 'Set VIGIA_WEBHOOK_SECRET to the secret that the sender signs with.'),
  WEBHOOK_SIGNATURE_INVALID: entry(
    401,
    false,
    'Sign "<timestamp>.<body>" with HMAC-SHA256: X-Vigia-Timestamp in seconds, X-Vigia-Signature: sha256=<hex>.',
  ),
  WEBHOOK_REPLAYED: entry(409, false, 'Each call is signed anew with the present time.'),
  CONSOLE_NOT_RUNNING: entry(503, true, 'Start it with `vigia serve`, or name its folder with --data-dir.'),
  QUEUE_UNREACHABLE: entry(503, true, 'The broker cannot be reached, so no job can be queued.'),
  QUEUE_TASK_NOT_FOUND: entry(404, false, 'No task has this id, or its record has been cleaned up.'),
  QUEUE_NOT_FOUND: entry(404, false, 'No queue of this name is known behind the connection; it may have been removed.'),
  QUEUE_LOCKED: entry(403, false, 'The connection is only observed; unlock it to change anything.'),
  QUEUE_PLAN_NOT_FOUND: entry(404, false, 'The plan has expired or was used; plan the action again.'),
  QUEUE_CONFIRMATION_WRONG: entry(409, false, 'Type the name of the queue exactly.'),
  QUEUE_ACTION_REFUSED: entry(409, false, 'The action would do harm as things are; the reason is in the message.'),
  QUEUE_WORKER_NOT_FOUND: entry(404, false, 'No worker process that lives has this id; see the list of workers.'),
  QUEUE_JOB_FAILED: entry(502, true, 'The job failed; its error is in the message.'),
  CELERY_COMMAND_INVALID: entry(
    400,
    false,
    'Correct the named argument. It was not sent, because workers may die of what they do not expect.',
  ),
  CELERY_COMMAND_REFUSED: entry(409, false, 'It would leave the worker unable to work; the message says why.'),
  CELERY_NO_REPLY: entry(
    504,
    true,
    'No worker answered. That does not mean that none runs; see the evidence of its verdict.',
  ),
  CELERY_WORKER_NOT_FOUND: entry(404, true, 'No worker of this name has answered or sent a heartbeat on this broker.'),
  CELERY_BROKER_NOT_FOUND: entry(404, false, 'Celery is not watched on a connection with this id.'),
  CELERY_MESSAGE_NOT_FOUND: entry(404, true, 'A worker has taken the message meanwhile, or it was removed.'),
  CELERY_ARGUMENTS_UNKNOWN: entry(409, false, 'Send the task yourself with the arguments you want.'),
  CELERY_TASK_NOT_FOUND: entry(404, false, 'No event told of this task, or the history has let it go; check the id.'),
  STORE_UNAVAILABLE: entry(503, true, 'The local database cannot be written; the console goes on in memory.'),
  STORE_MIGRATION_FAILED: entry(500, false, 'The database was left as it was; its backup is beside it.'),
  STORE_BACKUP_FAILED: entry(507, true, 'Nothing was changed; see that the disk has room and may be written.'),
  STORE_BACKUP_REFUSED: entry(409, false, 'Choose another backup; the database was left as it is.'),
  REVIEW_KPI_UNKNOWN: entry(404, false, 'Choose a KPI that stood on the screen at that instant.'),
  REVIEW_NOTE_NOT_FOUND: entry(404, false, 'No open note has this id; it may be closed or removed.'),
  REVIEW_FILE_REFUSED: entry(422, false, 'Ask for the file anew; what arrived is not what was sealed.'),
  ALERT_NOT_FOUND: entry(404, false, 'No alert has this id.'),
  ALERT_NOT_FIRING: entry(409, false, 'Only an alert that is pending or fires can be acknowledged.'),
  ALERT_RULE_INVALID: entry(400, false, 'Correct the rule; the message says what is wrong.'),
  ALERT_SILENCE_NOT_FOUND: entry(404, false, 'No silence has this id; it may be over.'),
  ALERT_CHANNEL_NOT_FOUND: entry(404, false, 'No channel has this id; it may have been removed.'),
  ALERT_CHANNEL_INVALID: entry(400, false, 'Correct the named field of the channel.'),
  ALERT_TEMPLATE_INVALID: entry(400, false, 'Correct the template; the message says what is wrong.'),
  ALERT_SEND_FAILED: entry(502, true, "The receiver's own words are in the message; it is tried again by itself."),
  ALERT_SEND_TIMEOUT: entry(504, true, 'The receiver did not answer in time; it is tried again by itself.'),
  SCHEDULE_NOT_FOUND: entry(404, false, 'No schedule has this id.'),
  SCHEDULE_EXISTS: entry(409, false, 'Choose another id, or edit the schedule that has it.'),
  SCHEDULE_TIMING_INVALID: entry(400, false, 'Correct the cron pattern or the time zone; the message says which.'),
  SCHEDULE_BUILT_IN: entry(409, false, 'A built-in schedule can be paused, edited or reset, but not removed.'),
  DOCTOR_FINDING_GONE: entry(409, true, 'Run the doctor again: the trouble may be over.'),
  DOCTOR_FIX_CHANGED: entry(409, true, 'Look at the commands again before you confirm them.'),
  DOCTOR_FIX_NOT_FOUND: entry(404, false, 'It may have been undone already; the list of fixes shows what there is.'),
  DOCTOR_TIMEOUT: entry(504, true, 'The check took longer than its deadline.'),
  CALL_UNKNOWN: entry(404, false, 'The console and the engine are of different versions.'),
  CALL_INPUT_INVALID: entry(400, false, 'Correct the named input.'),
  CALL_FORBIDDEN: entry(403, false, 'The caller may not do this.'),
  CALL_UNAUTHORIZED: entry(401, false, 'Send Authorization: Bearer <token>; the token is in the data folder.'),
  CALL_DISCONNECTED: entry(503, true, 'The connection to the engine was lost; it is tried again by itself.'),
  ENGINE_STOPPED: entry(503, true, 'The engine is stopping.'),
  INTERNAL: entry(500, false, 'This is a defect; the log has the details.'),
} as const;

export type ErrorCode = keyof typeof errorTable;

function entry(httpStatus: number, retryable: boolean, help: string): ErrorEntry {
  return { httpStatus, retryable, help };
}

/** What crosses the wire of an error: no stack, no credentials. */
export interface ErrorView {
  code: ErrorCode;
  /** What failed, on which named thing. */
  message: string;
  /** What to do about it. */
  help: string;
  retryable: boolean;
  /** Named facts for programs; JSON-safe. */
  details: Record<string, string | number | boolean | null>;
}

interface ErrorOptions {
  cause?: unknown;
  details?: ErrorView['details'];
  retryable?: boolean;
}

export class EngineError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: ErrorView['details'];

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'EngineError';
    this.code = code;
    this.retryable = options.retryable ?? errorTable[code].retryable;
    this.details = options.details ?? {};
  }

  get httpStatus(): number {
    return errorTable[this.code].httpStatus;
  }

  toView(): ErrorView {
    return {
      code: this.code,
      message: this.message,
      help: errorTable[this.code].help,
      retryable: this.retryable,
      details: this.details,
    };
  }
}

/** Wraps a foreign error where it enters; an EngineError passes as it is. */
export function toEngineError(error: unknown, code: ErrorCode, what: string): EngineError {
  if (error instanceof EngineError) return error;
  return new EngineError(code, `${what}: ${messageOf(error)}`, { cause: error });
}

/** The words of any thrown thing, with credentials in URLs blanked. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return redactUrls(text);
}

/** Replaces the user and password of every URL in `text` by `***`, passwords in its query as well. */
export function redactUrls(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi, '$1***@')
    .replace(/([?&][a-z_]*password=)[^\s&#"]*/gi, '$1***');
}
