import { createHash } from 'node:crypto';
import type { Random } from '../../src/base/random';
import { addAudit } from '../../src/store/audit';
import { insertApp } from '../../src/store/factor-apps';
import { addCall } from '../../src/store/calls';
import { totp } from '../support/authenticator';
import { MenuBoard, type MenuCaller } from '../support/menu-board';
import { ScreenEmulator, type ScreenOptions } from '../support/screen';

/** What the golden files and the pictures are taken in. */
export const THEMES = ['gatehouse', 'plain'] as const;
export const SIZES = [
  { width: 40, height: 24 },
  { width: 80, height: 24 },
  { width: 80, height: 25 },
  { width: 132, height: 60 },
] as const;

/** The name of a screen in a file's name. */
export const fileNameOf = (stop: string): string => stop.replace(/[^a-z]+/gi, '-');

export interface TourOptions extends Required<ScreenOptions> {
  readonly theme: string;
  /** Called where a stop's screen waits for a key, before the call ends. */
  readonly atStop?: (name: string, caller: MenuCaller) => Promise<unknown>;
}

/** One screen of the stock board and how it is come to. */
interface Stop {
  readonly name: string;
  readonly menu: string;
  /** Signed in by SSH as this account; nobody otherwise. ann has a second factor. */
  readonly as?: 'joe' | 'ann' | 'ann, half-way';
  readonly server?: 'telnet' | 'wss';
  /** What is done there before the picture is taken. */
  readonly then?: (caller: MenuCaller, nowMs: number) => Promise<unknown>;
  /** The picture of a screen that does not wait: the first write, or what the call left behind. */
  readonly at?: 'first-write' | 'the-end';
}

const PASSWORD = 'correct horse battery';

/** Half past noon of a January day wherever the test runs: screens show local time. */
export const NOW_MS = new Date(2026, 0, 2, 12, 34, 0).getTime();
const HOUR_MS = 3_600_000;

