import type { Place } from '../base/errors';
import type { Finding } from '../menu/load/menu-entry';
import type { FlowReport } from './flow-proof';

/** The report as findings. A bypass is a warning on a live board, since the runner's guard holds. */
export function flowFindings(
  report: FlowReport,
  bypassSeverity: Finding['severity'] = 'warning',
): readonly Finding[] {
  const finding = (
    rule: string,
    at: { readonly menu: string; readonly place: Place },
    text: string,
    severity: Finding['severity'] = 'warning',
  ): Finding => ({ severity, rule, place: at.place, subject: at.menu, text });
  return [
    ...report.bypasses.map((bypass) => {
      const way = [...bypass.path.map((step) => `${step.menu} (${step.via})`), bypass.menu];
      const path = way.join(' -> ');
      if (bypass.lacksMark) {
        const text = `callers are turned away at this screen, for they are not through (${bypass.state}): ${path}; write config: { area: "login" } into it, if they are to see it`;
        return finding('turned-away', bypass, text);
      }
      const text = `callers get here who are not through (${bypass.state}), and are turned away: ${path}; a screen that they are to see before they sign in needs config: { area: "login" }`;
      return finding('flow-bypass', bypass, text, bypassSeverity);
    }),
    ...byServers(report.lockedOut).map(({ servers, ...out }) => {
      const who = out.state === undefined ? '' : `, when ${out.state}`;
      const text = `by ${servers} accounts with a second factor never get in${who}; behind the sign-in a form of the login area must do @systemMethod:login2FA_OTP and lead on`;
      return finding('locked-out', out, text);
    }),
    ...signInsWithoutFields(report).map(({ way, text }) =>
      finding('no-fields', way, text, 'error'),
    ),
    ...byServers(report.withoutSignIn).flatMap(({ servers, ...way }) => {
      if (way.unplaced !== undefined) return [];
      const text = `calls by ${servers} lead to no menu where anybody could sign in: from here, menus of the login area must lead to a form with views for username and password that does @systemMethod:login`;
      return [finding('no-sign-in', way, text, 'error')];
    }),
    ...report.deadEnds.map((end) =>
      finding(
        'dead-end',
        end,
        end.state === undefined
          ? 'there is no way out of this menu: no action, no key and no next'
          : `no entry of 'next' may fit, and then it goes back: add one without acs (e.g. ${end.state})`,
      ),
    ),
    ...report.unreachable.map((menu) => finding('unreachable', menu, 'nothing leads to this menu')),
  ];
}

/** What is the same of several servers, once, with their names. */
function byServers<
  Way extends {
    readonly server: string;
    readonly menu: string;
    readonly state?: string | undefined;
  },
>(ways: readonly Way[]): readonly (Way & { readonly servers: string })[] {
  const alike = new Map<string, Way[]>();
  for (const way of ways) {
    const key = `${way.menu} ${way.state ?? ''}`;
    alike.set(key, [...(alike.get(key) ?? []), way]);
  }
  return [...alike.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const servers = [first, ...others].map(({ server }) => server).join(', ');
    return [{ ...first, servers }];
  });
}

/** One sentence for each form whose fields stand nowhere, whatever servers lead to it. */
function signInsWithoutFields({ withoutSignIn }: FlowReport) {
  const first = withoutSignIn.filter(
    ({ menu, unplaced }, index) =>
      unplaced !== undefined &&
      withoutSignIn.findIndex((way) => way.unplaced && way.menu === menu) === index,
  );
  return first.flatMap((way) => {
    if (way.unplaced === undefined) return [];
    const servers = withoutSignIn.filter(({ menu }) => menu === way.menu);
    const by = servers.map(({ server }) => server).join(', ');
    const codes = way.unplaced.views.map(({ mci }) => `%${mci}`).join(' and ');
    const text = `nobody can sign in by ${by}: ${way.unplaced.file} does not place the form's fields; write ${codes} into it where they belong, or give the views a 'position' in the menu`;
    return [{ way, text }];
  });
}
