import { commandsOf, MOST_MINUTES, MovingHome } from '../enigma/moving-home';
import { describeEnigma } from '../enigma/support';
import { dialSsh } from '../support/dial';

// Beside the suites that need Node alone: its commands need the program `sqlite3`.
describeEnigma('docs/moving.md, the move by hand', () => {
  let home: MovingHome;

  beforeAll(async () => {
    home = await MovingHome.make();
  });
  afterAll(() => home.remove());

  test('the copied board opens, and accounts of the old one sign in', async () => {
    const startedMs = performance.now();
    const commands = commandsOf('By hand').filter((line) =>
      /^(?:mkdir|cp|install|sqlite3) /.test(line),
    );
    expect(commands.length).toBe(5);
    // This board has no history of calls, which may be left out.
    for (const command of commands.filter((line) => !line.includes('system.sqlite3'))) {
      const { status, stderr } = home.run(command);
      expect(`${command}: ${status} ${status === 0 ? '' : stderr}`).toBe(`${command}: 0 `);
    }
    const [start = ''] = commandsOf('3. ');
    const port = await home.start(start);
    const caller = await dialSsh({ port, userName: 'joe', password: 'joe-secret-pass' });
    caller.hangUp();
    const { stdout } = home.run('oputil --board ~/myboard user list --json');
    expect(stdout).toContain('"oldsysop"');
    // With accounts there, none is made.
    expect(stdout).not.toContain('"sysop"');
    const minutes = (performance.now() - startedMs) / 60_000;
    console.log(`docs/moving.md, by hand: ${minutes.toFixed(1)} minutes`);
    expect(minutes).toBeLessThan(MOST_MINUTES);
  }, 240_000);
});
