import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

const SRC = resolve(__dirname, '..', '..', 'src');

/** Folders whose code speaks to callers in a terminal, in mails or on pages. */
const FOLDERS = [
  'modules',
  'menu/run',
  'menu/screen',
  'views',
  'onward',
  'servers',
  'auth',
  'mail',
  'web',
];

/** Two words; an id has no space. */
const TWO_WORDS = /\p{L}[\p{L}’',;:]*\s+\p{L}{2,}/u;
/** What begins and ends as a sentence does. */
const SENTENCE = /^\W*\p{Lu}.*\s.*[.?!:]\s*$/su;

/** Properties and functions whose text callers read. */
const READ_AS = ['message', 'title', 'label', 'lines', 'said', 'prompt', 'text'];
const SAID_BY =
  /^(?:stay|staySecret|tell|sayText|message|setText|askAgain|taken|promptOf|showPages|showLinkAnswer|redraw|done|fillList|setInfo|say|lastWords|messageRows|write)$/;

/** Words that no caller reads: documentation of keys, errors, the log. */
const UNREAD_NAMES = /^(?:doc|configKeys|keys|about)$|(?:^|_)(?:KEYS?|FIELDS|DOCS)$/;
const UNREAD_CALLS =
  /^(?:property|always|afterSignIn|handOnModule)$|Error$|^(?:debug|info|warn|error)$/;

interface Found {
  readonly at: string;
  readonly text: string;
}

/** Literals that are told to callers as they stand in code. */
function findSentences(path: string, text: string): readonly Found[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    const words = wordsOf(node);
    if (words !== undefined && TWO_WORDS.test(words) && isRead(node, words)) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart());
      found.push({ at: `${path}:${line + 1}`, text: words });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The words of a literal, without what a template fills in. */
function wordsOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join(' x ');
}

function isRead(node: ts.Node, words: string): boolean {
  let isSaid = SENTENCE.test(words);
  for (let at: ts.Node = node; !ts.isSourceFile(at); at = at.parent) {
    const { parent } = at;
    const name = nameOf(parent);
    if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) {
      if (parent.expression === at) return isSaid;
      if (UNREAD_CALLS.test(name)) return false;
      if (at === node || ts.isConditionalExpression(at)) isSaid ||= SAID_BY.test(name);
    } else if (ts.isPropertyAssignment(parent) || ts.isVariableDeclaration(parent)) {
      if (UNREAD_NAMES.test(name)) return false;
      if (ts.isPropertyAssignment(parent)) {
        isSaid ||= READ_AS.includes(name) && isValue(node, at) && isPhrase(name, words);
      }
    } else if (ts.isThrowStatement(parent) || ts.isTypeNode(parent)) return false;
  }
  return isSaid;
}

/** Findings for the sysop have a `text` too, and begin with a small letter or with a name. */
function isPhrase(name: string, words: string): boolean {
  return /^\W*\p{Lu}/u.test(words) || (name !== 'text' && words.startsWith(' x '));
}

/** True where a literal is the value itself, one of a list, or a branch of a choice. */
function isValue(node: ts.Node, value: ts.Node): boolean {
  let at = node;
  while (at !== value) {
    const { parent } = at;
    const isPart =
      ts.isArrayLiteralExpression(parent) ||
      ts.isConditionalExpression(parent) ||
      ts.isBinaryExpression(parent) ||
      ts.isSpreadElement(parent) ||
      ts.isParenthesizedExpression(parent);
    if (!isPart) return false;
    at = parent;
  }
  return true;
}

function nameOf(node: ts.Node): string {
  if (ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node)) return node.name.getText();
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return '';
  const { expression } = node;
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
}

test('no sentence for callers stands in code: all are in the table of texts/', () => {
  const files = (readdirSync(SRC, { recursive: true }) as string[])
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts') && FOLDERS.some((folder) => name.startsWith(folder)));
  expect(files.length).toBeGreaterThan(100);
  const found = files.flatMap((name) => findSentences(name, readFileSync(join(SRC, name), 'utf8')));
  expect(found).toEqual([]);
});

test.each([
  ["const answer = { kind: 'stay', message: 'Nothing happened' };", 1],
  ["const answer = { title: isOn ? 'Switch it off' : say('x.on') };", 1],
  ['stay(`At most ${count} keys fit.`);', 1],
  ["const TEXTS = { idle: 'The connection broke.' };", 1],
  ["return 'There is no such account.';", 1],
  ["askAgain('no room');", 1],
  ["const answer = { kind: 'stay', message: say('x.no-room') };", 0],
  ["const module = { doc: 'Shows the calls of a caller.' };", 0],
  ["throw new BbsError('KEY', `No key in ${file} is good.`);", 0],
  ["log.warn('door.trouble', { text: 'It did not open.' });", 0],
])('%s: %d', (code, count) => {
  expect(findSentences('code.ts', code)).toHaveLength(count);
});
