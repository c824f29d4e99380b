import type { OtpType } from '../../base/otp-types';
import { canonicalBackupCode } from '../../auth/backup-codes';
import { shortKeyUri } from '../../auth/otp';
import type { OwnEnrollment } from '../../auth/set-up';
import { renderTerminalQr, type TerminalQr } from '../../terminal/qr';
import { actorOf, userOf } from './caller';
import type { Say } from '../../texts/texts';
import type { MenuContext, Question } from './module';

/** What a set-up on the screen needs of a menu, so that it runs between two menus as well. */
export type SetUpContext = Pick<MenuContext, 'caller' | 'services' | 'say' | 'ask' | 'showPages'>;

/** How a set-up on the screen ended. */
export type SetUpEnd =
  /** The factor is bound, and this session goes on with it. */
  | 'on'
  /** Left with escape; nothing was changed. */
  | 'left'
  /** It ended meanwhile: out of tries or of time, or another session's sign-in ended it. */
  | 'gone'
  /** Another session's set-up, or the sysop's, waits. */
  | 'not-now'
  /** The session may not go on. */
  | 'ended';

/** Bytes of versions 6, 5 and 4 at level L: 23, 21 and 19 rows with the quiet zone. */
const QR_BYTES = [134, 106, 78] as const;
/** Typed in place of a code for the link itself, which power users take into an app by hand. */
const ASK_FOR_URI = 'url';
/** Columns below which two backup codes do not fit side by side. */
const NARROW_COLUMNS = 60;
/** Rows of the page of backup codes without the codes. */
const ROWS_AROUND_CODES = 14;

/** The QR code of a link, with shorter names in it where the screen has no room for the whole one. */
export function fittingQr(
  uri: string,
  space: { readonly width: number; readonly height: number },
): TerminalQr | undefined {
  for (const bytes of [Infinity, ...QR_BYTES]) {
    const qr = renderTerminalQr(shortKeyUri(uri, bytes), space);
    if (qr.fits) return qr;
  }
  return undefined;
}

/** A secret in groups of four, as people type it into an app. */
export function secretGroups(secret: string): readonly string[] {
  return secret.match(/.{1,4}/g) ?? [];
}

/**
 * Sets a second factor up in this call: the QR code with the secret beside it, the first code, and the backup
 * codes. The caller of this proves who is there first. What is left half-way changes nothing: the set-up
 * waits for this session alone and ends with it (rule M2).
 */
export async function setUpHere(
  context: SetUpContext,
  type: OtpType,
  /** What a further app is called that is added; without it a new factor takes the place of all apps. */
  label?: string,
): Promise<SetUpEnd> {
  const { services, caller } = context;
  const { id } = userOf(caller);
  const begun = await services.enrollment.begin(id, type, { actor: actorOf(caller), label });
  // Else the name or the place was given away meanwhile.
  if (begun.kind !== 'begun') return begun.kind === 'not-yours' ? 'not-now' : 'gone';
  const codes = await askForFirstCode(context, id);
  if (typeof codes === 'string') return codes;
  if ((await caller.login.refresh()) === 'end') return 'ended';
  caller.log.info('two-factor.on-here', { userId: id, type });
  // With a further app the backup codes stay.
  if (label === undefined) await showBackupCodes(context, codes);
  return 'on';
}

