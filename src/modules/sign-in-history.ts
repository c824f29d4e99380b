import { labelOfWay } from '../protocols/ways-in';
import { findFactorKind } from '../auth/factor-kinds';
import { CREDENTIAL_KINDS, CREDENTIAL_LABELS, type LoginHistory } from '../auth/login';
import type { MenuContext, MenuModule } from '../menu/run/module';
import { listSignIns, type AuditRow } from '../store/audit';
import { userOf } from '../menu/run/caller';
import { DATE_TIME_KEY, fillList, LIST_VIEW, ownPattern, showRange, whenText } from './user-list';

const MAX_SHOWN = 100;

const OFFERED: Readonly<Record<string, string>> = CREDENTIAL_LABELS;

/** What was done to the account, short enough for a list. */
const CHANGES: Readonly<Record<string, string>> = {
  'second-factor-pending': '2FA begun',
  'second-factor-on': '2FA on',
  'second-factor-off': '2FA off',
  'second-factor-shut': '2FA locked',
  'second-factor-locked': '2FA locked',
  'app-added': 'app added',
  'app-removed': 'app removed',
  'backup-codes-new': 'new backup codes',
  'entry-code-made': 'entry code made',
  'ssh-key-added': 'SSH key added',
  'ssh-key-removed': 'SSH key removed',
  'password-changed': 'new password',
  'password-shut': 'password shut',
  'call-ended': 'call ended',
  'mail-change-request': 'mail change asked',
  'mail-changed': 'new mail address',
  properties: 'new mail address',
  status: 'status changed',
  unlocked: 'unlocked',
};

/**
 * What a caller should know of sign-ins to the account: those that the caller does not remember are
 * a stranger's.
 */
export const signInHistoryModule: MenuModule = {
  name: 'sign_in_history',
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
  fillList(
    context,
    signIns.map((signIn) => describe(context, signIn)),
    'Nothing is on record of your account.',
  );
}

function describe(context: MenuContext, signIn: AuditRow) {
  const change = CHANGES[signIn.kind];
  const what = change === undefined ? offered(signIn) : 'change';
  const result = change ?? outcome(signIn);
  // The outcome first: a narrow screen cuts the end.
  const event = change ?? (result === 'used' ? `${what} used` : `${result} ${what}`);
  return {
    text: event,
    event,
    ts: context.dateText(signIn.atMs, ownPattern(context)),
    when: whenText(context, signIn.atMs, true),
    node: signIn.node,
    server: signIn.server === 'oputil' ? 'Sysop' : labelOfWay(signIn.server),
    from: signIn.source,
    what,
    result,
  };
}

function offered({ kind, reason }: AuditRow): string {
  return findFactorKind(reason)?.label ?? OFFERED[kind] ?? kind;
}

function outcome({ result, reason }: AuditRow): string {
  if (result === 'accepted') return findFactorKind(reason)?.runsOut === true ? 'used' : 'right';
  return reason === 'spent' ? 'spent' : 'refused';
}

/** Whole phrases for screens that show one line each, and the parts for those that say it otherwise. */
function summary(context: MenuContext, history: LoginHistory): Readonly<Record<string, unknown>> {
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
        ? 'This is your first call.'
        : `Your last sign-in: ${lastTs} from ${lastFrom}`,
    failedAttempts: attemptsText(failedSince, last === undefined),
  };
}

function attemptsText(failed: number, isFirstCall: boolean): string {
  if (failed === 0) return '';
  const attempts = `${failed} failed attempt${failed === 1 ? '' : 's'}`;
  return isFirstCall ? `${attempts} before it` : `${attempts} since your last call`;
}
