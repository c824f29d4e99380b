import { isToSysop } from '../menu/load/menu-config';
import { absentModule } from '../menu/run/follow';
import type { MenuContext, MenuModule, Submission, Transition } from '../menu/run/module';
import { wrapWords } from '../menu/screen/message-line';
import { ABSENT_MODULES } from './absent-modules';
import { originOf, userOf } from '../menu/run/caller';
import { namedArt } from './show-art';

const NAME = 'msg_area_post_fse';

/** Forms of ENiGMA½'s editor that are served, with their art in `config.art`. */
const HEADER = { id: 0, art: 'header' } as const;
const BODY = { id: 1, art: 'body' } as const;
const MENU = { id: 3, art: 'footerEditorMenu' } as const;
const FORMS = [HEADER, BODY, MENU];

const VIEWS = { from: 1, to: 2, subject: 3, text: 1 } as const;

/** Columns of a line of the mail, and the most letters of a subject. */
const MAIL_COLUMNS = 76;
const MAX_SUBJECT = 72;

/** What the menu remembers between its forms. */
const WRITTEN = { subject: 'subject', text: 'text', told: 'told' } as const;

const passedBy = absentModule(NAME, ABSENT_MODULES.get(NAME));

/**
 * The editor of a board of ENiGMA½, for letters to the sysop alone (`config.toUserId: 1`): the letter goes
 * out as a mail. Any other menu of that module is passed by, and so is everybody who is not fully signed in.
 */
export const letterToSysopModule: MenuModule = {
  name: NAME,
  doc: 'A letter to the sysop, by mail, where `config.toUserId` is 1.',
  needs: 'none',
  views: [],
  methods: {
    headerSubmit: whenSignedIn(headerSubmit),
    editModeEscPressed: whenSignedIn(editModeEscPressed),
    editModeMenuSave: whenSignedIn(editModeMenuSave),
    editModeMenuHelp: whenSignedIn(editModeMenuHelp),
    editModeMenuUpload: whenSignedIn(editModeMenuUpload),
    editModeQuickSave: whenSignedIn(editModeQuickSave),
    editModeQuickHelp: whenSignedIn(editModeQuickHelp),
  },
  enter,
  art: (context) => {
    const form = FORMS.find(({ id }) => id === context.formId);
    return Promise.resolve(form && namedArt(context, form.art));
  },
  ready: (context) => Promise.resolve(fill(context)),
};

async function enter(context: MenuContext): Promise<Transition | undefined> {
  const { config, caller } = context;
  if (!isToSysop(config)) return passedBy.enter?.(context);
  if (caller.login.complete) return undefined;
  return context.leadsOn ? { kind: 'next' } : { kind: 'previous' };
}

type Method = (context: MenuContext, submission: Submission) => Promise<Transition>;

function whenSignedIn(method: Method): Method {
  return (context, submission) =>
    context.caller.login.complete && isToSysop(context.config)
      ? method(context, submission)
      : Promise.resolve({ kind: 'previous' });
}

function fill(context: MenuContext): void {
  const { screen, services, caller, memory, formId } = context;
  if (formId === HEADER.id) {
    if (screen.has(VIEWS.from)) screen.setText(VIEWS.from, userOf(caller).name);
    if (screen.has(VIEWS.to)) {
      screen.setText(VIEWS.to, services.config().general.sysOp.username);
    }
    if (screen.has(VIEWS.subject)) screen.focus(VIEWS.subject);
  }
  if (formId === BODY.id) {
    screen.setText(VIEWS.text, String(memory.get(WRITTEN.text) ?? ''));
    const told = memory.get(WRITTEN.told);
    memory.delete(WRITTEN.told);
    // The art of the text is often blank: nothing else says how to go on.
    if (told === undefined) screen.message(context.say('letter.how-to-send'), 'note');
    else screen.message(String(told));
  }
}

function headerSubmit(context: MenuContext, { value }: Submission): Promise<Transition> {
  const subject = textOf(value['subject']).trim().slice(0, MAX_SUBJECT);
  context.memory.set(WRITTEN.subject, subject);
  return Promise.resolve({ kind: 'form', form: BODY.id });
}

/** From the text to the menu of the editor, and from there back to the text. */
function editModeEscPressed(context: MenuContext, { value }: Submission): Promise<Transition> {
  if (context.formId !== BODY.id) return Promise.resolve({ kind: 'form', form: BODY.id });
  context.memory.set(WRITTEN.text, textOf(value['message']));
  return Promise.resolve({ kind: 'form', form: MENU.id });
}

/** By a key in the text, without the menu of the editor. */
function editModeQuickSave(context: MenuContext, { value }: Submission): Promise<Transition> {
  context.memory.set(WRITTEN.text, textOf(value['message']));
  return editModeMenuSave(context);
}

function editModeQuickHelp(context: MenuContext, { value }: Submission): Promise<Transition> {
  // The text is drawn again behind the help.
  context.memory.set(WRITTEN.text, textOf(value['message']));
  return editModeMenuHelp(context);
}

async function editModeMenuSave(context: MenuContext): Promise<Transition> {
  const { services, caller, memory } = context;
  const text = String(memory.get(WRITTEN.text) ?? '').trim();
  if (text === '') {
    memory.set(WRITTEN.told, context.say('talk.write-first'));
    return { kind: 'form', form: BODY.id };
  }
  const { name, id } = userOf(caller);
  const subject = String(memory.get(WRITTEN.subject) ?? '') || 'A letter';
  const lines = text.split('\n').flatMap((line) => wrapWords(line, MAIL_COLUMNS));
  const letter = { from: name, subject, text: lines.join('\n'), accountId: id };
  const sent = await services.feedback.send(letter, originOf(caller));
  await context.showPages({ lines: [context.say(LETTER_ANSWERS[sent])] });
  return { kind: 'next' };
}

async function editModeMenuHelp(context: MenuContext): Promise<Transition> {
  const help = namedArt(context, 'help');
  const isShown = help?.kind === 'art' && (await context.showArt(help.spec));
  if (!isShown)
    await context.showPages({
      lines: [context.say('letter.help-type'), context.say('letter.help-keys')],
    });
  return { kind: 'redraw' };
}

/** Of a board of ENiGMA½, whose text may come from a file. */
function editModeMenuUpload(context: MenuContext): Promise<Transition> {
  context.memory.set(WRITTEN.told, context.say('letter.no-files'));
  return Promise.resolve({ kind: 'form', form: BODY.id });
}

/** What became of a letter to the sysop, for the caller. */
export const LETTER_ANSWERS = {
  queued: 'letter.queued',
  'no-address': 'letter.no-address',
  'too-many': 'letter.too-many',
} as const;

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
