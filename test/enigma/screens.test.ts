import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemRandom, type Random } from '../../src/base/random';
import { TestBoard } from '../support/board';
import { dialTelnet, type DialledCaller } from '../support/dial';
import { ANSWERS, CHOSEN_DIFFERENCES, MASKED, STAYS_ON, UNDO_KEYS } from './chosen-differences';
import {
  describeDifference,
  differencesOf,
  readRecordedScreens,
  type Difference,
  type RecordedScreen,
} from './recorded-screens';
import { UNSCROLLED, UNSCROLLED_CELLS, unscrolled } from './unscrolled';
import { copyEnigmaBoard, describeEnigma, type EnigmaCopy } from './support';

const screens = readRecordedScreens();
/** Of art with variants the one that was recorded: the first. */
const FIRST: Random = { ...systemRandom, below: () => 0 };
const MANUAL = join(__dirname, '..', '..', 'docs', 'moving.md');

describeEnigma('the screens of an ENiGMA½ board', () => {
  let copy: EnigmaCopy;
  let board: TestBoard;
  let call: RecordedCall | undefined;
  const used = new Set<string>();
  const counts = { same: 0, masked: 0, chosen: 0 };

  beforeAll(async () => {
    copy = await copyEnigmaBoard();
    const { boardDir, dataDir } = copy;
    board = await TestBoard.start({ boardDir, dataDir, random: FIRST });
  });

  afterAll(async () => {
    call?.caller.hangUp();
    await board.stop();
    await copy.remove();
  });

  test.each(screens)('$name looks as it did, but for what was chosen', async (recorded) => {
    if (call?.leadsTo(recorded) !== true) {
      call?.caller.hangUp();
      call = await RecordedCall.begin(board.telnetPort, recorded);
    }
    await call.type(recorded);
    const { screen } = call.caller;
    const stays = STAYS_ON.get(recorded.name);
    const redrawn = unscrolled(recorded);
    const wanted = redrawn ?? screens.find(({ name }) => name === stays) ?? recorded;
    const look = () => sortOut(recorded, differencesOf(wanted, screen));
    const { caller } = call;
    await Promise.race([
      caller.until('the recorded screen', () => look().wrong.length === 0),
      patience(),
    ]);
    const { wrong, masked, chosen } = look();
    expect(wrong.map(describeDifference)).toEqual([]);
    const cells = screen.width * recorded.rows.length;
    const remade = redrawn === undefined ? 0 : UNSCROLLED_CELLS;
    if (redrawn !== undefined) used.add(UNSCROLLED);
    counts.masked += masked;
    counts.chosen += chosen.length + remade;
    counts.same += cells - masked - remade - chosen.filter(({ cell }) => cell).length;
    for (const { name } of chosen) used.add(name);
  });

  it('each chosen difference is seen, and has its reason in the manual', async () => {
    const manual = await readFile(MANUAL, 'utf8');
    for (const name of [...CHOSEN_DIFFERENCES.map((each) => each.name), UNSCROLLED]) {
      expect(manual).toContain(`| ${name} |`);
      expect([...used]).toContain(name);
    }
    process.stdout.write(
      `screens: ${screens.length}, cells the same: ${counts.same}, ` +
        `chosen differences: ${counts.chosen}, masked: ${counts.masked}\n`,
    );
  });
});

/** How long a screen is waited for before its differences are shown. */
function patience(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5_000).unref());
}

interface SortedOut {
  readonly wrong: readonly Difference[];
  readonly masked: number;
  readonly chosen: readonly { readonly name: string; readonly cell: boolean }[];
}

/** Which differences are of the clock, which were chosen, and which are faults. */
function sortOut(recorded: RecordedScreen, differences: readonly Difference[]): SortedOut {
  const wrong: Difference[] = [];
  const chosen: { name: string; cell: boolean }[] = [];
  let masked = 0;
  for (const difference of differences) {
    const { kind, row, column } = difference;
    const mask = MASKED.find(
      ({ screens: on, row: at, column: from, recorded: there, here }) =>
        on.test(recorded.name) &&
        at === row &&
        there[column - from] === difference.recorded.character &&
        (here[column - from] ?? ' ') === difference.here.character,
    );
    const choice = CHOSEN_DIFFERENCES.find(
      ({ screens: on, covers }) => on.test(recorded.name) && covers(difference),
    );
    if (mask !== undefined) masked += 1;
    else if (choice === undefined) wrong.push(difference);
    else chosen.push({ name: choice.name, cell: kind === 'cell' });
  }
  return { wrong, masked, chosen };
}

/** One call of the recording: each screen is reached by the keys of the one before and some more. */
class RecordedCall {
  private constructor(
    readonly caller: DialledCaller,
    private sent: readonly string[],
  ) {}

  static async begin(port: number, recorded: RecordedScreen): Promise<RecordedCall> {
    const caller = await dialTelnet({ port, width: 80, height: 25, terminalType: 'ansi' });
    await caller.sees('log off');
    // Sentences in place of keys tell how the call began.
    const isWalked = recorded.keys[1]?.startsWith('(signed in as joe') === true;
    if (isWalked) await walkToOneLiners(caller);
    return new RecordedCall(caller, recorded.keys.slice(0, isWalked ? 2 : 1));
  }

  leadsTo({ keys }: RecordedScreen): boolean {
    return this.sent.every((key, index) => keys[index] === key);
  }

  async type(recorded: RecordedScreen): Promise<void> {
    const undo = UNDO_KEYS.get(this.sent.at(-1) ?? '');
    if (undo !== undefined) this.caller.type(undo);
    const { screen } = this.caller;
    const { row: before } = screen.cursor;
    for (const key of recorded.keys.slice(this.sent.length)) this.caller.type(key);
    if (UNDO_KEYS.has(recorded.keys.at(-1) ?? '')) {
      await this.caller.until('the key to be answered', () => screen.cursor.row !== before);
    }
    const answer = ANSWERS.get(recorded.name);
    if (answer !== undefined) await this.caller.sees(answer);
    this.sent = recorded.keys;
  }
}

/** The recorded walk ended at the one-liners. */
async function walkToOneLiners(caller: DialledCaller): Promise<void> {
  caller.type('\rjoe\rjoe-secret-pass\r');
  await caller.sees('dangermouse');
  caller.type('   ');
  await caller.sees('/ nAH');
}