async function askForFirstCode(
  context: SetUpContext,
  userId: number,
): Promise<readonly string[] | Extract<SetUpEnd, 'left' | 'gone'>> {
  const { services, caller } = context;
  let message: string | undefined;
  for (;;) {
    const pending = await services.enrollment.pendingFor(userId, caller.login.sessionId);
    if (pending === undefined) return 'gone';
    const { isLineByLine } = caller.terminal;
    const answer = await context.ask(
      firstCodeQuestion(context.say, pending, { isLineByLine, message }),
    );
    if (answer === undefined) {
      await services.enrollment.removePending(userId, actorOf(caller));
      return 'left';
    }
    const typed = answer['code'] ?? '';
    message = undefined;
    if (typed.trim().toLowerCase() === ASK_FOR_URI) {
      await context.showPages({ data: [{ color: '|07', text: pending.uri }] });
      continue;
    }
    const result = await services.enrollment.confirmHere(userId, typed, actorOf(caller));
    switch (result.kind) {
      case 'confirmed':
        return result.backupCodes;
      case 'gone':
        return 'gone';
      // Another session has given the name to an app meanwhile.
      case 'unnamed':
        await services.enrollment.removePending(userId, actorOf(caller));
        return 'gone';
      case 'malformed':
        message = context.say('factor.no-code-shape');
        break;
      case 'wrong':
        if (result.triesLeft === 0) return 'gone';
        message = wrongFirstCode(context.say, result.triesLeft);
    }
  }
}

function wrongFirstCode(say: Say, count: number): string {
  return count === 1 ? say('factor.wrong-code-one-try') : say('factor.wrong-code-tries', { count });
}

function firstCodeQuestion(
  say: Say,
  pending: OwnEnrollment,
  {
    isLineByLine,
    message,
  }: { readonly isLineByLine: boolean; readonly message: string | undefined },
): Question {
  return {
    prompt: 'twoFactorFirstCode',
    title: say(pending.label === undefined ? 'factor.set-up' : 'factor.add-app'),
    text: [
      say(isLineByLine ? 'factor.type-secret' : 'factor.scan'),
      '',
      ...secretRows(pending.secret),
      '',
      `  ${say('factor.link', { word: ASK_FOR_URI })}`,
      '',
      say('factor.type-code'),
    ],
    fields: [{ name: 'code', label: say('factor.code'), maxLength: 16 }],
    picture: (space) => fittingQr(pending.uri, space)?.lines,
    ...(message === undefined ? {} : { message, isAgain: true }),
  };
}

function secretRows(secret: string): readonly string[] {
  const groups = secretGroups(secret);
  const rows: string[] = [];
  for (let at = 0; at < groups.length; at += 4) {
    rows.push(`  ${groups.slice(at, at + 4).join(' ')}`);
  }
  return rows;
}

/** Shows new backup codes until one of them is typed back, or the caller leaves them with escape, twice. */
async function showBackupCodes(context: SetUpContext, codes: readonly string[]): Promise<void> {
  const { width, height, isLineByLine } = context.caller.terminal;
  const rows = codeRows(codes, isLineByLine ? 0 : width);
  const isTall = rows.length + ROWS_AROUND_CODES <= height;
  const text = [
    context.say('factor.backup-codes'),
    '',
    ...(isTall ? [...rows, ''] : []),
    context.say('factor.type-back'),
  ];
  if (!isTall) await context.showPages(rows);
  let message: string | undefined;
  let isWarned = false;
  for (;;) {
    const answer = await context.ask({
      prompt: 'twoFactorBackupCodes',
      title: context.say('factor.backup-title'),
      text,
      fields: [{ name: 'code', label: context.say('factor.backup-code'), maxLength: 40 }],
      ...(message === undefined ? {} : { message, isAgain: true }),
    });
    if (answer === undefined) {
      if (isWarned) return;
      isWarned = true;
      message = context.say('factor.not-typed-back');
      continue;
    }
    const typed = canonicalBackupCode(answer['code'] ?? '');
    if (codes.some((code) => canonicalBackupCode(code) === typed)) return;
    message = context.say('factor.not-one-of-them');
  }
}

function codeRows(codes: readonly string[], width: number): readonly string[] {
  if (width < NARROW_COLUMNS) return codes.map((code) => `  ${code}`);
  const half = Math.ceil(codes.length / 2);
  return codes.slice(0, half).map((code, row) => `  ${code}     ${codes[half + row] ?? ''}`);
}
