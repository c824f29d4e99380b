import type { MenuContext, MenuModule, Submission, Transition } from '../menu/run/module';
import { originOf } from '../menu/run/caller';

/** Views of the header as ENiGMA½'s module has them, then the lines of the letter. */
const VIEWS = { from: 1, to: 2, subject: 3, errors: 4, firstLine: 5, lastLine: 12 } as const;

const MAX_NAME_CHARACTERS = 64;

/**
 * A letter to the sysop from somebody who cannot sign in, sent by mail. Name and text are whatever was
 * typed: nothing of it is ever taken for an account.
 */
export const preAuthFeedbackModule: MenuModule = {
  name: 'pre_auth_feedback',
  doc: 'A letter to the sysop from a caller who is not signed in: %ET1 from, %TL2 to, %ET3 subject, %TL4 messages, lines of text from %ET5 to %ET12.',
  needs: 'none',
  configKeys: {
    sysopUserName:
      'Name that %TL2 shows; `general.sysOp.username` of the board where nothing is said.',
    defaultFromName: 'What %ET1 begins with.',
    defaultSubject: 'What %ET3 begins with.',
  },
  views: [VIEWS.from, VIEWS.subject, VIEWS.firstLine],
  messageView: VIEWS.errors,
  methods: { sendFeedback },
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
  screen.setText(VIEWS.subject, text('defaultSubject', 'Feedback to the sysop'));
  return Promise.resolve();
}

async function sendFeedback(context: MenuContext, submission: Submission): Promise<Transition> {
  const { screen, services, caller } = context;
  const from = screen.text(VIEWS.from).trim().slice(0, MAX_NAME_CHARACTERS);
  const subject = screen.text(VIEWS.subject).trim();
  const text = letterText(context);
  if (from === '') return stay('Please say who you are.', VIEWS.from);
  if (text === '') return stay('Please write something first.', VIEWS.firstLine);
  const sent = await services.feedback.send({ from, subject, text }, originOf(caller));
  caller.log.info('feedback.sent', { outcome: sent, view: submission.submitId });
  if (sent === 'no-address') return stay('The sysop of this board takes no mail, alas.', undefined);
  if (sent === 'too-many') {
    return stay('There were many letters lately. Please try again tomorrow.', undefined);
  }
  const how = services.mailer.sendsMail ? 'gets your letter by mail' : 'finds your letter here';
  await context.showPages({ data: [{ color: '|07', text: `  Thank you. The sysop ${how}.` }] });
  return { kind: 'next' };
}

function letterText({ screen }: MenuContext): string {
  const lines: string[] = [];
  for (let view: number = VIEWS.firstLine; view <= VIEWS.lastLine; view++) {
    if (screen.has(view)) lines.push(screen.text(view).trimEnd());
  }
  return lines.join('\n').trim();
}

function stay(message: string, focus: number | undefined): Transition {
  return { kind: 'stay', message, ...(focus === undefined ? {} : { focus }) };
}
