import { DEFAULT_OTP_TYPE } from '../base/otp-types';
import type { Random } from '../base/random';
import { makeBackupCodes } from '../auth/backup-codes';
import type { AppFacts } from '../auth/enrollment';
import type { OwnEnrollment } from '../auth/set-up';
import { makeSheetCodes, SHEET_CODE_COUNT } from '../auth/sheet-codes';
import type { Config } from '../config/schema';
import type { MenuServices } from '../menu/run/call-context';
import type { User } from '../store/users';

/** What a scripted caller does: calls a method of the module, as a key of the menu does, or types. */
type PageStep =
  | {
      readonly method: string;
      /** What its form has in its fields, by name and by number of the view. */
      readonly value?: Readonly<Record<string, unknown>>;
      readonly fill?: Readonly<Record<number, string>>;
    }
  /** `\r` is return. */
  | { readonly typed: string };

/** What services answer in place of those of a board; what is not named here refuses. */
export type Answers = { readonly [Name in keyof MenuServices]?: Partial<MenuServices[Name]> };

/** A page of a module that callers get to from its first screen, by a key or a choice. */
export interface ModulePage {
  readonly module: string;
  /** Unique within the module; `menu show --page` names it. */
  readonly name: string;
  /** From the first screen on; none where the module shows it on entry. */
  readonly steps: readonly PageStep[];
  /** Other methods of the module that lead to the first step. */
  readonly alsoBy?: readonly string[];
  /** The account that it is shown to has a second factor. */
  readonly hasFactor?: true;
  readonly answers?: (config: Config) => Answers;
  /** Settings of the board on which the page depends. */
  readonly config?: (config: Config) => Config;
  /** What became of a caller who was handed on. */
  readonly handedOn?: { readonly outcome: string; readonly says: string };
}

/** A caller for pictures: nobody's data is shown. */
export const SAMPLE_USER: User = {
  id: 2,
  name: 'Caller',
  status: 2,
  groups: ['users'],
  factors: [],
  properties: new Map([
    ['real_name', 'A Caller'],
    ['location', 'Somewhere'],
    ['affiliation', 'None'],
    ['about', 'I call for the message areas'],
    ['email_address', 'caller@example.org'],
  ]),
  loginVersion: 0,
};

/** An evening by the clock of the machine, wherever it is. */
const SAMPLE_DAY_MS = new Date(2025, 11, 20, 18, 31).getTime();

const NOTHING = (): Promise<never> => Promise.resolve(undefined as never);
const PROVED = { typed: 'password\r' } as const;
const PROVED_BY_BOTH = { typed: 'password\r123456\r' } as const;

/** Codes look like those of callers, and are the same in every picture. */
function sampleRandom(): Random {
  let at = 0;
  const next = (): number => (at += 1) * 37;
  return {
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => next() % 256)),
    below: (limit) => next() % limit,
  };
}

const CODES = makeBackupCodes(sampleRandom());
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

function sampleSetUp({ general }: Config): OwnEnrollment {
  const board = encodeURIComponent(general.boardName);
  return {
    ...{ userId: 2, userName: 'Caller', type: DEFAULT_OTP_TYPE, secret: SECRET },
    uri: `otpauth://totp/${board}:Caller?secret=${SECRET}&issuer=${board}`,
    ...{ expiresAtMs: Number.MAX_SAFE_INTEGER, triesLeft: 5, begunBy: undefined },
    ...{ label: undefined, word: 'AB12' },
  };
}

function sampleApps(): readonly AppFacts[] {
  const at = { boundAtMs: SAMPLE_DAY_MS, usedAtMs: SAMPLE_DAY_MS };
  return ['Phone', 'Tablet'].map((label) => ({
    ...at,
    label,
    type: DEFAULT_OTP_TYPE,
    binding: label,
  }));
}