export const STOPS: readonly Stop[] = [
  { name: 'connecting', menu: 'telnetConnected', at: 'first-write' },
  { name: 'matrix', menu: 'matrix' },
  { name: 'login by telnet', menu: 'login', server: 'telnet' },
  { name: 'login by a secure way', menu: 'login', server: 'wss' },
  {
    name: 'login, wrong password',
    menu: 'login',
    then: async (caller) => {
      caller.type('nobody\rwrong\r');
      await caller.sees(/Wrong (user )?name or password\./);
    },
  },
  { name: 'one-time code', menu: 'loginTwoFactorAuthOTP', as: 'ann, half-way' },
  {
    name: 'one-time code, wrong',
    menu: 'loginTwoFactorAuthOTP',
    as: 'ann, half-way',
    then: async (caller) => {
      caller.type('000000\r');
      await caller.sees('Wrong code.');
    },
  },
  { name: 'signed in already', menu: 'loginAttemptTooNode' },
  { name: 'account locked', menu: 'loginAttemptAccountLocked' },
  { name: 'account disabled', menu: 'loginAttemptAccountDisabled' },
  { name: 'account inactive', menu: 'loginAttemptAccountInactive' },
  { name: 'forgotten password', menu: 'forgotPassword' },
  { name: 'forgotten password, sent', menu: 'forgotPasswordSubmitted' },
  { name: 'letter to the sysop', menu: 'preAuthFeedback' },
  { name: 'applying', menu: 'newUserApplicationPre', server: 'wss' },
  { name: 'applying by telnet', menu: 'newUserApplicationPre', server: 'telnet' },
  { name: 'application', menu: 'newUserApplication' },
  {
    name: 'application, name taken',
    menu: 'newUserApplication',
    then: async (caller) => {
      caller.type('joe\r');
      await caller.sees('This name is taken.');
    },
  },
  {
    name: 'application, a weak password',
    menu: 'newUserApplication',
    then: async (caller) => {
      caller.type('\t'.repeat(9) + 'password1234\r');
      await caller.sees('Too many people use');
    },
  },
  { name: 'applied', menu: 'userNeedsActivated' },
  { name: 'welcome', menu: 'fullLoginSequenceLoginArt', as: 'joe' },
  { name: 'main menu', menu: 'mainMenu', as: 'joe' },
  {
    name: 'help',
    menu: 'mainMenu',
    as: 'joe',
    then: async (caller) => {
      caller.type('?\r');
      await caller.sees('Press a key');
    },
  },
  { name: 'own data', menu: 'mainMenuUserConfig', as: 'joe' },
  { name: 'second factor, off', menu: 'userTwoFactorAuthOTPConfig', as: 'joe' },
  {
    name: 'second factor, link sent',
    menu: 'userTwoFactorAuthOTPConfig',
    as: 'joe',
    then: async (caller) => {
      caller.type('m');
      await caller.sees('A mail with a link');
    },
  },
  { name: 'second factor, on', menu: 'userTwoFactorAuthOTPConfig', as: 'ann' },
  {
    name: 'second factor, a question',
    menu: 'userTwoFactorAuthOTPConfig',
    as: 'ann',
    then: async (caller) => {
      caller.type('n');
      await caller.sees('Password');
    },
  },
  {
    name: 'authenticator apps',
    menu: 'userTwoFactorAuthOTPConfig',
    as: 'ann',
    then: async (caller) => {
      caller.type('a');
      await caller.sees('Tablet');
    },
  },
  { name: 'second factor by telnet', menu: 'userTwoFactorAuthOTPSecConnRequired', as: 'joe' },
  { name: 'SSH key', menu: 'userSSHKeyConfig', as: 'joe' },
  { name: 'last callers', menu: 'mainMenuLastCallers', as: 'joe' },
  { name: "who's online", menu: 'mainMenuWhosOnline', as: 'joe' },
  { name: 'user list', menu: 'mainMenuUserList', as: 'joe' },
  { name: 'sign-ins', menu: 'mainMenuSignIns', as: 'joe' },
  { name: 'own calls', menu: 'mainMenuMyCalls', as: 'joe' },
  { name: 'own figures', menu: 'mainMenuUserStats', as: 'joe' },
  {
    name: 'own data, half a birth date',
    menu: 'mainMenuUserConfig',
    as: 'joe',
    then: async (caller) => {
      caller.type('\t\x151990\r');
      await caller.sees('Please type the whole');
    },
  },
  {
    name: 'own password, not the same',
    menu: 'mainMenuUserConfig',
    as: 'joe',
    then: async (caller) => {
      caller.type(`${'\t'.repeat(13)}p\r`);
      await caller.sees('present password');
      caller.type(`${PASSWORD}\r`);
      await caller.sees('New password');
      caller.type('a brand new harbour 9\rsomething else\r');
      await caller.sees('The two passwords are');
    },
  },
  {
    name: 'second factor, set up here',
    menu: 'userTwoFactorAuthOTPConfig',
    as: 'joe',
    then: setUpHere,
  },
  {
    // Binds the factor: joe signs in with a code from here on.
    name: 'second factor, backup codes',
    menu: 'userTwoFactorAuthOTPConfig',
    as: 'joe',
    then: async (caller, nowMs) => {
      await setUpHere(caller);
      const secret =
        caller.screen
          .text()
          .match(/\b[A-Z2-7]{4}\b/g)
          ?.join('') ?? '';
      caller.type(`${totp(secret, nowMs)}\r`);
      await caller.sees('Type one');
    },
  },
  { name: 'log-off', menu: 'fullLogoffSequence', as: 'ann', at: 'the-end' },
];

/** From the second factor that is off to its QR code. */
async function setUpHere(caller: MenuCaller): Promise<void> {
  caller.type('o');
  await caller.sees('Password');
  caller.type(`${PASSWORD}\r`);
  await caller.sees('2 Type');
}

/** Every stock screen on one kind of terminal, by name. */
export async function takeTour(options: TourOptions): Promise<ReadonlyMap<string, ScreenEmulator>> {
  const opened = await openBoard(options);
  try {
    const screens = new Map<string, ScreenEmulator>();
    for (const stop of STOPS) screens.set(stop.name, await visit(opened, stop, options));
    return screens;
  } finally {
    await opened.board.close();
  }
}

async function visit(opened: Opened, stop: Stop, options: TourOptions): Promise<ScreenEmulator> {
  opened.random.begin(stop.name);
  const caller = await callFor(opened, stop, options);
  if (stop.at === 'the-end') await caller.ended;
  else {
    await caller.until('a key to be asked for', () => caller.isAsked);
    await stop.then?.(caller, opened.board.accounts.clock.nowMs());
    await caller.until('a key to be asked for', () => caller.isAsked);
    await options.atStop?.(stop.name, caller);
    caller.hangUp();
    await caller.ended;
  }
  await caller.screen.settled();
  if (stop.at !== 'first-write') return caller.screen;
  const screen = new ScreenEmulator(options);
  for (const bytes of caller.screen.sent.slice(0, 1)) screen.write(bytes);
  await screen.settled();
  return screen;
}

