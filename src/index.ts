/** The public API for programs that embed a board (docs/embedding.md). */
export { startBbs } from './app/bbs';
export type { BbsOptions, RunningBbs, ServerAddress, SignedInCaller } from './app/embedding';
export type { CallerFacts, TakenConnection } from './menu/run/caller';
export { BbsError, ERROR_CODES } from './base/errors';
export type { ErrorCode, Place } from './base/errors';
export { createLog } from './base/log';
export type { Log, LogFields, LogLevel } from './base/log';
export { systemClock } from './base/clock';
export type { Cancel, TimeSource } from './base/clock';
export { systemRandom } from './base/random';
export type { Random } from './base/random';
export { configSchema, defaultConfig } from './config/schema';
export type { Config, ConfigInput } from './config/schema';
