import fc from 'fast-check';
import { BbsError } from '../../src/base/errors';
import { createLog } from '../../src/base/log';
import type { Log } from '../../src/base/log';
import { runs } from '../support/runs';

function collect(level: Parameters<typeof createLog>[0]['level'] = 'debug'): [Log, string[]] {
  const lines: string[] = [];
  const nowMs = (): number => Date.UTC(2026, 0, 31, 20);
  return [createLog({ level, write: (line) => lines.push(line), nowMs }), lines];
}

test('a line is one JSON object with event and remoteIp first', () => {
  const [log, lines] = collect();
  log.warn('auth.rejected', { factor: 'password', remoteIp: '192.0.2.7', node: 3 });
  expect(lines).toEqual([
    '{"event":"auth.rejected","remoteIp":"192.0.2.7","level":"warn","time":"2026-01-31T20:00:00.000Z","factor":"password","node":3}\n',
  ]);
});

test('a log with fields of its own still puts event and remoteIp first', () => {
  const [log, lines] = collect();
  log.with({ node: 1, remoteIp: '::1' }).with({ server: 'ssh' }).info('call.begun', { node: 2 });
  expect(lines[0]).toMatch(/^\{"event":"call.begun","remoteIp":"::1","level":"info",/);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ node: 2, server: 'ssh' });
});

test('lines below the level are not written, and silent writes none', () => {
  const [log, lines] = collect('warn');
  log.debug('a');
  log.info('b');
  log.warn('c');
  log.error('d');
  expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(['c', 'd']);
  const [silent, none] = collect('silent');
  silent.error('e');
  expect(none).toEqual([]);
});

test('an error is its message, code, stack and cause, and nothing that hangs on it', () => {
  const [log, lines] = collect();
  const cause = Object.assign(new Error('locked'), { user: { salt: 'hush' } });
  log.error('store.failed', { error: new BbsError('STORE_FAILED', 'cannot write', { cause }) });
  const { error } = JSON.parse(lines[0] ?? '') as { error: Record<string, unknown> };
  expect(error).toMatchObject({
    message: 'cannot write',
    code: 'STORE_FAILED',
    cause: { message: 'locked' },
  });
  expect(lines[0]).not.toContain('hush');
});

// Rule H3: whatever a stranger sends, no byte of a log acts on the terminal that it is read on.
const HARMFUL =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\u061c\ufeff]|[\u{e0000}-\u{e007f}]/u;

test.each([
  ['an escape', '\u001b[2J'],
  ['DEL', '\u007f'],
  ['the C1 control CSI', '\u009b31m'],
  ['a line end', 'x\r\n{"event":"auth.accepted"}'],
  ['a line separator', '\u2028\u2029'],
  ['right-to-left override', 'a\u202eb'],
  ['a zero-width space', 'sys\u200bop'],
  ['an Arabic letter mark', 'a\u061cb'],
  ['a word joiner', 'sys\u2060op'],
  ['a tag', 'a\u{e0041}b'],
  ['an unassigned tag', 'a\u{e0002}b'],
])('%s is escaped and can be read back', (_name, text) => {
  const [log, lines] = collect();
  log.info('call.begun', { name: text, [text]: 1 });
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toMatch(HARMFUL);
  expect((JSON.parse(lines[0] ?? '') as { name: string }).name).toBe(text);
});

test('random text of any kind stays one harmless line that reads back', () => {
  // Of all characters the harmful ones are so few that chance alone seldom meets them.
  const harmful = fc.constantFrom(...'\n\r\u001b\u007f\u0085\u009b\u200b\u2028\u202e\u2066\ufeff');
  const character = fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), harmful);
  const text = fc.string({ unit: character });
  fc.assert(
    fc.property(text, text, (name, agent) => {
      const [log, lines] = collect();
      log.info('http.request', { name, nested: { agent } });
      expect(lines).toHaveLength(1);
      expect(lines[0]?.slice(0, -1)).not.toMatch(/\n/);
      expect(lines[0]).not.toMatch(HARMFUL);
      expect(JSON.parse(lines[0] ?? '')).toMatchObject({ name, nested: { agent } });
    }),
    { numRuns: runs(1000) },
  );
});