async function callFor(
  { board, secret }: Opened,
  { as, menu, server = 'telnet' }: Stop,
  options: TourOptions,
): Promise<MenuCaller> {
  if (as === undefined) return board.call(menu, { ...options, server });
  const [userName = ''] = as.split(',');
  if (as !== 'ann') return board.callBySsh({ userName, password: PASSWORD }, menu, options);
  // A code is good for one sign-in: the next one is half a minute later.
  board.accounts.fake.stepWall(30_000);
  const code = totp(secret, board.accounts.clock.nowMs());
  return board.callBySsh({ userName, password: PASSWORD, code }, menu, options);
}

interface Opened {
  readonly board: MenuBoard;
  /** Of ann's second factor. */
  readonly secret: string;
  readonly random: TourRandom;
}

/** The same secrets, words and codes at every run, whatever the stops before drew. */
class TourRandom implements Random {
  private stop = '';
  private drawn = 0;

  begin(stop: string): void {
    this.stop = stop;
    this.drawn = 0;
  }

  bytes(count: number): Buffer {
    const blocks = Array.from({ length: Math.ceil(count / 32) }, () =>
      createHash('sha256').update(`${this.stop} ${++this.drawn}`).digest(),
    );
    return Buffer.concat(blocks).subarray(0, count);
  }

  below(limit: number): number {
    return limit - 1;
  }
}

async function openBoard({ theme }: TourOptions): Promise<Opened> {
  const random = new TourRandom();
  const board = await MenuBoard.open({
    startMs: NOW_MS,
    random,
    config: {
      theme: { preLogin: theme, default: theme },
      general: { sysOp: { username: 'warden', email: 'warden@example.org' } },
    },
    nodes: [
      node(1, { id: 1, name: 'ann' }, { server: 'ssh', description: 'Main menu' }),
      node(2, undefined, { server: 'telnet', description: 'Signing in' }),
      node(3, { id: 2, name: 'joe' }, { server: 'wss', description: 'Who is online' }),
    ],
  });
  const { id: ann, secret } = await board.addUser('ann', PASSWORD, { otp: true, properties: ANN });
  const tablet = { userId: ann, label: 'Tablet', secret: '', binding: 'b', lastPosition: -1 };
  const profile = { type: 'googleAuth', hash: 'SHA1', digits: 6, encoding: 'base32' } as const;
  const boundAtMs = NOW_MS - 30 * HOUR_MS;
  await board.accounts.db.run((sql) =>
    insertApp(sql, { ...tablet, ...profile, boundAtMs, usedAtMs: undefined }),
  );
  const { id: joe } = await board.addUser('joe', PASSWORD, { properties: JOE });
  await board.accounts.db.transaction('board', async (sql) => {
    for (const [userId, userName, server, hoursAgo] of [
      [ann, 'ann', 'ssh', 50],
      [joe, 'joe', 'telnet', 26],
      [ann, 'ann', 'wss', 3],
    ] as const) {
      const startedAtMs = NOW_MS - hoursAgo * HOUR_MS;
      const sessionId = String(hoursAgo);
      const call = { userId, userName, sessionId, node: 1, server, source: '192.0.2.7' };
      await addCall(sql, { ...call, startedAtMs }, -1);
    }
    await addAudit(sql, {
      atMs: NOW_MS - 2 * HOUR_MS,
      ...{ node: 1, server: 'ssh', source: '198.51.100.9', userId: joe },
      ...{ factor: 1, kind: 'password', result: 'rejected', reason: 'wrong' },
    });
  });
  return { board, secret, random };
}

function node(
  number: number,
  user: { readonly id: number; readonly name: string } | undefined,
  more: { readonly server: 'ssh' | 'telnet' | 'wss'; readonly description: string },
) {
  return { node: number, user, connectedAtMs: NOW_MS - number * HOUR_MS, ...more };
}

const ANN = {
  real_name: 'Ann Archer',
  location: 'Porto',
  affiliation: 'The Archive',
  login_count: '17',
};

const JOE = {
  real_name: 'Joe Doe',
  birthdate: '1990-06-15T12:00:00.000Z',
  sex: 'M',
  location: 'A small town by the sea',
  affiliation: 'The guild of masons',
  about: 'I carve the letters that nobody reads',
  web_address: 'https://joe.example.org',
  login_count: '41',
  account_created: '2025-12-01T12:00:00.000Z',
  last_login_timestamp: '2026-01-01T12:00:00.000Z',
};
