import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileAcs, evaluateAcs } from '../src/acs/acs';
import { checkMenus } from '../src/proof/check';
import { loadMenus } from '../src/menu/load/menu-file';
import { subjectWith, userWith } from '../test/acs/subject';
import { registriesFor } from '../test/proof/menu-text';
import { removeBoardFiles } from '../test/support/board-process';
import { ms, type Figure, type Scale } from './figures';
import { LeanCaller } from './lean-caller';
import { startBoard } from './processes';
import { weighScreens } from './screen';

/** What menus cost: conditions, screens, and a very large board. */
export async function benchEngine(scale: Scale): Promise<readonly Figure[]> {
  return [
    benchAcs(scale),
    await weighScreens(scale),
    await benchWire(scale),
    await benchLargeBoard(scale),
  ];
}

function benchAcs({ full }: Scale): Figure {
  const conditions = [
    'SC & AR2AF1',
    'GM[sysops,co-sysops] | ID1',
    '!(TH17 | GM[banned]) & AC9',
    'AF1 & (EC0 | EC1) & !GM[banned]',
  ].map((text) => compileAcs(text));
  const subjects = [subjectWith(), subjectWith({ user: userWith(), factor: 2, secure: true })];
  const spanMs = full ? 2_000 : 200;
  const turn = (): number => {
    let yes = 0;
    for (const acs of conditions)
      for (const subject of subjects) if (evaluateAcs(acs, subject)) yes += 1;
    return yes;
  };
  for (let count = 0; count < 10_000; count++) turn();
  const startedMs = performance.now();
  let turns = 0;
  while (performance.now() - startedMs < spanMs) {
    for (let count = 0; count < 1_000; count++) turn();
    turns += 1_000;
  }
  const perSecond =
    (turns * conditions.length * subjects.length * 1000) / (performance.now() - startedMs);
  return {
    name: 'conditions (ACS) evaluated, mean of four with two callers',
    value: `${(perSecond / 1e6).toFixed(1)} million/s`,
    rounds: `${spanMs} ms`,
  };
}

/** From the matrix to the sign-in form and back, shown again and again by a running board. */
async function benchWire({ full }: Scale): Promise<Figure> {
  const dataDir = join(mkdtempSync(join(tmpdir(), 'sallyport-bench-')), 'data');
  const board = await startBoard({ dataDir });
  try {
    const caller = await LeanCaller.telnet(board.port('telnet'));
    await caller.hears('Sign in');
    const toAndFro = async (times: number): Promise<void> => {
      for (let count = 0; count < times; count++) {
        await caller.ask('\r', 'User');
        await caller.ask('\x1b', 'Sign in');
      }
    };
    await toAndFro(full ? 300 : 3);
    const times = full ? 300 : 4;
    const before = board.usage().cpuMs;
    await toAndFro(times);
    const each = (board.usage().cpuMs - before) / (2 * times);
    caller.hangUp();
    return {
      name: 'CPU of the whole board from a key to the next stock screen on the wire',
      value: ms(each),
      rounds: `${2 * times} screens`,
    };
  } finally {
    await board.end('SIGKILL');
    removeBoardFiles(dataDir);
  }
}

async function benchLargeBoard({ full }: Scale): Promise<Figure> {
  const menus = full ? 5_000 : 200;
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-menus-'));
  const file = join(folder, 'menu.hjson');
  writeFileSync(file, `menus: {\n${largeBoard(menus).join('\n')}\n}`);
  const before = process.cpuUsage();
  const set = await loadMenus({ file, env: {} });
  const loaded = process.cpuUsage(before);
  checkMenus(set, registriesFor(set));
  const checked = process.cpuUsage(before);
  rmSync(folder, { recursive: true });
  const cpu = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000;
  return {
    name: `a board of ${menus} menus: loaded / checked and proven`,
    value: `${ms(cpu(loaded))} / ${ms(cpu(checked) - cpu(loaded))}`,
    target: '<= 3000 ms together',
    reached: cpu(checked) <= 3_000,
    rounds: 'once, CPU',
  };
}

/** A tree of ten-way menus behind the two doors, each with a condition of its own. */
function largeBoard(menus: number): readonly string[] {
  const doors = [
    'telnetConnected: { next: "login" }',
    `login: { next: [ { acs: "AR2", next: "loginTwoFactorAuthOTP" } { next: "m0" } ]
       form: { 0: { mci: { ET2: { argName: "password", password: true, submit: true } }
         submit: { "*": [ { value: { password: null }, action: "@systemMethod:login" } ] } } } }`,
    `loginTwoFactorAuthOTP: { next: "m0", form: { 0: { mci: { ET1: { argName: "token", submit: true } }
         submit: { "*": [ { value: { token: null }, action: "@systemMethod:login2FA_OTP" } ] } } } }`,
  ];
  const below = (at: number): readonly number[] =>
    Array.from({ length: 10 }, (_, child) => at * 10 + child + 1).filter((child) => child < menus);
  const rule = (child: number, key: number): string =>
    `{ value: { go: ${key} }, action: [ { acs: "GM[group${child}] | SC", action: "@menu:m${child}" }
       { action: "@systemMethod:prevMenu" } ] }`;
  const tree = Array.from(
    { length: menus },
    (_, at) => `m${at}: { desc: "Menu ${at}", config: { acs: "AF1 & !GM[banned${at % 50}]" }
      form: { 0: { mci: { VM1: { argName: "go", focus: true, submit: true, items: [ "a", "b" ] } }
        submit: { "*": [ ${below(at).map(rule).join('\n')}
          { value: { go: null }, action: "@systemMethod:prevMenu" } ] } } } }`,
  );
  return [...doors, ...tree];
}