const enrollment = (config: Config): Answers => ({
  enrollment: {
    begin: () => Promise.resolve({ kind: 'begun', token: '', expiresAtMs: 0 }),
    pendingFor: () => Promise.resolve(sampleSetUp(config)),
    confirmHere: () =>
      Promise.resolve({ kind: 'confirmed', userId: 2, backupCodes: CODES, label: undefined }),
    status: () =>
      Promise.resolve({
        ...{
          type: DEFAULT_OTP_TYPE,
          isShut: false,
          boundAtMs: 0,
          usedAtMs: 0,
          backupCodesLeft: CODES.length,
        },
        ...{ apps: sampleApps(), pending: undefined },
      }),
    regenerateBackupCodes: () => Promise.resolve(CODES),
    whyNotAdded: () => Promise.resolve(undefined),
  },
});

const withSheets = (config: Config): Config => ({
  ...config,
  loginServers: {
    ...config.loginServers,
    telnet: { ...config.loginServers.telnet, passwordLogin: 'never' },
  },
});

const withRememberedKeys = (config: Config): Config => {
  const twoFactorAuth = { ...config.users.twoFactorAuth, rememberKeyDays: 30, required: '' };
  return { ...config, users: { ...config.users, twoFactorAuth } };
};

const TWO_FACTOR = { module: 'user_2fa_otp_config', answers: enrollment } as const;
const BY_LIST = { alsoBy: ['act', 'saveChanges'] } as const;
const BIND = { ...TWO_FACTOR, ...BY_LIST } as const;
const BOUND = { ...TWO_FACTOR, alsoBy: ['act'], hasFactor: true } as const;
const SWITCH_ON = { method: 'switchOn' } as const;

const twoFactorPages: readonly ModulePage[] = [
  { ...BIND, name: 'proof', steps: [SWITCH_ON] },
  { ...BIND, name: 'set-up', steps: [SWITCH_ON, PROVED] },
  { ...BIND, name: 'link', steps: [SWITCH_ON, PROVED, { typed: 'url\r' }] },
  { ...BIND, name: 'first-codes', steps: [SWITCH_ON, PROVED, { typed: '123456\r' }] },
  {
    ...{ ...TWO_FACTOR, alsoBy: ['act'], name: 'qr' },
    steps: [{ method: 'showQRCode' }, PROVED],
  },
  {
    ...{ ...TWO_FACTOR, alsoBy: ['act'], name: 'secret' },
    steps: [{ method: 'showSecret' }, PROVED],
  },
  { ...BOUND, name: 'new-codes', steps: [{ method: 'generateNewBackupCodes' }, PROVED_BY_BOTH] },
  { ...BOUND, name: 'off', alsoBy: BY_LIST.alsoBy, steps: [{ method: 'switchOff' }] },
  { ...BOUND, name: 'apps', steps: [{ method: 'apps' }] },
  { ...BOUND, name: 'add-app', steps: [{ method: 'apps' }, { typed: 'a\r' }] },
  { ...BOUND, name: 'add-app-proof', steps: [{ method: 'apps' }, { typed: 'a\rDesk\r' }] },
  { ...BOUND, name: 'rename-app', steps: [{ method: 'apps' }, { typed: 'r1\r' }] },
  { ...BOUND, name: 'remove-app', steps: [{ method: 'apps' }, { typed: 'd1\r' }] },
  {
    ...{ ...TWO_FACTOR, name: 'sheet', alsoBy: ['act'], config: withSheets },
    steps: [{ method: 'oneTimeSheet' }],
    answers: (config) => ({
      ...enrollment(config),
      sheets: {
        status: () =>
          Promise.resolve({
            madeAtMs: SAMPLE_DAY_MS,
            total: SHEET_CODE_COUNT,
            left: 9,
            next: 22,
          }),
      },
    }),
  },
  {
    ...{ ...TWO_FACTOR, name: 'sheet-codes', alsoBy: ['act'], config: withSheets },
    steps: [{ method: 'oneTimeSheet' }, PROVED],
    answers: (config) => ({
      ...enrollment(config),
      sheets: {
        status: NOTHING,
        make: () => Promise.resolve(makeSheetCodes(sampleRandom())),
      },
    }),
  },
];

