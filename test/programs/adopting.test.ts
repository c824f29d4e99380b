import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EnigmaInstallation, isThere } from '../support/enigma-installation';
import { eventually } from '../support/raw-caller';

const PROGRAM = resolve(__dirname, '..', '..', 'dist', 'main.js');
/** Art that takes long enough to copy that a signal comes in the middle. */
const MANY = 3_000;
const DRAFT = /^\.myboard\.adopt-\d+$/;

let old: EnigmaInstallation;
let newDir: string;

beforeEach(async () => {
  const art = Array.from({ length: MANY }, (_, at) => [
    `art/general/PIC${at}.ANS`,
    `picture ${at}`,
  ]);
  old = await EnigmaInstallation.make(Object.fromEntries(art) as Record<string, string>);
  await old.accounts('sysop', 'joe');
  newDir = join(old.folder, 'myboard');
});

afterEach(() => old.remove());

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly err: string }>;
}

function adopt(): Run {
  const child = spawn(process.execPath, [PROGRAM, 'adopt', old.dir, newDir], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<{ code: number | null; err: string }>((done) => {
    child.once('close', (code) => done({ code, err }));
  });
  return { child, ended };
}

const draft = (): string | undefined => readdirSync(old.folder).find((name) => DRAFT.test(name));

/** Sends the signal once some of the art is there, which is before the accounts are. */
async function stopHalfWay(
  signal: NodeJS.Signals,
): Promise<{ readonly code: number | null; readonly err: string }> {
  const run = adopt();
  await eventually('art in the draft', () => {
    const name = draft();
    return name !== undefined && isThere(join(old.folder, name, 'art', 'general'));
  });
  run.child.kill(signal);
  return run.ended;
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  'an adoption that %s stops half-way removes what it has made, says so, and is done by the next run',
  async (signal) => {
    const before = old.fingerprint();
    const { code, err } = await stopHalfWay(signal);
    expect(code).not.toBe(0);
    expect(err).toContain(`cannot make a board in ${newDir}: stopped; nothing is left there`);
    expect(readdirSync(old.folder)).toEqual(['enigma-bbs']);
    expect((await adopt().ended).code).toBe(0);
    expect(readdirSync(join(newDir, 'art', 'general'))).toHaveLength(MANY + 1);
    expect(old.fingerprint()).toEqual(before);
  },
);

test('one that SIGKILL ends half-way leaves no board, and the next run clears up and is whole', async () => {
  const before = old.fingerprint();
  await stopHalfWay('SIGKILL');
  expect(isThere(newDir)).toBe(false);
  expect(draft()).toBeDefined();
  expect((await adopt().ended).code).toBe(0);
  expect(readdirSync(old.folder).sort()).toEqual(['enigma-bbs', 'myboard']);
  expect(readdirSync(join(newDir, 'art', 'general'))).toHaveLength(MANY + 1);
  expect(isThere(join(newDir, 'data', 'db', 'user.sqlite3'))).toBe(true);
  expect(old.fingerprint()).toEqual(before);
});
