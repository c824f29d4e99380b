import { KEYS, type DialledCaller } from '../support/dial';
import { TestBoard } from '../support/board';
import { giveCode, goToMainMenu, openTwoFactor, PASSWORD, prove, signIn } from '../support/sign-in';

const CODE = /\b[a-z]{5}(?:-[a-z]{5}){3}\b/g;

describe('backup codes', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start();
  });
  afterAll(() => board.remove());

  /** Signs in with a one-time code and goes to the screen of the second factor. */
  async function openConfig(
    name: string,
    secret: string,
    code = board.freshCode(secret),
  ): Promise<DialledCaller> {
    const caller = await board.ssh({ userName: name, password: PASSWORD });
    await giveCode(caller, code);
    await goToMainMenu(caller);
    await openTwoFactor(caller);
    return caller;
  }

  /** Makes new codes on that screen and leaves it. */
  async function makeCodes(caller: DialledCaller, secret: string): Promise<readonly string[]> {
    caller.type('n');
    await prove(caller, PASSWORD, board.freshCode(secret));
    const codes = (await caller.sees('Your new backup codes')).match(CODE) ?? [];
    caller.type(KEYS.return);
    await caller.sees('Kind of code');
    return codes;
  }

  async function newCodes(name: string): Promise<readonly string[]> {
    const secret = await board.addUser(name, PASSWORD, 'google');
    const caller = await openConfig(name, secret);
    const codes = await makeCodes(caller, secret);
    caller.hangUp();
    return codes;
  }

  async function isAccepted(name: string, code: string): Promise<boolean> {
    const caller = await board.telnet();
    await signIn(caller, name);
    await giveCode(caller, code);
    const text = await caller.sees(/Both doors are open.|Wrong code./);
    caller.hangUp();
    return text.includes('Both doors are open.');
  }

  it('come as ten different ones, each of which lets in once, by telnet or SSH', async () => {
    const codes = await newCodes('ada');
    expect(new Set(codes).size).toBe(10);
    const [first = '', second = ''] = codes;
    expect(await isAccepted('ada', first)).toBe(true);
    expect(await isAccepted('ada', first)).toBe(false);
    const caller = await board.ssh({ userName: 'ada', password: PASSWORD });
    await giveCode(caller, second);
    await caller.sees('Both doors are open.');
    caller.hangUp();
    expect(await isAccepted('ada', second)).toBe(false);
  });

  it('may be typed in capitals, and with or without the dashes', async () => {
    const [first = '', second = '', third = ''] = await newCodes('berta');
    expect(await isAccepted('berta', first.toUpperCase())).toBe(true);
    expect(await isAccepted('berta', second.replaceAll('-', ''))).toBe(true);
    expect(await isAccepted('berta', ` ${third.replaceAll('-', ' ')} `)).toBe(true);
    expect(await isAccepted('berta', first.replaceAll('-', ' '))).toBe(false);
  });

  it('end when new ones are made', async () => {
    const secret = await board.addUser('cora', PASSWORD, 'google');
    const caller = await openConfig('cora', secret);
    const [old = ''] = await makeCodes(caller, secret);
    const [fresh = ''] = await makeCodes(caller, secret);
    caller.hangUp();
    expect(await isAccepted('cora', old)).toBe(false);
    expect(await isAccepted('cora', fresh)).toBe(true);
  });

  it('are not made without password and a code that was not used yet', async () => {
    const secret = await board.addUser('dina', PASSWORD, 'google');
    const used = board.freshCode(secret);
    const caller = await openConfig('dina', secret, used);
    caller.type('n');
    await prove(caller, PASSWORD, used);
    expect(await caller.sees('Wrong password or code.')).not.toMatch(CODE);
    await prove(caller, 'not her password', board.freshCode(secret));
    await board.logged('login.rejected', { userName: 'dina' }, 2);
    expect(caller.screen.text()).not.toMatch(CODE);
    caller.hangUp();
  });

  it('share their tries with one-time codes', async () => {
    const secret = await board.addUser('ella', PASSWORD, 'google');
    for (let failures = 0; failures < 5; failures += 1) {
      const guess =
        failures % 2 === 0
          ? `00000${failures}`
          : `bibab-bibab-bibab-biba${'bdfgh'.charAt(failures)}`;
      expect(await isAccepted('ella', guess)).toBe(false);
    }
    const caller = await board.telnet();
    await signIn(caller, 'ella');
    await giveCode(caller, board.code(secret));
    await caller.sees(/Too many tries. Please wait \d+ /);
    caller.hangUp();
  });

  it('are in the data folder neither as text nor in the log', async () => {
    const codes = await newCodes('flora');
    await board.logged('login.accepted', { userName: 'flora', factor: 2 });
    const everything = [...(await board.files()), Buffer.from(board.logLines.join(''))];
    for (const code of codes) {
      for (const form of [code, code.replaceAll('-', ''), code.replaceAll('-', ' ')]) {
        expect(everything.some((bytes) => bytes.includes(form))).toBe(false);
      }
    }
  });

  it('tell how many are left each time, and when to make new ones', async () => {
    const codes = await newCodes('greta');
    const said: string[] = [];
    for (const code of codes) {
      const caller = await board.telnet();
      await signIn(caller, 'greta');
      await giveCode(caller, code);
      await goToMainMenu(caller);
      const text = await caller.sees('You used');
      said.push(/(You used .*?)(?: {2}|$)/m.exec(text)?.[1] ?? '');
      caller.hangUp();
    }
    expect(said).toEqual([
      ...[9, 8, 7, 6, 5, 4].map((left) => `You used a backup code; ${left} are left.`),
      'You used a backup code. Only 3 are left: please make new ones.',
      'You used a backup code. Only 2 are left: please make new ones.',
      'You used a backup code. Only 1 is left: please make new ones.',
      'You used your last backup code. Please make new ones now.',
    ]);
  });
});
