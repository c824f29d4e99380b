import { signsInFirst, WAYS_IN, WAY_IN_NAMES, type WayInName } from '../protocols/ways-in';
import { isIP } from 'node:net';
import { Option, type Command } from 'commander';
import { compileAcs, evaluateAcs } from '../acs/acs';
import type { AcsSubject } from '../acs/subject';
import { requiredFactorOf } from '../auth/login';
import { BbsError, formatPlace } from '../base/errors';
import { firstMenuOf, hasPages } from '../config/login-servers';
import type { Config } from '../config/schema';
import { factsOfModules } from '../proof/registries';
import { whyMenu, type AskedAcs, type WhyAnswer, type WhyStep } from '../proof/why';
import { moduleTable } from '../modules/registry';
import type { User } from '../store/users';
import { getAccount, statusWord } from './account';
import { getMenu, loadBoardParts } from './board-menus';
import type { CommandContext } from './command-context';
import { findSignInBars } from './sign-in-bars';

const HELP = `
Walks the menus as this user would, who types and chooses whatever leads on,
with an 80x24 CP437 terminal on node 1; and says at each step which condition
decided, and why.
Exit code 1 when the user never gets there, or cannot sign in now.`;

/** `menu why`. */
export function addMenuWhy(menu: Command, context: CommandContext): void {
  menu
    .command('why')
    .description('tell how a user gets to a menu, or what stops the user')
    .argument('<user>')
    .argument('<menu>')
    .addOption(
      new Option('--server <way>', 'way of the call').choices(WAY_IN_NAMES).default('telnet'),
    )
    .option('--from <address>', 'the address of the caller')
    .addHelpText('after', HELP)
    .action((name: string, menuName: string, options: { server: WayInName; from?: string }) =>
      why(context, { name, menuName, way: options.server, remoteIp: options.from }),
    );
}

async function why(
  context: CommandContext,
  asked: {
    readonly name: string;
    readonly menuName: string;
    readonly way: WayInName;
    readonly remoteIp: string | undefined;
  },
): Promise<void> {
  const { way } = asked;
  const { menus, config, own } = await loadBoardParts(context);
  const target = getMenu(menus, asked.menuName);
  const user = await getAccount(context, asked.name);
  const nowMs = context.clock.nowMs();
  const answer = whyMenu(menus, {
    from: firstMenuOf(config, way),
    factor: signsInFirst(way) ? 1 : 0,
    to: target.name,
    subject: (factor) => subjectOf(user, { factor, way, config, nowMs }),
    modules: factsOfModules(moduleTable(own?.modules)),
  });
  const { remoteIp } = asked;
  if (remoteIp !== undefined && isIP(remoteIp) === 0) {
    throw new BbsError('USAGE', `--from is an IP address, not '${remoteIp}'`);
  }
  const { sealing } = await context.backend();
  const bars = await context.read((sql) =>
    findSignInBars(sql, user, {
      ...{ config, sealing, clock: context.clock, way },
      ...(remoteIp === undefined ? {} : { remoteIp }),
    }),
  );
  const owes = owesFactor(user, config, subjectOf(user, { factor: 1, way, config, nowMs }));
  const verdict = answer.reaches ? 'gets to' : 'does not get to';
  context.show(
    [
      `${user.name} ${verdict} ${target.name} by ${way}`,
      ...(bars.length === 0 ? [] : ['but cannot sign in now:', ...bars.map((bar) => `  - ${bar}`)]),
      ...(owes ? [OWES] : []),
      ...wayLines(answer),
    ],
    {
      ...{ user: user.name, menu: target.name, server: way, status: statusWord(user.status) },
      ...{ signIn: bars, owesSecondFactor: owes, ...answer },
    },
  );
  if (!answer.reaches || bars.length > 0) context.exitCode = 1;
}

const OWES =
  'users.twoFactorAuth.required names this account, which has no second factor: it is led to the set-up first';

/** True where the policy asks a second factor of an account that has none. */
function owesFactor(user: User, { users }: Config, subject: AcsSubject): boolean {
  const { required } = users.twoFactorAuth;
  if (required === '' || requiredFactorOf(user) === 2) return false;
  return evaluateAcs(compileAcs(required), subject);
}

function subjectOf(
  user: User,
  at: {
    readonly factor: 0 | 1 | 2;
    readonly way: WayInName;
    readonly config: Config;
    readonly nowMs: number;
  },
): AcsSubject {
  const { factor, way, config, nowMs } = at;
  const { id, status, groups, properties } = user;
  const isKnown = factor > 0;
  return {
    factor,
    requiredFactor: requiredFactorOf(isKnown ? user : undefined),
    secure: WAYS_IN[way].secure,
    remoteIp: '192.0.2.1',
    node: 1,
    encoding: 'cp437',
    terminalType: 'ansi',
    width: 80,
    height: 24,
    themeId: (isKnown ? properties.get('theme_id') : config.theme.preLogin) ?? config.theme.default,
    nowMs,
    services: new Set(hasPages(config) ? ['https'] : []),
    user: isKnown ? { id, status, groups, property: (name) => properties.get(name) } : undefined,
  };
}

function wayLines(answer: WhyAnswer): readonly string[] {
  if (answer.reaches) return stepLines(answer.ways[0] ?? []);
  if (answer.ways.length === 0) return ['', 'Nothing that this user can choose leads there.'];
  return answer.ways.flatMap((way, index) => ['', `Stopped (${index + 1}):`, ...stepLines(way)]);
}

function stepLines(way: readonly WhyStep[]): readonly string[] {
  if (way.length === 0) return ['', 'It is the first menu.'];
  return ['', ...way.flatMap(describeStep)];
}

const RESULTS: Readonly<Record<WhyStep['result'], string>> = {
  'goes-on': '',
  'another-way': 'stopped: the conditions lead elsewhere',
  refused: "stopped: the menu's own condition does not hold",
  factor: 'stopped: outside the login area, and the second factor has not been shown',
};

function describeStep(step: WhyStep, index: number): readonly string[] {
  const head = `${String(index + 1).padStart(2)}. ${step.from} -> ${step.to}  (${step.via})`;
  const result = RESULTS[step.result];
  return [
    head,
    ...step.asked.flatMap((asked) => describeAcs(asked, 'asked')),
    ...(step.entry === undefined ? [] : describeAcs(step.entry, 'to enter')),
    ...(result === '' ? [] : [`      ${result}`]),
  ];
}

function describeAcs(asked: AskedAcs, role: string): readonly string[] {
  const { text, result, place, steps } = asked;
  return [
    `      ${role} ${text}: ${result ? 'yes' : 'no'}   ${formatPlace(place)}`,
    ...steps.map(({ depth, text: part, result: holds, reason }) => {
      const indent = '  '.repeat(depth);
      return `        ${indent}${part}: ${holds ? 'yes' : 'no'}${reason === undefined ? '' : ` - ${reason}`}`;
    }),
  ];
}
