/** The public API for programs that embed a board (docs/embedding.md). */
export { startBbs } from './app/bbs';
export type { BbsOptions, RunningBbs, ServerAddress } from './app/embedding';
export type { BbsMetrics } from './app/metrics';
export type {
  BbsEvents,
  BbsSessions,
  CallEvent,
  OnlineSession,
  SignedInCaller,
} from './app/visitors';
export type { Authenticate, OwnAccount, OwnSignIn } from './auth/own-accounts';
export type { OwnAnswer, OwnRequest, OwnRoute } from './web/parts';
export type { OwnCondition } from './acs/own-codes';
export type {
  MenuContext,
  MenuMethod,
  MenuModule,
  OwnSystemMethod,
  Submission,
  Transition,
} from './menu/run/module';
export type { OwnMciCode } from './menu/run/services';
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
