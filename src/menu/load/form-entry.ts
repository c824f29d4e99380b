import type { Place } from '../../base/errors';
import { nearestName } from '../../base/nearest';
import type { ObjectNode, SourceNode } from '../../config/source-tree';
import { findProperty, findViewType, VIEW_CODES } from '../../views/registry';
import { NOWHERE, readAction, readChoice } from './choice';
import type { EntryReader } from './entry-reader';
import type { FieldMatch, FormEntry, KeyRule, SubmitRule, ViewEntry } from './menu-entry';

const FORM_KEYS = ['mci', 'submit', 'actionKeys'];
const MCI_CODE = /^([A-Z]{2})([0-9]{0,3})$/;

/** The key that selects a form variant: the view codes of an art, sorted and joined (contract A2.2). */
export function mciKeyOf(codes: Iterable<string>): string {
  return [...codes].sort().join('');
}

/** The form keys that match art with these codes: all codes, or without the optional ones. */
export function mciKeysOf(codes: readonly string[]): readonly string[] {
  const isNeeded = (code: string): boolean => findViewType(code)?.isOptionalInKey !== true;
  return [mciKeyOf(codes), mciKeyOf(codes.filter(isNeeded))];
}

/** Reads `form`: each form directly, or its variants by MCI key. */
export function readForms(reader: EntryReader, node: SourceNode | undefined): FormEntry[] {
  const forms: FormEntry[] = [];
  for (const [key, { node: form, keyPlace }] of reader.object(node, "'form'")?.entries ?? []) {
    if (!/^[0-9]{1,3}$/.test(key)) {
      reader.error(
        'wrong-form',
        keyPlace,
        `a form is named by its number, from 0 up, not '${key}'`,
      );
      continue;
    }
    const body = reader.object(form, `form ${key}`);
    if (body !== undefined) forms.push(...readVariants(reader, Number(key), body));
  }
  return forms;
}

function readVariants(reader: EntryReader, id: number, node: ObjectNode): FormEntry[] {
  const keys = [...node.entries.keys()];
  if (keys.length === 0 || keys.some((key) => FORM_KEYS.includes(key))) {
    if (reader.checkKeys(node, FORM_KEYS, `form ${id}`)) return [];
    return [readForm(reader, node, { id, mciKey: undefined })];
  }
  return [...node.entries].flatMap(([key, { node: variant, keyPlace }]) => {
    if (!/^(?:[A-Z]{2})+$/.test(key)) {
      const what = `'${key}' is neither a part of a form nor the codes of its art, like ETTM`;
      reader.error('unknown-key', keyPlace, what, nearestName(key, FORM_KEYS));
      return [];
    }
    const body = reader.object(variant, `form ${id} for ${key}`);
    if (body === undefined) return [];
    if (reader.checkKeys(body, FORM_KEYS, `form ${id}`)) return [];
    return [readForm(reader, body, { id, mciKey: sortedKey(key) })];
  });
}

function sortedKey(key: string): string {
  return mciKeyOf(key.match(/../g) ?? []);
}

function readForm(
  reader: EntryReader,
  node: ObjectNode,
  name: { readonly id: number; readonly mciKey: string | undefined },
): FormEntry {
  return {
    ...name,
    views: readViews(reader, reader.find(node, 'mci')?.node),
    submit: readSubmit(reader, reader.find(node, 'submit')?.node),
    actionKeys: readKeyRules(reader, reader.find(node, 'actionKeys')?.node),
    place: node.place,
  };
}

/** Reads `mci`: views by code and number. Their properties stay unparsed until the theme is merged over them. */
export function readViews(reader: EntryReader, node: SourceNode | undefined): ViewEntry[] {
  const views: ViewEntry[] = [];
  for (const [written, { node: value, keyPlace }] of reader.object(node, "'mci'")?.entries ?? []) {
    const mci = MCI_CODE.test(written) ? written : findMeantView(written, value);
    const text = `'${written}' is not a view: that is two capital letters and a number, like ET1`;
    if (mci === undefined) {
      reader.warn('unknown-view', keyPlace, `${text}; it is left out`, nearestView(written));
      continue;
    }
    const [, code = '', digits] = MCI_CODE.exec(mci) ?? [];
    if (mci !== written) reader.error('meant-view', keyPlace, `${text}; it is read as ${mci}`);
    const properties = reader.object(value, mci);
    if (properties === undefined) continue;
    views.push({
      mci,
      code,
      id: digits === undefined || digits === '' ? undefined : Number(digits),
      properties: reader.plain(properties) as Readonly<Record<string, unknown>>,
      place: keyPlace,
      placeOf: (property) => properties.entries.get(property)?.node.place ?? keyPlace,
    });
  }
  return views;
}

