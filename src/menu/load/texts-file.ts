import { BbsError } from '../../base/errors';
import { loadHjsonTree } from '../../config/hjson-tree';
import { findLostLink, isThere } from '../../config/source-text';
import { toPlain, type SourceNode } from '../../config/source-tree';
import {
  isTextId,
  nearestTextId,
  textProblems,
  type TextChanges,
  type TextId,
} from '../../texts/texts';
import type { Finding } from './menu-entry';

/** What a file says in place of the board's own sentences, without what is wrong in it. */
interface ReadTexts {
  readonly texts: TextChanges;
  readonly problems: readonly Finding[];
}

/**
 * The board's own texts, `texts.hjson` in its config folder, where there is one. A file that cannot be read is in
 * the problems, and the stock texts stand: no wording keeps a board from starting.
 */
export async function loadTextsFile({
  textsFile,
  env,
}: {
  readonly textsFile?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}): Promise<ReadTexts & { readonly files: readonly string[] }> {
  if (textsFile === undefined) return { texts: {}, problems: [], files: [] };
  // A file that appears goes live like an edit: it is watched while it is not there.
  const nothing = { texts: {}, problems: [], files: [textsFile] };
  // A link that leads nowhere is no absent file: reading it says where it leads from.
  const isAbsent = !(await isThere(textsFile)) && (await findLostLink(textsFile)) === undefined;
  if (isAbsent) return nothing;
  const base = { severity: 'error', subject: '' } as const;
  try {
    const tree = await loadHjsonTree(textsFile, { env, mayHoldFile: () => false });
    const doubled = tree.warnings.map(({ place, message, kind }): Finding => ({
      ...{ ...base, rule: kind ?? 'reference', place },
      text: message,
    }));
    const { texts, problems } = readTexts(tree.root);
    return { texts, problems: [...doubled, ...problems], files: tree.files };
  } catch (error) {
    if (!(error instanceof BbsError)) throw error;
    const place = error.place ?? { file: textsFile };
    const text = `the texts of the board cannot be used (${error.message})`;
    return { ...nothing, problems: [{ ...base, rule: 'broken-texts', place, text }] };
  }
}

/** The texts of a block; one that is wrong is named with its place, and the stock sentence stands. */
export function readTexts(block: SourceNode | undefined): ReadTexts {
  const texts: Partial<Record<TextId, string>> = {};
  const problems: Finding[] = [];
  for (const [name, { keyPlace, node }] of block?.kind === 'object' ? block.entries : []) {
    const base = { severity: 'error', subject: name } as const;
    if (!isTextId(name)) {
      const nearest = nearestTextId(name);
      const text = `there is no text '${name}'`;
      const finding = { ...base, rule: 'unknown-text', place: keyPlace, text };
      problems.push(nearest === undefined ? finding : { ...finding, nearest });
      continue;
    }
    const text = toPlain(node);
    const wrong = textProblems(name, text);
    for (const why of wrong) {
      const place = node.place;
      problems.push({ ...base, rule: 'wrong-text', place, text: `the text '${name}': ${why}` });
    }
    if (wrong.length === 0 && typeof text === 'string') texts[name] = text;
  }
  return { texts, problems };
}
