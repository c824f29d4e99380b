import { labelOfWay } from '../protocols/ways-in';
import { findFactorKind } from '../auth/factor-kinds';
import { CREDENTIAL_KINDS, CREDENTIAL_LABELS, type LoginHistory } from '../auth/login';
import type { MenuContext, MenuModule } from '../menu/run/module';
import { zoneName } from '../menu/screen/date-format';
import { listSignIns, type AuditRow } from '../store/audit';
import type { TextId } from '../texts/texts';
import { userOf } from '../menu/run/caller';
import { DATE_TIME_KEY, fillTimes, LIST_VIEW, ownPattern, showRange, whenText } from './user-list';
import { FIELDS, type RowOf } from './row-fields';

const MAX_SHOWN = 100;

const OFFERED: Readonly<Record<string, string>> = CREDENTIAL_LABELS;

/** What was done to the account, short enough for a list, where its own name does not say it. */
const CHANGES = {
  'second-factor-pending': 'history.second-factor-pending',
  'second-factor-on': 'history.second-factor-on',
  'second-factor-off': 'history.second-factor-off',
  'second-factor-shut': 'history.second-factor-shut',
  'second-factor-locked': 'history.second-factor-shut',
  'app-added': 'history.app-added',
  'app-removed': 'history.app-removed',
  'backup-codes-new': 'history.backup-codes-new',
  'entry-code-made': 'history.entry-code-made',
  'recovery-asked': 'history.recovery-asked',
  'recovery-started': 'history.recovery-started',
  'recovery-stopped': 'history.recovery-stopped',
  'sheet-new': 'history.sheet-new',
  'sheet-gone': 'history.sheet-gone',
  'line-codes-stopped': 'history.line-codes-stopped',
  'ssh-key-added': 'history.ssh-key-added',
  'ssh-key-removed': 'history.ssh-key-removed',
  'key-remembered': 'history.key-remembered',
  'key-forgotten': 'history.key-forgotten',
  'password-changed': 'history.password-changed',
  'password-shut': 'history.password-shut',
  'call-ended': 'history.call-ended',
  'mail-change-request': 'history.mail-change-request',
  'mail-changed': 'history.mail-changed',
  properties: 'history.mail-changed',
  status: 'history.status',
  unlocked: 'history.unlocked',
} as const satisfies Readonly<Record<string, TextId>>;

function changeText({ say }: MenuContext, kind: string): string | undefined {
  return Object.hasOwn(CHANGES, kind) ? say(CHANGES[kind as keyof typeof CHANGES]) : undefined;
}

/**
 * What a caller should know of sign-ins to the account: those that the caller does not remember are
 * a stranger's.
 */
export const signInHistoryModule: MenuModule = {
  name: 'sign_in_history',
  fields: FIELDS.sign_in_history,
  doc: "Sign-ins to the caller's own account, the failed ones too, and changes of it, in `%VM1` if the art has one: {ts} {when} {node} {server} {from} {event}, or {what} {result}. `signInInfoFormatNN` fills view NN from {lastSignIn} {failedAttempts} {lastTs} {lastServer} {lastFrom} {failed}.",
  needs: 'complete',
  configKeys: DATE_TIME_KEY,
  views: [],
  methods: {},
  ready,
  changed: showRange,
};

async function ready(context: MenuContext): Promise<void> {
  const { screen, services, caller } = context;
  const { history } = caller.login;
  if (history !== undefined) screen.setCustom('signInInfoFormat', summary(context, history));
  if (!screen.has(LIST_VIEW)) return;
  const query = { userId: userOf(caller).id, kinds: CREDENTIAL_KINDS, limit: MAX_SHOWN };
  const signIns = await services.db.run((sql) => listSignIns(sql, query));
  fillTimes(
    context,
    signIns.map((signIn) => describe(context, signIn)),
    'list.no-sign-ins',
  );
}

function describe(context: MenuContext, signIn: AuditRow): RowOf<'sign_in_history'> {
  const { say } = context;
  const change = changeText(context, signIn.kind);
  const what = change === undefined ? offered(signIn) : say('history.change');
  const how = outcome(signIn);
  const result = change ?? say(how);
  // The outcome first: a narrow screen cuts the end.
  const event =
    change ??
    (how === 'history.used'
      ? say('history.what-used', { what })
      : say('history.result-what', { result, what }));
  return {
    text: event,
    event,
    ts: context.dateText(signIn.atMs, ownPattern(context)),
    when: whenText(context, signIn.atMs, true),
    node: signIn.node,
    server: signIn.server === 'oputil' ? say('history.sysop') : labelOfWay(signIn.server),
    from: signIn.source,
    what,
    result,
  };
}

function offered({ kind, reason }: AuditRow): string {
  return findFactorKind(reason)?.label ?? OFFERED[kind] ?? kind;
}

function outcome({ result, reason }: AuditRow) {
  if (result === 'accepted')
    return findFactorKind(reason)?.runsOut === true ? 'history.used' : 'history.right';
  return reason === 'spent' ? 'history.spent' : 'history.refused';
}

/** Whole phrases for screens that show one line each, and the parts for those that say it otherwise. */
function summary(context: MenuContext, history: LoginHistory): Readonly<Record<string, unknown>> {
  const { say } = context;
  const { last, failedSince } = history;
  const lastTs = last === undefined ? '' : context.dateText(last.atMs, ownPattern(context));
  const lastServer = last === undefined ? '' : labelOfWay(last.server);
  const lastFrom = last?.remoteIp ?? '';
  return {
    lastTs,
    lastServer,
    lastFrom,
    failed: failedSince,
    lastSignIn:
      last === undefined
        ? say('history.first-call')
        : say('history.last-sign-in', { time: momentText(context, last.atMs), address: lastFrom }),
    failedAttempts: attemptsText(context, failedSince, last === undefined),
  };
}

/** A time as people say it, with its zone; a pattern of the menu stands alone. */
function momentText(context: MenuContext, atMs: number): string {
  const when = whenText(context, atMs, true);
  if (ownPattern(context) !== undefined) return when;
  return context.say('history.moment', { when, zone: zoneName(atMs) });
}

function attemptsText({ say }: MenuContext, count: number, isFirstCall: boolean): string {
  if (count === 0) return '';
  const when = isFirstCall ? '-before' : '';
  if (count === 1) return say(`history.failed-one${when}`);
  return say(isFirstCall ? 'history.failed-before' : 'history.failed', { count });
}
