import type { Mutant } from './mutant';

const TOKENS = 'src/store/tokens.ts';
const PENDING = 'src/auth/pending-enrollment.ts';
const ORIGIN = 'src/web/origin.ts';

/** Part D of docs/security.md. */
export const LINKS: readonly Mutant[] = [
  {
    rule: 'D1',
    fault: 'tokens are stored as they are',
    file: TOKENS,
    find: "return createHash('sha256').update(token, 'utf8').digest('hex');",
    put: "return createHash('sha256').update('').digest('hex').slice(64) + token;",
  },
  {
    rule: 'D2',
    fault: 'a link lives a minute longer',
    file: PENDING,
    find: 'const expiresAtMs = nowMs + tokenTtlMinutes * 60_000;',
    put: 'const expiresAtMs = nowMs + (tokenTtlMinutes + 1) * 60_000;',
  },
  {
    rule: 'D3',
    fault: 'everybody who uses a link at once ends it alive',
    file: TOKENS,
    find: '  return removed === 1;',
    put: '  return removed >= 0;',
  },
  {
    rule: 'D4',
    fault: 'looking at the page ends the link',
    file: PENDING,
    find: 'async find(token: string): Promise<PendingEnrollment | undefined> {\n    const row = await this.findToken(token);',
    put: "async find(token: string): Promise<PendingEnrollment | undefined> {\n    const row = await this.findToken(token);\n    const ended = { tokenHash: row?.tokenHash ?? '', purpose: 'otp-register', nowMs: 0 } as const;\n    await this.parts.db.run((sql) => consumeToken(sql, ended));",
  },
  {
    rule: 'D5',
    fault: 'a token is good for every purpose',
    file: TOKENS,
    find: '.where({ token_hash: wanted.tokenHash, purpose: wanted.purpose })\n    .andWhere(isAlive(wanted.nowMs))\n    .first()',
    put: '.where({ token_hash: wanted.tokenHash })\n    .andWhere(isAlive(wanted.nowMs))\n    .first()',
  },
  {
    rule: 'D6',
    fault: 'asking for a link ends the old factor',
    file: PENDING,
    find: '        await replacePending(sql, {',
    put: "        await sql('otp_factor').where({ user_id: userId }).delete();\n        await replacePending(sql, {",
  },
  {
    rule: 'D7',
    fault: 'a forwarded host is not looked at',
    file: ORIGIN,
    find: "    headers['x-forwarded-host'],\n",
    put: '',
  },
  {
    rule: 'D8',
    fault: 'browsers may guess the type of a page',
    file: 'src/web/headers.ts',
    find: "  'x-content-type-options': 'nosniff',\n",
    put: '',
  },
  {
    rule: 'D9',
    fault: 'forms of other sites are taken',
    file: ORIGIN,
    find: "if (origin === undefined || origin === 'null') return true;",
    put: 'if (origin !== site) return true;',
  },
  {
    rule: 'D9',
    fault: 'a page of our name is ours at any port',
    file: ORIGIN,
    find: '[`${name}:${port}`],',
    put: '[`${name}:${port}`, name],',
  },
  {
    rule: 'D10',
    fault: 'a body may have a megabyte',
    file: 'src/base/limits.ts',
    find: 'httpBodyBytes: 16 * 1024,',
    put: 'httpBodyBytes: 1024 * 1024,',
  },
  {
    rule: 'D11',
    fault: 'a link has fifty tries',
    file: PENDING,
    find: 'export const CONFIRM_TRIES = 5;',
    put: 'export const CONFIRM_TRIES = 50;',
  },
  {
    rule: 'D12',
    fault: 'values are not escaped',
    file: 'src/mail/template.ts',
    find: 'text.replace(/[&<>"\'`]/g,',
    put: 'text.replace(/[&]/g,',
  },
  {
    rule: 'D13',
    fault: 'an address may have anything in front',
    file: 'src/base/mail-address.ts',
    find: '`^(${ATOM}',
    put: '`(${ATOM}',
  },
  {
    rule: 'D14',
    fault: 'the old address is not told',
    file: 'src/auth/mail-change.ts',
    find: "if (old !== undefined && old !== '' && old !== address) {",
    put: "if (old !== undefined && old === '') {",
  },
  {
    rule: 'D15',
    fault: 'a mail that cannot go out is lost',
    file: 'src/mail/mailer.ts',
    find: 'if (hopeless || retryMs === undefined) {',
    put: 'if (hopeless || retryMs !== undefined) {',
  },
  {
    rule: 'D14',
    fault: 'an address that another account has got is taken over',
    file: 'src/auth/mail-change.ts',
    find: "    if ((await findOtherHolders(sql, address, userId)).length > 0) return { kind: 'taken' };\n",
    put: '',
  },
  {
    rule: 'D16',
    fault: 'a second factor is set up by telnet',
    file: 'src/modules/two-factor-config.ts',
    find: 'if (context.caller.secure) return',
    put: "if (context.caller.secure || context.caller.server === 'telnet') return",
  },
  {
    rule: 'D17',
    fault: 'a new secret stands in the log',
    file: 'src/auth/enrollment.ts',
    find: "      changed('second-factor-on', userId);\n",
    put: "      changed('second-factor-on', userId);\n      parts.log.info('bound', { userId, shown: displaySecret(key) });\n",
  },
  {
    rule: 'D18',
    fault: 'a second factor is switched off without a question',
    file: 'src/modules/two-factor-config.ts',
    find: "  const proof = await proveAgain(context, {\n    title: 'Switch two-factor sign-in off',\n    text: ['From then on your password alone lets people in.'],\n  });\n  if (proof.kind === 'out') return proof.transition;\n  if (proof.kind === 'cancelled') return redraw(context, status(context, 'cancelled'));\n",
    put: '',
  },
];
