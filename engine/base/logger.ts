/** What every part logs through; the sink is chosen by the host. */
import { type BaseLogger, destination, pino } from 'pino';
import { redactUrls } from './errors.ts';
import { rotate } from './log-rotation.ts';

export type LogFields = Record<string, unknown>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to each line. */
  child(fields: LogFields): Logger;
}

export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};

/** Writes one JSON line an event to `file` (or standard error without one), credentials in URLs blanked; a large file is set aside first. */
export function createLogger(options: { level: string; file?: string }): Logger {
  if (options.file !== undefined) rotate(options.file);
  const sink = pino(
    { level: options.level, base: null, hooks: { streamWrite: redactUrls } },
    destination({ dest: options.file ?? 2, sync: true, mkdir: true }),
  );
  return wrap(sink);
}

function wrap(sink: BaseLogger & { child(bindings: LogFields): BaseLogger }): Logger {
  return {
    debug: (message, fields) => sink.debug(fields ?? {}, message),
    info: (message, fields) => sink.info(fields ?? {}, message),
    warn: (message, fields) => sink.warn(fields ?? {}, message),
    error: (message, fields) => sink.error(fields ?? {}, message),
    child: (fields) => wrap(sink.child(fields) as typeof sink),
  };
}
