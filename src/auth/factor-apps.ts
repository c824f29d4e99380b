import { BbsError } from '../base/errors';
import type { Random } from '../base/random';
import type { Sql } from '../store/database';
import {
  insertApp,
  listApps,
  moveToFirst,
  removeFurtherApp,
  renameApp,
} from '../store/factor-apps';
import type { FactorRow, PendingRow } from '../store/factors';
import type { Notifier } from '../store/notice';
import { sealedKeyId } from '../store/sealed';
import { foldName } from '../store/user-name';
import { characterColumns } from '../terminal/character-width';
import { sanitizeUserText } from '../terminal/untrusted';
import { endRecovery, endSetUp, type Actor } from './account-change';
import { recordFactorChange, spentBefore } from './factor-change';
import { openAppKey, type OtpKey, profileOf, sealFactorKey } from './otp';
import type { Sealing } from './sealing';

/** Authenticator apps of one account. */
export const MAX_APPS = 5;
/** Columns of the name of an app. */
export const MAX_LABEL_COLUMNS = 30;

/** Why an app cannot have a name, or cannot be added. */
export type AppProblem =
  | 'too-long'
  | 'empty'
  /** A character that a screen acts upon, or that is not seen. */
  | 'bad-characters'
  /** Another app of the account is called so, or nearly so. */
  | 'taken'
  /** The account has as many as it may have. */
  | 'too-many'
  /** The account has no second factor, or the app is gone. */
  | 'gone';

type LabelCheck =
  | { readonly kind: 'label'; readonly label: string }
  | { readonly kind: 'refused'; readonly why: AppProblem };

/** The name of an app as it is stored, of 1 to 30 columns and unlike those of the account's other apps. */
export function checkAppLabel(typed: string, others: readonly string[]): LabelCheck {
  const label = typed.normalize('NFC').trim().replace(/ {2,}/g, ' ');
  const refused = (why: AppProblem): LabelCheck => ({ kind: 'refused', why });
  if (label === '') return refused('empty');
  if (label.includes('|') || sanitizeUserText(label) !== label || foldName(label) === '')
    return refused('bad-characters');
  let columns = 0;
  for (const character of label) columns += characterColumns(character.codePointAt(0) ?? 0);
  if (columns > MAX_LABEL_COLUMNS) return refused('too-long');
  const folded = foldName(label);
  return others.some((other) => foldName(other) === folded)
    ? refused('taken')
    : { kind: 'label', label };
}

/** The same for one more app of this account. */
export async function checkNewApp(sql: Sql, userId: number, typed: string): Promise<LabelCheck> {
  const apps = await listApps(sql, userId);
  if (apps.length === 0) return { kind: 'refused', why: 'gone' };
  if (apps.length >= MAX_APPS) return { kind: 'refused', why: 'too-many' };
  return checkAppLabel(
    typed,
    apps.map(({ label }) => label),
  );
}

/**
 * The name that a set-up is confirmed with: what was typed, else what it was begun with. Undefined for a first app
 * without a name. Whether another app has it is not looked at: `isAppNamed` is for whoever has shown a right code.
 */
export function checkSetUpLabel(
  pending: Pick<PendingRow, 'label'> | undefined,
  typed = '',
): LabelCheck | { readonly kind: 'unnamed'; readonly label: undefined } {
  const label = typed.trim() === '' ? pending?.label : typed;
  if (pending === undefined || label === undefined) return { kind: 'unnamed', label: undefined };
  return checkAppLabel(label, []);
}

/** True where an app of this account is called so, or nearly so. */
export async function isAppNamed(sql: Sql, userId: number, label: string): Promise<boolean> {
  const apps = await listApps(sql, userId);
  const checked = checkAppLabel(
    label,
    apps.map((app) => app.label),
  );
  return checked.kind === 'refused';
}

/**
 * An app with its secret opened; undefined for a secret that does not open: it was lost, changed or moved from another
 * row, and no code is accepted. Throws STORE_FAILED where only another node has its sealing key.
 */
export function openApp(
  sealing: Sealing,
  app: FactorRow,
  onBroken?: (error: BbsError) => void,
): OtpKey | undefined {
  if (app.secret === '') return undefined;
  const keyId = sealedKeyId(app.secret);
  if (!sealing.keyIds().includes(keyId))
    throw new BbsError('STORE_FAILED', `a secret is sealed with the key ${keyId}, not here`);
  try {
    return openAppKey(sealing, app);
  } catch (error) {
    if (!(error instanceof BbsError) || error.code !== 'SEAL_BROKEN') throw error;
    onBroken?.(error);
    return undefined;
  }
}

