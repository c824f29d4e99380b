import ts from 'typescript';

export interface WordListOptions {
  readonly words: readonly string[];
  /** The type that an object with these words as its keys may be declared by: the type checker holds it. */
  readonly keyType?: string;
}

/**
 * `file:line` of each union, array, object, type, pattern, switch and chain of comparisons that names two
 * or more of the words: a second list of what a table has.
 */
export function findLists(
  files: readonly { readonly path: string; readonly text: string }[],
  options: WordListOptions,
): readonly string[] {
  return files.flatMap(({ path, text }) => {
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const lines = new Set<number>();
    const look = (node: ts.Node): void => {
      const named = wordsOf(node).filter((word) => options.words.includes(word));
      if (new Set(named).size > 1 && !isTypedBy(node, options.keyType)) {
        lines.add(source.getLineAndCharacterOfPosition(node.getStart()).line + 1);
      } else ts.forEachChild(node, look);
    };
    look(source);
    return [...lines].map((line) => `${path}:${line}`);
  });
}

/** The words that a node lists, if it is of a kind that lists any. */
function wordsOf(node: ts.Node): readonly string[] {
  if (ts.isUnionTypeNode(node)) return textsIn(node);
  if (ts.isArrayLiteralExpression(node)) return textsIn(node);
  if (ts.isObjectLiteralExpression(node)) return namesOf(node.properties);
  if (ts.isTypeLiteralNode(node) || ts.isInterfaceDeclaration(node)) return namesOf(node.members);
  if (ts.isObjectBindingPattern(node)) {
    return node.elements.map(({ propertyName, name }) => (propertyName ?? name).getText());
  }
  if (ts.isCaseBlock(node)) {
    return node.clauses.flatMap((clause) =>
      ts.isCaseClause(clause) ? textsIn(clause.expression) : [],
    );
  }
  return ts.isBinaryExpression(node) && isLogical(node) ? textsIn(node) : [];
}

function isLogical({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  return kind === ts.SyntaxKind.BarBarToken || kind === ts.SyntaxKind.AmpersandAmpersandToken;
}

function namesOf(members: readonly (ts.ObjectLiteralElementLike | ts.TypeElement)[]): string[] {
  return members.flatMap(({ name }) =>
    name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteral(name)) ? [name.text] : [],
  );
}

/** Strings within a node; of a dotted key its last part. */
function textsIn(node: ts.Node): readonly string[] {
  if (ts.isStringLiteral(node)) return [node.text.replace(/^[\w.]*\./, '')];
  const texts: string[] = [];
  ts.forEachChild(node, (child) => {
    texts.push(...textsIn(child));
  });
  return texts;
}

function isTypedBy({ parent }: ts.Node, keyType: string | undefined): boolean {
  const isDeclared = ts.isVariableDeclaration(parent) || ts.isPropertyDeclaration(parent);
  if (keyType === undefined || !isDeclared || parent.type === undefined) return false;
  return new RegExp(`\\bRecord<\\s*${keyType}\\b`).test(parent.type.getText());
}
