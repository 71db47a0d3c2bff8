/** The only door for hosts. */
export type { DesktopNotify } from './alerts/ports.ts';
export { EngineError, messageOf } from './base/errors.ts';
export { createLogger, type Logger } from './base/logger.ts';
export { type DataDir, openDataDir } from './config/data-dir.ts';
export { type LoadedSettings, loadSettings } from './config/load.ts';
export { type Seal } from './config/secret-vault.ts';
export type { Settings } from './config/settings.ts';
export { createEngine, type Engine } from './engine.ts';
export { aclLine } from './redis/acl.ts';
export { serverConf } from './redis/server-conf.ts';
export { startRedisHost } from './redis-host.ts';
export { demoFileOf } from './sources/open-source.ts';
export { backUpAtRest, restoreAtNextStart } from './store/at-rest.ts';
export { version } from './version.ts';
export { packNamed } from './wiring/packs.ts';
export { openReviewFile } from './wiring/review.ts';
export { runWorkerProcess } from './worker.ts';
export { startWorkerHost, type WorkerHost } from './worker-host.ts';
