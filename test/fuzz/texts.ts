import { finish } from '../../src/base/steps';
import { STOCK, STOCK_MENU_FILES, STOCK_THEME_FILES, type Slip } from '../support/edited-board';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalBackupCode } from '../../src/auth/backup-codes';
import { canonicalOtp } from '../../src/auth/otp';
import { parseSshPublicKey, verifySshSignature } from '../../src/auth/ssh-key';
import { compileAcs, evaluateAcs, explainAcs } from '../../src/acs/acs';
import { ACS_CODES } from '../../src/acs/codes';
import { decodeArt } from '../../src/art/art-file';
import { expandColorCodes, withoutColors } from '../../src/art/color-codes';
import { formatText } from '../../src/art/format';
import { renderArt } from '../../src/art/render';
import { BbsError } from '../../src/base/errors';
import { parseMailAddress } from '../../src/base/mail-address';
import { plainIp, sourceOf } from '../../src/base/source';
import { parseHjson, parseHjsonNodes } from '../../src/config/hjson';
import { parseMenusInSteps } from '../../src/menu/load/menu-file';
import { sanitizeUserText } from '../../src/terminal/untrusted';
import { parseForm } from '../../src/web/route-guard';
import { subjectWith, userWith } from '../acs/subject';
import { jumble, mutate } from './mutate';
import { promise, type Target } from './target';
import { kindOfCode } from '../../src/menu/screen/mci-codes';

const ROOT = join(__dirname, '..', '..');

function filesIn(...folder: string[]): readonly Buffer[] {
  const path = join(ROOT, ...folder);
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(path, entry.name)));
}

/** Runs what may refuse with an error from the one table, and with no other. */
function mayRefuse(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof BbsError)) throw error;
  }
}

const art: readonly Buffer[] = [
  ...filesIn('art', 'themes', 'gatehouse').filter((bytes) => bytes.length < 20_000),
  Buffer.from(
    '|08|12@X1F%TL1%ET2(20)%BT3\x1b[2J\x1b[99999;99999H\x1b[38;5;300m\x1b[1;2;3;4;5m%UN%%',
  ),
  Buffer.from('\x1aSAUCE00title'.padEnd(128, '\0'), 'latin1'),
];

const artFiles: Target = {
  name: 'art',
  make: (random) => mutate(random, art, 16_384),
  eat(input) {
    mayRefuse(() => {
      const decoded = decodeArt(input, { file: 'fuzz.ans', kindOf: kindOfCode });
      const { canvas, placements } = renderArt(decoded, {
        width: 80,
        height: 24,
        resolve: () => '|04value%UN{x}',
      });
      promise(placements.length <= 1000, 'art makes no long lists');
      canvas.toAnsi();
    });
  },
};

const PIPES = [
  '|',
  '|0',
  '|07',
  '|23',
  '|UN',
  '||',
  '@X',
  '@X4F',
  '\x03',
  '\x0304',
  '{',
  '}',
  '{userName',
  '{userName}',
  '{n:>10}',
  '{n!L}',
  '{n:,.2}',
  '{{',
  '}}',
  '\x1b[',
  '\x1b[31m',
  'text',
  '%',
  '%UN',
  '$&',
  '$`',
  '\u202e',
  '\r\n',
  '\0',
];

const colorCodes: Target = {
  name: 'colour codes and formats',
  make: (random) => Buffer.from(jumble(random, PIPES, 60), 'utf8'),
  eat(input) {
    const text = input.toString('utf8');
    const expanded = expandColorCodes(text);
    promise(expanded.length <= 40 * (text.length + 1), 'codes expand to little');
    promise(withoutColors(text).length <= text.length, 'nothing grows when colours go');
    // A value is data: whatever stands in it, nothing of it is obeyed (rule H2).
    const shown = formatText('<{userName}>', { userName: text });
    promise(
      !/[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]/.test(shown),
      'no control character comes out of a value',
    );
    promise(!shown.includes('\x1b'), 'no escape sequence comes out of a value');
    formatText(text, { userName: 'x', n: 7 });
  },
};

const HOSTILE = [
  '\x1b[2J',
  '\x9b31m',
  '\x07',
  '\u202e',
  '\u200b',
  '\u2066',
  '\ufeff',
  '\x7f',
  '\x00',
  '\r',
  '\n',
  '\x08',
  'e\u0301'.repeat(5),
  '\ud800',
  '\u{e0001}',
  '|12',
  '{userName}',
  '%UN',
  '\u2190',
  '\u25ba',
  'A',
  ' ',
  '\u00fc',
];
const DANGEROUS = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;

const userText: Target = {
  name: 'text of people',
  make: (random) => Buffer.from(jumble(random, HOSTILE), 'utf16le'),
  eat(input) {
    const text = input.toString('utf16le');
    for (const encoding of ['cp437', 'utf8'] as const)
      promise(
        !DANGEROUS.test(sanitizeUserText(text, encoding)),
        'nothing dangerous is left (rule H1)',
      );
  },
};

const menuFiles = [...filesIn('config', 'menus'), ...filesIn('config')];

