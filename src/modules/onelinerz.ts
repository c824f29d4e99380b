import type { MenuContext, MenuModule, ShownArt, Submission, Transition } from '../menu/run/module';
import { onelinerText } from '../menu/run/wall';
import { listOneliners } from '../store/oneliners';
import { findUsers } from '../store/users';
import { userOf } from '../menu/run/caller';
import { DATE_TIME_KEY, LIST_VIEW, ownPattern, publicFacts, usersById } from './user-list';
import { namedArt } from './show-art';
import { FIELDS, type RowOf } from './row-fields';

/** Forms as ENiGMA½'s module has them, their art in `config.art`, and their views. */
const WALL = { form: 0, art: 'view', question: 2 } as const;
const NEW_LINE = { form: 1, art: 'add', entry: 1, preview: 2 } as const;

/** The answer that leaves the wall as it is. */
const NO = 1;

/** More than anybody scrolls back. */
const MAX_SHOWN = 100;

/** The wall of the board, on which each caller may write a line (ENiGMA½'s module of this name). */
export const onelinerzModule: MenuModule = {
  name: 'onelinerz',
  fields: FIELDS.onelinerz,
  doc: 'Lines that callers wrote for all. Form 0 on `config.art.view`: %VM1 has them, the newest at the end ({userName} {userId} {oneliner} {ts} {location} {affils}), and %TM2 asks for one more (yes, no). Form 1 on `config.art.add`: %ET1 takes it, in the field `oneliner`, and %TL2 shows it. Ten lines an hour for each account; the newest 250 are kept.',
  needs: 'complete',
  configKeys: DATE_TIME_KEY,
  views: [LIST_VIEW],
  methods: { viewAddScreen, addEntry, cancelAdd },
  art,
  ready,
  changed,
};

function art(context: MenuContext): Promise<ShownArt | undefined> {
  const { art: name } = context.formId === NEW_LINE.form ? NEW_LINE : WALL;
  return Promise.resolve(namedArt(context, name));
}

async function ready(context: MenuContext): Promise<void> {
  if (context.formId !== WALL.form) return;
  await fillWall(context);
  if (context.screen.has(WALL.question)) context.screen.select(WALL.question, NO);
}

async function fillWall(context: MenuContext): Promise<void> {
  const { services, screen } = context;
  const lines = await services.db.run((sql) => listOneliners(sql, MAX_SHOWN));
  const ids = [...new Set(lines.map(({ userId }) => userId))];
  const people = usersById(await services.db.run((sql) => findUsers(sql, ids)));
  const pattern = ownPattern(context);
  screen.setItems(
    LIST_VIEW,
    lines.map(({ userId, text, writtenAtMs }): RowOf<'onelinerz'> => ({
      text,
      ...{ oneliner: text, userId, userName: people.get(userId)?.name ?? '' },
      ts: context.dateText(writtenAtMs, pattern),
      ...publicFacts(people.get(userId)),
    })),
  );
  screen.select(LIST_VIEW, lines.length - 1);
}

function changed({ formId, screen }: MenuContext, viewId: number): void {
  if (formId !== NEW_LINE.form || viewId !== NEW_LINE.entry) return;
  if (screen.has(NEW_LINE.preview))
    screen.setText(NEW_LINE.preview, onelinerText(screen.text(NEW_LINE.entry)));
}

function viewAddScreen(): Promise<Transition> {
  return Promise.resolve({ kind: 'form', form: NEW_LINE.form });
}

async function addEntry(context: MenuContext, { value }: Submission): Promise<Transition> {
  const { services, caller } = context;
  const typed = value['oneliner'];
  const user = userOf(caller);
  const result = await services.wall.write(
    { caller, user },
    typeof typed === 'string' ? typed : '',
  );
  switch (result) {
    case 'written':
      return { kind: 'form', form: WALL.form, anew: true };
    case 'empty':
      return { kind: 'stay', message: context.say('talk.write-first'), about: NEW_LINE.entry };
    case 'too-many':
      return { kind: 'stay', message: context.say('talk.many-lines') };
  }
}

function cancelAdd(): Promise<Transition> {
  return Promise.resolve({ kind: 'form', form: WALL.form, anew: true });
}