const FAR_PASSWORD = 'k3PmQ2vX9w';
const ACCOUNT = { board: 'board.example:23', title: 'Another Board', name: 'Caller' } as const;
const KEPT: readonly ModulePage[] = (
  [
    ['none', [], []],
    ['list', [], [ACCOUNT]],
    ['account', [{ typed: '1\r' }], [ACCOUNT]],
    ['changed', [{ typed: '1\rNewName\r\r' }], [ACCOUNT]],
    ['forgotten', [{ typed: '1\r\rforget\r' }], [ACCOUNT]],
  ] as const
).map(([name, steps, kept]) => ({
  ...{ module: 'onward_accounts', name, steps },
  answers: () => ({
    farAccounts: {
      list: () => Promise.resolve(kept.map((each) => ({ ...each, password: FAR_PASSWORD }))),
      setName: NOTHING,
      forget: NOTHING,
    },
  }),
}));

const FAR = { find: () => Promise.resolve({ ...ACCOUNT, password: undefined }) } as const;
const SILENT = { outcome: 'no-answer', says: 'onward.unreachable' } as const;

/** Where a password is kept for the caller: what is asked and told before. */
const keptPages: readonly ModulePage[] = ['rlogin', 'ssh_bridge'].flatMap(
  (module): ModulePage[] => [
    { module, name: 'name', steps: [], answers: () => ({ farAccounts: { find: NOTHING } }) },
    {
      ...{ module, name: 'password', steps: [] },
      answers: () => ({
        farAccounts: {
          ...FAR,
          passwordFor: () => Promise.resolve({ password: FAR_PASSWORD, isNew: true }),
        },
      }),
    },
  ],
);

const silentPages: readonly ModulePage[] = [
  'telnet_bridge',
  'rlogin',
  'ssh_bridge',
  'bbs_link',
  'door_party',
].map((module) => ({
  ...{ module, name: 'silent', steps: [], handedOn: SILENT },
  answers: () => ({
    farAccounts: {
      ...FAR,
      passwordFor: () => Promise.resolve({ password: FAR_PASSWORD, isNew: false }),
    },
  }),
}));

const QUEUED: Answers = { feedback: { send: () => Promise.resolve('queued') } };
const LETTER = 'msg_area_post_fse';
const HEADER = { method: 'headerSubmit', value: { subject: 'Hello' } } as const;
const ESCAPED = { method: 'editModeEscPressed', value: { message: 'A letter.' } } as const;

const APPLIED = {
  method: 'submitApplication',
  value: {
    ...{ username: 'Caller', realName: 'A Caller', birthdate: '1990-01-01', location: 'Somewhere' },
    ...{ sex: '', affils: '', about: '', web: '', email: 'caller@example.org' },
    ...{ password: 'a long pass phrase', passwordConfirm: 'a long pass phrase' },
  },
} as const;
const FEEDBACK = { 1: 'A Caller', 5: 'I cannot sign in.' } as const;
const SAMPLE_KEY =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f caller@home';
const KEY = {
  ...{ algorithm: 'ssh-ed25519', comment: 'caller@home', usedAtMs: undefined },
  fingerprint: 'SHA256:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8',
} as const;
const OWN_KEY = KEY as never;
const OTHER_KEY = {
  ...{ ...KEY, comment: 'caller@work' },
  fingerprint: 'SHA256:HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8',
} as never;

const invited = (config: Config): Config => ({
  ...config,
  users: { ...config.users, inviteOnly: true },
});
const WRITTEN = { method: 'sendPage', value: { message: 'Are you there?' } } as const;
const WORDLESS = { method: 'sendPage', value: { message: '' } } as const;
const nobodyThere = (): Answers => ({
  ...QUEUED,
  talk: { send: () => Promise.resolve({ kind: 'nobody' }) },
});
const AGREED = { method: 'confirmSendMail', value: { confirm: 0 } } as const;

/**
 * Every page of a module beyond its first screen, and how a scripted caller gets there. What a module has no
 * page in this table for is named in test/oputil/module-pages.test.ts, with the reason.
 */
