import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidFileError } from '../../src/config/problems';
import { loadConfig } from '../../src/config/load';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-transport-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function load(transport: object) {
  const file = join(folder, 'config.hjson');
  await writeFile(file, JSON.stringify({ email: { transport } }));
  return loadConfig({ file, env: {} });
}

async function refusal(transport: object): Promise<readonly string[]> {
  const error: unknown = await load(transport).catch((thrown: unknown) => thrown);
  if (!(error instanceof InvalidFileError)) throw new Error('it was taken');
  expect(error.exitCode).toBe(78);
  return error.problems.map(({ message }) => message);
}

test.each([
  ['sendmail', { sendmail: true }],
  ['path', { path: '/bin/true' }],
  ['args', { args: ['-t'] }],
  ['plugins', { plugins: ['x'] }],
  ['SES', { SES: {} }],
  ['jsonTransport', { jsonTransport: true }],
  ['streamTransport', { streamTransport: true }],
  ['url', { url: 'smtp://localhost?sendmail=true' }],
])('a mail transport with %s is refused by name (rule M14)', async (key, transport) => {
  expect(await refusal({ host: 'localhost', ...transport })).toEqual([
    expect.stringContaining(`email.transport.${key} is refused: `),
  ]);
});

test('any other key that SMTP does not need is refused too, with the nearest right name', async () => {
  expect(await refusal({ hots: 'localhost' })).toEqual([
    "email.transport has no key 'hots'; did you mean 'email.transport.host'?",
  ]);
  expect(await refusal({ auth: { user: 'bbs', method: 'x' } })).toEqual([
    expect.stringContaining("email.transport.auth has no key 'method'; it knows user, pass"),
  ]);
  expect(await refusal({ dkim: { cacheDir: '/tmp' } })).toContainEqual(
    expect.stringContaining("email.transport.dkim has no key 'cacheDir'"),
  );
});

test('what SMTP servers want is taken', async () => {
  const transport = {
    host: 'smtp.example.org',
    port: 465,
    secure: true,
    auth: { user: 'bbs', pass: 'hush' },
    tls: { rejectUnauthorized: true, servername: 'smtp.example.org', minVersion: 'TLSv1.2' },
    pool: true,
    maxConnections: 2,
  };
  expect((await load(transport)).config.email.transport).toEqual(transport);
});
