import type { MenuContext, MenuModule, Submission, Transition } from '../menu/run/module';
import { originOf } from '../menu/run/caller';
import { wrapWords } from '../menu/screen/message-line';
import { LETTER_ANSWERS } from './letter-to-sysop';
import { askYesOrNo } from '../menu/run/yes-or-no';

/** Views of the header as ENiGMA½'s module has them, then the letter: one view of many lines, or one for each. */
const VIEWS = { from: 1, to: 2, subject: 3, errors: 4, firstLine: 5, lastLine: 12 } as const;

const MAX_NAME_CHARACTERS = 64;
/** Columns of a line of the mail. */
const MAIL_COLUMNS = 76;

/**
 * A letter to the sysop from somebody who cannot sign in, sent by mail. Name and text are whatever was
 * typed: nothing of it is ever taken for an account.
 */
export const preAuthFeedbackModule: MenuModule = {
  name: 'pre_auth_feedback',
  doc: 'A letter to the sysop from a caller who is not signed in: %ET1 from, %TL2 to, %ET3 subject, %TL4 messages, the text in %MT5, or a line each from %ET5 to %ET12.',
  needs: 'none',
  configKeys: {
    sysopUserName:
      'Name that %TL2 shows; `general.sysOp.username` of the board where nothing is said.',
    defaultFromName: 'What %ET1 begins with.',
    defaultSubject:
      'What %ET3 begins with; the subject of a letter without one is `Feedback to the sysop`.',
  },
  views: [VIEWS.from, VIEWS.subject, VIEWS.firstLine],
  messageView: VIEWS.errors,
  methods: { sendFeedback, leave },
  ready,
};

function ready(context: MenuContext): Promise<void> {
  const { screen, services, config } = context;
  const text = (key: string, otherwise: string): string => {
    const own = config[key];
    return typeof own === 'string' ? own : otherwise;
  };
  if (screen.has(VIEWS.to)) {
    screen.setText(VIEWS.to, text('sysopUserName', services.config().general.sysOp.username));
  }
  screen.setText(VIEWS.from, text('defaultFromName', ''));
  screen.setText(VIEWS.subject, text('defaultSubject', ''));
  return Promise.resolve();
}

async function sendFeedback(context: MenuContext, submission: Submission): Promise<Transition> {
  const { screen, services, caller } = context;
  const from = screen.text(VIEWS.from).trim().slice(0, MAX_NAME_CHARACTERS);
  const subject = screen.text(VIEWS.subject).trim() || 'Feedback to the sysop';
  const text = letterText(context);
  if (from === '') return stay(context.say('letter.from-whom'), VIEWS.from);
  if (text === '') return stay(context.say('talk.write-first'), VIEWS.firstLine);
  const sent = await services.feedback.send({ from, subject, text }, originOf(caller));
  caller.log.info('feedback.sent', { outcome: sent, view: submission.submitId });
  if (sent !== 'queued') return stay(context.say(LETTER_ANSWERS[sent]), undefined);
  const thanks = context.say(`letter.queued-${services.mailer.sendsMail ? 'by-mail' : 'here'}`);
  await context.showPages({ data: [{ color: '|07', text: thanks }] });
  return { kind: 'next' };
}

function letterText({ screen }: MenuContext): string {
  const lines: string[] = [];
  for (let view: number = VIEWS.firstLine; view <= VIEWS.lastLine; view++) {
    if (screen.has(view)) lines.push(screen.text(view).trimEnd());
  }
  const wrapped = lines.flatMap((text) =>
    text.split('\n').flatMap((line) => wrapWords(line.trimEnd(), MAIL_COLUMNS)),
  );
  return wrapped.join('\n').trim();
}

/** A letter that was begun is thrown away only by who says so. */
async function leave(context: MenuContext): Promise<Transition> {
  if (letterText(context) === '') return { kind: 'previous' };
  const isUnwanted = await askYesOrNo(context, {
    title: context.say('letter.unsent'),
    text: [context.say('letter.throw-away')],
    label: context.say('letter.yes-or-no'),
  });
  if (isUnwanted === true) return { kind: 'previous' };
  const message = context.say('letter.kept');
  return { kind: 'stay', message, as: 'note', focus: VIEWS.firstLine };
}

function stay(message: string, about: number | undefined): Transition {
  return { kind: 'stay', message, ...(about === undefined ? {} : { about }) };
}