const hjson: Target = {
  name: 'hjson',
  make: (random) =>
    random.chance(0.3)
      ? Buffer.from(
          jumble(
            random,
            [
              '{',
              '}',
              '[',
              ']',
              ':',
              ',',
              '\n',
              '"',
              "'''",
              '#',
              '/*',
              '*/',
              '__proto__',
              'constructor',
              'a',
              '1e999',
              '-0',
              'null',
              'true',
              '\\u0000',
              ' ',
              '@reference:x',
            ],
            200,
          ),
        )
      : random.chance(0.05)
        ? Buffer.from('[{"a":'.repeat(random.below(200_000)))
        : mutate(random, menuFiles, 60_000),
  eat(input) {
    const text = input.toString('utf8');
    mayRefuse(() => parseHjson(text, 'fuzz.hjson'));
    promise(
      !('polluted' in {}) && Object.keys(Object.prototype).length === 0,
      'prototypes stay clean',
    );
  },
};

const menus: Target = {
  name: 'menu files',
  make: (random) => mutate(random, menuFiles, 60_000),
  eat(input) {
    const nodes = () => parseHjsonNodes(input.toString('utf8'), 'fuzz.hjson');
    mayRefuse(() => finish(parseMenusInSteps(nodes())));
  },
};

const SLIPS = [...STOCK_MENU_FILES, ...STOCK_THEME_FILES].flatMap((file) => STOCK.slipsIn(file));

const slips: Target = {
  name: 'slips in the lines of stock files',
  make: (random) => Buffer.from(JSON.stringify(random.pick(SLIPS))),
  eat: (input) => STOCK.tryWith(JSON.parse(input.toString()) as Slip),
};

const ACS_PARTS = [
  ...ACS_CODES.keys(),
  '(',
  ')',
  '&',
  '|',
  '!',
  ' ',
  '[',
  ']',
  ',',
  '0',
  '1',
  '9',
  '99',
  'users',
  '"',
  '\u00fc',
];

const acs: Target = {
  name: 'ACS',
  make: (random) => Buffer.from(jumble(random, ACS_PARTS, random.pick([6, 30, 3000]))),
  eat(input) {
    const compiled = compileAcs(input.toString('utf8'));
    for (const subject of [
      subjectWith(),
      subjectWith({ user: userWith(), factor: 2, secure: true }),
    ]) {
      promise(typeof evaluateAcs(compiled, subject) === 'boolean', 'an answer is yes or no');
      explainAcs(compiled, subject);
    }
  },
};

const mail: Target = {
  name: 'mail addresses',
  make: (random) =>
    Buffer.from(
      jumble(
        random,
        [
          'joe',
          '@',
          'example',
          '.',
          'org',
          '"',
          '<',
          '>',
          ',',
          ';',
          ':',
          '(',
          ')',
          '\\',
          '\r\n',
          '\n',
          '\0',
          ' ',
          'Bcc:',
          'x'.repeat(70),
          '\u00fc',
          '%0a',
          'xn--',
          '-',
          '+',
          '..',
          '=?utf-8?q?x?=',
        ],
        12,
      ),
    ),
  eat(input) {
    const text = input.toString('utf8');
    const address = parseMailAddress(text);
    if (address === undefined) return;
    promise(address === text && address.length <= 254, 'an address is taken as it stands, or not');
    promise(/^[\x21-\x7e]+$/.test(address), 'an address is printable ASCII without spaces');
    promise(
      !/[,;:<>()"\\[\]]/.test(address),
      'an address means nothing else to a mailer (rule D13)',
    );
    promise(address.split('@').length === 2, 'an address has one @');
  },
};

const codes: Target = {
  name: 'codes and web forms',
  make: (random) =>
    Buffer.from(
      jumble(
        random,
        [
          '1',
          '23',
          '456',
          ' ',
          '-',
          '\u0661',
          '\uff11',
          'bofal',
          'O',
          '0',
          'I',
          '\0',
          'otp=',
          '&',
          '=',
          '%',
          '%41',
          '%ff',
          '+',
          '__proto__',
          '[]',
        ],
        20,
      ),
    ),
  eat(input) {
    const text = input.toString('utf8');
    const otp = canonicalOtp(text);
    promise(
      otp === undefined || /^(\d{6}|\d{8})$/.test(otp),
      'a code is six or eight digits (rule A7)',
    );
    const backup = canonicalBackupCode(text);
    promise(
      backup === undefined || /^[a-z]{10}$|^[a-z]{20}$/.test(backup),
      'a backup code is letters',
    );
    parseForm(text);
    sourceOf(plainIp(text));
  },
};

const sshBlob = Buffer.concat([
  Buffer.from([0, 0, 0, 11]),
  Buffer.from('ssh-ed25519'),
  Buffer.from([0, 0, 0, 32]),
  Buffer.alloc(32, 7),
]);
const rsaBlob = Buffer.concat([
  Buffer.from([0, 0, 0, 7]),
  Buffer.from('ssh-rsa'),
  Buffer.from([0, 0, 0, 3, 1, 0, 1, 0, 0, 1, 1]),
  Buffer.alloc(257, 0xc3),
]);

const sshKeys: Target = {
  name: 'SSH keys and signatures',
  make: (random) => mutate(random, [sshBlob, rsaBlob], 700),
  eat(input) {
    parseSshPublicKey(`ssh-ed25519 ${input.toString('base64')} comment`);
    parseSshPublicKey(input.toString('latin1'));
    const verdict = verifySshSignature({
      algorithm: 'ssh-ed25519',
      blob: input,
      signed: Buffer.from('session'),
      signature: input.subarray(0, 64),
    });
    promise(!verdict.valid, 'no made-up signature is right');
  },
};

export const TEXT_TARGETS: readonly Target[] = [
  ...[artFiles, colorCodes, userText, hjson, menus, slips, acs, mail, codes, sshKeys],
];