/** Who changes an app, and when. */
interface AppChange {
  readonly userId: number;
  readonly actor: Actor;
  readonly nowMs: number;
}

/** Binds a further app; backup codes stay. False, and nothing changed, where it cannot be added any more. */
export async function addApp(
  sql: Sql,
  parts: {
    readonly sealing: Sealing;
    readonly random: Random;
    readonly notifier?: Notifier | undefined;
  },
  change: AppChange & {
    readonly label: string;
    readonly key: OtpKey;
    /** Step or counter value that the confirmation spent. */
    readonly spentPosition: number;
    /** When the confirmation used its first code; undefined where none was typed. Unix time in milliseconds. */
    readonly usedAtMs?: number;
  },
): Promise<boolean> {
  const { sealing, random, notifier } = parts;
  const { userId, key, actor, nowMs } = change;
  const checked = await checkNewApp(sql, userId, change.label);
  if (checked.kind === 'refused') return false;
  const { label } = checked;
  const floor = await spentBefore(sql, sealing, userId, key);
  await insertApp(sql, {
    ...{ userId, label, ...profileOf(key), boundAtMs: nowMs, usedAtMs: change.usedAtMs },
    secret: sealFactorKey(sealing, 'otp_app', { ...key, userId }),
    binding: random.bytes(16).toString('hex'),
    lastPosition: Math.max(change.spentPosition, floor),
  });
  await endSetUp(sql, userId);
  await endRecovery(sql, userId);
  await recordFactorChange(sql, { userId, kind: 'app-added', actor, nowMs, reason: label });
  await notifier?.notify(sql, { kind: 'app-added', userId, label });
  return true;
}

/**
 * Removes an app that is not the only one; backup codes stay. In place of the first one comes the next that opens. False
 * where it is gone, or is the only one: without it the account would have no second factor.
 */
export async function removeApp(
  sql: Sql,
  parts: { readonly sealing: Sealing; readonly notifier?: Notifier | undefined },
  change: AppChange & { readonly binding: string },
): Promise<boolean> {
  const { sealing, notifier } = parts;
  const { userId, actor, nowMs, binding } = change;
  const apps = await listApps(sql, userId);
  const app = apps.find((each) => each.binding === binding);
  const [next, ...others] = apps.filter((each) => each !== app);
  if (app === undefined || next === undefined) return false;
  if (app.app === 0) await promote(sql, sealing, [next, ...others]);
  else await removeFurtherApp(sql, app);
  await endSetUp(sql, userId);
  await endRecovery(sql, userId);
  const { label } = app;
  await recordFactorChange(sql, { userId, kind: 'app-removed', actor, nowMs, reason: label });
  await notifier?.notify(sql, { kind: 'app-removed', userId, label });
  return true;
}

/** A secret that does not open is not carried along: the app stays, and no code of it is right. */
async function promote(
  sql: Sql,
  sealing: Sealing,
  apps: readonly [FactorRow, ...FactorRow[]],
): Promise<void> {
  for (const app of apps) {
    const key = openApp(sealing, app);
    if (key === undefined) continue;
    return moveToFirst(
      sql,
      app,
      sealFactorKey(sealing, 'otp_factor', { ...key, userId: app.userId }),
    );
  }
  await moveToFirst(sql, apps[0], '');
}

/** Gives an app another name; calls of the account go on. */
export async function changeLabel(
  sql: Sql,
  change: AppChange & { readonly binding: string; readonly label: string },
): Promise<LabelCheck> {
  const { userId, actor, nowMs, binding } = change;
  const apps = await listApps(sql, userId);
  const app = apps.find((each) => each.binding === binding);
  if (app === undefined) return { kind: 'refused', why: 'gone' };
  const others = apps.filter((each) => each !== app).map(({ label }) => label);
  const checked = checkAppLabel(change.label, others);
  if (checked.kind === 'refused') return checked;
  await renameApp(sql, app, checked.label);
  const reason = `${app.label} > ${checked.label}`;
  await recordFactorChange(sql, { userId, kind: 'app-renamed', actor, nowMs, reason });
  return checked;
}