/** One letter too many, as in `MET3`: a field with a mask is `ME3`. Other boards look at the number only. */
function findMeantView(written: string, value: SourceNode): string | undefined {
  const [, letters = '', number = ''] = /^([A-Z]{3})([0-9]{1,3})$/.exec(written) ?? [];
  const hasMask = value.kind === 'object' && value.entries.has('maskPattern');
  const codes = [letters.slice(0, 2), `${letters.charAt(0)}${letters.charAt(2)}`, letters.slice(1)];
  const fitting = codes.filter((code) => {
    const type = findViewType(code);
    return type !== undefined && (!hasMask || findProperty(type, 'maskPattern') !== undefined);
  });
  const [code] = fitting;
  return code === undefined ? undefined : `${code}${number}`;
}

/** The nearest view code with the same number. */
function nearestView(mci: string): string | undefined {
  const [, letters = '', number = ''] = /^([A-Za-z]*)([0-9]*)$/.exec(mci) ?? [];
  const code = nearestName(letters, VIEW_CODES);
  return code === undefined ? undefined : `${code}${number}`;
}

/** Reads a form's `submit`: rules by the view that submits; a bare list is for any view. */
function readSubmit(
  reader: EntryReader,
  node: SourceNode | undefined,
): ReadonlyMap<string, readonly SubmitRule[]> {
  if (node?.kind === 'array') return new Map([['*', readSubmitRules(reader, node)]]);
  const rules = new Map<string, readonly SubmitRule[]>();
  for (const [view, { node: list, keyPlace }] of reader.object(node, "'submit'")?.entries ?? []) {
    if (!/^(?:\*|[0-9]{1,3})$/.test(view)) {
      const what = `'submit' is keyed by * or the number of a view, not by '${view}'`;
      reader.error('unknown-key', keyPlace, what);
      continue;
    }
    rules.set(view, readSubmitRules(reader, list));
  }
  return rules;
}

/** Reads a list of submit rules: `[ { value, action, extraArgs }, ... ]`. */
export function readSubmitRules(reader: EntryReader, node: SourceNode): SubmitRule[] {
  const items = node.kind === 'object' ? [node] : (reader.array(node, "'submit'")?.items ?? []);
  return items.flatMap((item) => {
    const rule = reader.object(item, 'a submit rule');
    if (rule === undefined) return [];
    const isLost = reader.checkKeys(
      rule,
      ['value', 'action', 'extraArgs', 'help'],
      'a submit rule',
    );
    return [
      {
        match: isLost ? [NEVER_MET] : readMatch(reader, rule.entries.get('value')?.node),
        ...readActionRule(reader, rule, true),
        place: rule.place,
      },
    ];
  });
}

/** An invalid condition never matches: without it its rule would match everything. */
const NEVER_MET: FieldMatch = { field: '\0', equals: null };

/** `value: { field: x }` matches x, `{ field: null }` any value, `value: field` a field that is present. */
function readMatch(reader: EntryReader, node: SourceNode | undefined): FieldMatch[] {
  if (node === undefined) return [];
  if (node.kind === 'scalar') {
    return node.value === null ? [] : [{ field: String(node.value), equals: null }];
  }
  const conditions = reader.object(node, "'value'");
  if (conditions === undefined) return [NEVER_MET];
  return [...conditions.entries].map(([field, { node: wanted }]) => {
    if (wanted.kind === 'scalar') return { field, equals: wanted.value };
    const text = `'${field}' is compared with one value, not with several`;
    reader.error('wrong-form', wanted.place, text);
    return NEVER_MET;
  });
}

/** True for a condition that replaces an invalid one. */
export function isNeverMet({ field }: FieldMatch): boolean {
  return field === NEVER_MET.field;
}

/** Reads `actionKeys`: `[ { keys, action | viewId, extraArgs } ]`. */
export function readKeyRules(reader: EntryReader, node: SourceNode | undefined): KeyRule[] {
  return (reader.array(node, "'actionKeys'")?.items ?? []).flatMap((item) => {
    const rule = reader.object(item, 'an action key');
    if (rule === undefined) return [];
    const known = ['keys', 'action', 'viewId', 'extraArgs', 'help'];
    if (reader.checkKeys(rule, known, 'an action key')) return [];
    const keys = reader.texts(reader.find(rule, 'keys')?.node, "'keys'");
    if (keys.length === 0) reader.error('wrong-form', rule.place, 'this names no keys');
    const viewId = reader.number(reader.find(rule, 'viewId')?.node, "'viewId'");
    const action = readActionRule(reader, rule, viewId === undefined);
    return [{ keys, viewId, ...action, place: rule.place }];
  });
}

function readActionRule(
  reader: EntryReader,
  rule: ObjectNode,
  needed: boolean,
): Pick<SubmitRule, 'action' | 'extraArgs' | 'help'> {
  const node = reader.find(rule, 'action')?.node;
  if (node === undefined && needed) noteNoAction(reader, rule.place);
  const read = (value: SourceNode) => readAction(reader, value);
  return {
    action: readChoice(reader, node, { key: 'action', read, broken: NOWHERE }),
    extraArgs: reader.plain(reader.find(rule, 'extraArgs')?.node),
    help: reader.text(reader.find(rule, 'help')?.node, "'help'"),
  };
}

function noteNoAction(reader: EntryReader, place: Place): void {
  reader.warn('wrong-form', place, "this has no 'action', so nothing happens");
}
