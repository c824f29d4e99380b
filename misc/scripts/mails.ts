// Writes every mail of the board to a folder as a page, and with Chromium as pictures, light and dark:
// npm run mails -- [FOLDER]
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { configSchema } from '../../src/config/schema';
import { writeLetter } from '../../src/mail/letter';
import { sayStock, type Say } from '../../src/texts/texts';
import type { Notice } from '../../src/store/notice';

const PACKAGE = resolve(__dirname, '..', '..');
const TOKEN = 'xZ3cP0aXr7mQ2vYk9sB1dE5fG8hJ4kL6nM0pR2tV4w';
const CALL = { server: 'ssh', remoteIp: '192.0.2.9' } as const;

/** One notice of each kind. */
const SAMPLES: {
  readonly [Kind in Notice['kind']]: Omit<Extract<Notice, { kind: Kind }>, 'kind'>;
} = {
  'otp-register': { userId: 7, token: TOKEN, otpType: 'googleAuth', askedBy: CALL },
  'set-up-dropped': { userId: 7, ...CALL },
  'set-up-disowned': { userId: 7, ...CALL },
  'second-factor-on': { userId: 7, otpType: 'googleAuth' },
  'second-factor-off': { userId: 7 },
  'backup-code-used': { userId: 7, left: 3 },
  'backup-code-heard': { userId: 7, left: 8, remoteIp: CALL.remoteIp },
  'key-remembered': {
    userId: 7,
    fingerprint: 'SHA256:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8',
    untilMs: Date.UTC(2026, 11, 24),
  },
  'app-added': { userId: 7, label: 'Tablet' },
  'app-removed': { userId: 7, label: 'Old phone' },
  'backup-codes-new': { userId: 7 },
  'entry-code-made': { userId: 7, minutes: 30 },
  'entry-code-used': { userId: 7, remoteIp: CALL.remoteIp },
  'entry-code-heard': { userId: 7, remoteIp: CALL.remoteIp },
  'recovery-link': { userId: 7, token: TOKEN, askedBy: CALL },
  'recovery-started': { userId: 7, token: TOKEN, waitHours: 72, remoteIp: CALL.remoteIp },
  'recovery-stopped': { userId: 7 },
  'recovery-used': { userId: 7, remoteIp: CALL.remoteIp },
  'sheet-new': { userId: 7 },
  'sheet-gone': { userId: 7 },
  'line-codes-stopped': { userId: 7, remoteIp: CALL.remoteIp },
  'password-changed': { userId: 7 },
  'password-shut': { userId: 7, remoteIp: CALL.remoteIp },
  'new-network': { userId: 7, ...CALL },
  'ssh-key-added': { userId: 7, fingerprint: 'SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDG5Nsp6HZ2TnOqHNM' },
  'ssh-key-removed': {
    userId: 7,
    fingerprint: 'SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDG5Nsp6HZ2TnOqHNM',
  },
  'password-reset': { userId: 7, token: TOKEN },
  'first-password': { userId: 7, token: TOKEN },
  'wrong-codes': { userId: 7, remoteIp: CALL.remoteIp },
  'second-factor-locked': { userId: 7, remoteIp: CALL.remoteIp },
  'code-replayed': { userId: 7, remoteIp: CALL.remoteIp },
  'confirm-mail': { userId: 7, token: TOKEN, address: 'alice@example.org' },
  'address-in-use': { userId: 7, address: 'alice@example.org', names: ['alice'] },
  'mail-changed': { userId: 7, address: 'alice@example.org' },
  application: {
    userId: 8,
    name: 'zoe',
    ...CALL,
    details: { 'Real name': 'Zoe Doe', Location: 'Town' },
  },
  'account-activated': { userId: 7 },
  feedback: {
    userId: 0,
    from: 'alice',
    subject: 'A question',
    text: 'Where is the file area?',
    accountId: 7,
  },
};

/** A mail of each kind, as the stock templates write it. */
export async function sampleMails(say: Say = sayStock, language = 'en') {
  const config = configSchema.parse({
    general: { boardName: 'Sallyport', language },
    contentServers: { web: { domain: 'bbs.example.org' } },
  });
  const findTemplate = (path: string): Promise<string> => readFile(join(PACKAGE, path), 'utf8');
  const parts = {
    ...{ config, findTemplate, prefix: 'https://bbs.example.org', userName: 'alice' },
    say,
  };
  return Promise.all(
    Object.entries(SAMPLES).map(async ([kind, fields]) => {
      const notice = { kind, ...fields } as Notice;
      return { kind, ...(await writeLetter(notice, parts)) };
    }),
  );
}

/** Writes the mails into a folder; with a browser their pictures too. */
export async function writeMails(folder: string, browser?: Browser): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { kind, subject, text, html } of await sampleMails()) {
    await writeFile(join(folder, `${kind}.html`), html);
    await writeFile(join(folder, `${kind}.txt`), `Subject: ${subject}\n\n${text}`);
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser?.newPage({ colorScheme, viewport: { width: 600, height: 400 } });
      await page?.setContent(html);
      await page?.screenshot({ path: join(folder, `${kind}-${colorScheme}.png`), fullPage: true });
      await page?.close();
    }
  }
}

async function main(): Promise<void> {
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  try {
    await writeMails(process.argv[2] ?? 'mails', browser);
  } finally {
    await browser.close();
  }
}

if (process.argv[1] === __filename) void main();