export const MODULE_PAGES: readonly ModulePage[] = [
  ...twoFactorPages,
  ...KEPT,
  ...keptPages,
  ...silentPages,
  {
    ...{ module: 'abracadabra', name: 'shut', steps: [] },
    handedOn: { outcome: 'no-answer', says: 'onward.door-shut' },
  },
  { module: 'onelinerz', name: 'add', steps: [{ method: 'viewAddScreen' }] },
  { module: 'page_sysop', name: 'offer', steps: [WRITTEN], answers: nobodyThere },
  { module: 'page_sysop', name: 'text', steps: [WORDLESS, AGREED], answers: nobodyThere },
  { module: 'page_sysop', name: 'mailed', steps: [WRITTEN, AGREED], answers: nobodyThere },
  {
    ...{ module: 'page_sysop', name: 'called', steps: [WRITTEN] },
    answers: () => ({ talk: { send: () => Promise.resolve({ kind: 'sent', to: 1 }) } }),
  },
  {
    ...{ module: 'page_sysop', name: 'too-often', steps: [WRITTEN] },
    answers: () => ({ talk: { send: () => Promise.resolve({ kind: 'too-many' }) } }),
  },
  { module: LETTER, name: 'text', steps: [HEADER] },
  { module: LETTER, name: 'menu', steps: [HEADER, ESCAPED] },
  { module: LETTER, name: 'help', steps: [HEADER, ESCAPED, { method: 'editModeMenuHelp' }] },
  {
    ...{ module: LETTER, name: 'sent', answers: () => QUEUED },
    steps: [HEADER, ESCAPED, { method: 'editModeMenuSave' }],
  },
  {
    ...{ module: 'nua', name: 'invite', steps: [], config: invited },
  },
  {
    ...{ module: 'nua', name: 'no-invite', config: invited },
    steps: [{ typed: 'a\rb\rc\r' }],
    answers: () => ({ invites: { find: NOTHING } }),
  },
  {
    ...{ module: 'nua', name: 'invite-ended', config: invited },
    steps: [{ typed: 'code\r' }, APPLIED],
    answers: () => ({
      invites: { find: () => Promise.resolve('code' as never) },
      accounts: {
        passwordProblem: () => undefined,
        create: () => Promise.resolve({ kind: 'refused', problem: 'not-now', says: () => '' }),
      },
    }),
  },
  {
    ...{ module: 'nua', name: 'mailed', steps: [APPLIED] },
    answers: () => ({
      accounts: {
        passwordProblem: () => undefined,
        create: () => Promise.resolve({ kind: 'done', user: { ...SAMPLE_USER, status: 1 } }),
      },
      mailChange: { begin: () => Promise.resolve('accepted') },
    }),
  },
  {
    ...{ module: 'nua', name: 'unsent' },
    steps: [{ method: 'leave', fill: { 1: 'Caller' } }],
  },
  {
    ...{ module: 'nua', name: 'closed', steps: [] },
    config: (config) => ({ ...config, general: { ...config.general, closedSystem: true } }),
  },
  { module: 'user_config', name: 'proof', steps: [{ method: 'changePassword' }] },
  { module: 'user_config', name: 'password', steps: [{ method: 'changePassword' }, PROVED] },
  { module: 'my_calls', name: 'not-me', steps: [{ method: 'notMe' }] },
  {
    ...{ module: 'my_calls', name: 'disowned', steps: [{ method: 'notMe' }, PROVED] },
    answers: () => ({ ownCalls: { disown: NOTHING }, passwordReset: { request: () => undefined } }),
  },
  {
    ...{ module: 'user_ssh_key_config', name: 'add' },
    steps: [{ method: 'saveKey', fill: { 2: SAMPLE_KEY } }],
  },
  {
    ...{ module: 'user_ssh_key_config', name: 'remove', steps: [{ method: 'removeKey' }] },
    answers: () => ({ sshKeys: { list: () => Promise.resolve([OWN_KEY]) } }),
  },
  {
    ...{ module: 'user_ssh_key_config', name: 'which', steps: [{ method: 'removeKey' }] },
    answers: () => ({ sshKeys: { list: () => Promise.resolve([OWN_KEY, OTHER_KEY]) } }),
  },
  {
    ...{ module: 'user_ssh_key_config', name: 'no-code', steps: [{ method: 'rememberKey' }] },
    config: withRememberedKeys,
  },
  {
    ...{ module: 'pre_auth_feedback', name: 'sent', answers: () => QUEUED },
    steps: [{ method: 'sendFeedback', fill: FEEDBACK }],
  },
  { module: 'pre_auth_feedback', name: 'unsent', steps: [{ method: 'leave', fill: FEEDBACK }] },
];
