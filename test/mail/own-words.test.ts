import { join } from 'node:path';
import { sampleMails } from '../../misc/scripts/mails';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { KEYS } from '../support/dial';
import { sayNamed, wordsBeside } from '../support/named-texts';
import { PASSWORD } from '../support/sign-in';

const NEW_PASSWORD = 'another quiet harbour 8';

describe('mails in the words of a board', () => {
  let dir: BoardDir;
  let board: TestBoard;

  beforeAll(async () => {
    dir = await BoardDir.make({
      'config/config.hjson': '{ theme: { preLogin: "ember" } }',
      'config/texts.hjson': `{
        mail-part.subject: "{title} ({board})"
        mail-part.hello: "{name} & <friends>: %TITLE%"
        mail-title.password-changed: Your <b>new</b> password
        account-text.password-changed: It was <i>changed</i> & kept.
      }`,
      'art/themes/ember/theme.hjson': '{ texts: { "mail-text.not-you": "Not you? Shout." } }',
    });
    board = await TestBoard.start({ boardDir: dir.path });
    await board.addUser('ann', PASSWORD);
  });

  afterAll(async () => {
    await board.remove();
    await dir.remove();
  });

  it('are text whatever is in them, also those that oputil writes and those of the theme before the sign-in', async () => {
    await board.oputil('user', 'pw', 'ann', NEW_PASSWORD);
    const letter = await board.letterTo('ann@example.org', /password/);
    expect(letter.subject).toBe('Your <b>new</b> password (Sallyport)');
    expect(letter.text).toContain(
      'Your <b>new</b> password\n\nann & <friends>: %TITLE%\n\nIt was <i>changed</i> & kept.\n\nNot you? Shout.\n',
    );
    expect(letter.html).toContain('Your &#60;b&#62;new&#60;/b&#62; password</h1>');
    expect(letter.html).toContain('ann &#38; &#60;friends&#62;: %TITLE%');
    expect(letter.html).toContain('It was &#60;i&#62;changed&#60;/i&#62; &#38; kept.');
  });

  it('change with an edit while the board runs, and one without a value that stands in it is refused', async () => {
    await dir.write('config/texts.hjson', '{ "mail-title.reset": "Another word for you" }');
    await board.logged('board.reloaded');
    const caller = await board.telnet();
    await caller.sees('Sign in');
    caller.type('F');
    await caller.sees('User name');
    caller.type(`ann${KEYS.return}`);
    const letter = await board.letterTo('ann@example.org', /Another/);
    expect(letter.subject).toBe('Sallyport: Another word for you');
    caller.hangUp();
    await dir.write('config/texts.hjson', '{ "mail-text.reset-link": "Open {link}." }');
    const [refused] = await board.logged('board.edit-refused');
    expect(refused?.['problems']).toEqual([
      expect.stringMatching(/texts\.hjson:1:27: .*it has no value for \{link\}$/),
      expect.stringMatching(/texts\.hjson:1:27: .*\{minutes\} is missing$/),
    ]);
  });

  it('are the stock ones where oputil cannot read the file, and it says so', async () => {
    await dir.write('config/texts.hjson', '{ mail-title.password-changed: [ }');
    const { exitCode, err } = await board.tryOputil('user', 'pw', 'ann', PASSWORD);
    expect(exitCode).toBe(0);
    expect(err).toMatch(/^The mail has the stock sentences: .*texts\.hjson/m);
    const letter = await board.letterTo('ann@example.org', /: Your password was changed$/);
    expect(letter.text).toContain('Hello ann,\n\nyour password was changed.\n');
    // Said once, as they are read once, however many mails there are.
    await dir.write('two.csv', 'name,email_address\njoe,joe@example.org\nkim,kim@example.org\n');
    const file = join(dir.path, 'two.csv');
    const many = await board.tryOputil('import', 'csv', file, '--mail-reset');
    expect(many.err.match(/^The mail has the stock sentences: /gm)).toHaveLength(1);
    await board.letterTo('kim@example.org', /Choose a password$/);
  });
});

it('every mail says the language of its words', async () => {
  for (const { kind, html } of await sampleMails(undefined, 'pt-BR')) {
    const language = /^<!doctype html>\s*<html lang="([^"]*)">/.exec(html)?.[1];
    expect([kind, language]).toEqual([kind, 'pt-BR']);
  }
});

it('every sentence of every mail is one that a board may word, and none has a value or a variable too few', async () => {
  const values = [
    'Where is the file area?',
    'A question',
    'Old phone',
    'alice',
    'Real name: Zoe Doe',
    'Location: Town',
  ];
  const [named, stock] = await Promise.all([sampleMails(sayNamed), sampleMails()]);
  expect(named.length).toBeGreaterThan(30);
  for (const { kind, subject, text, html } of named) {
    const beside = [subject, text, html].flatMap((part) => wordsBeside(part, values));
    expect({ kind, beside }).toEqual({ kind, beside: [] });
  }
  for (const { kind, subject, text, html } of stock) {
    const left = [subject, text, html].flatMap((part) => part.match(/%[A-Z_]+%|\{\w+\}/g) ?? []);
    expect({ kind, left }).toEqual({ kind, left: [] });
  }
});
