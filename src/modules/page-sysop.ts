import type { MessageFrame } from '../menu/run/inbox';
import type { MenuContext, MenuModule, Submission, Transition } from '../menu/run/module';
import { messageText } from '../menu/run/node-talk';
import { originOf, userOf } from '../menu/run/caller';
import { LETTER_ANSWERS } from './letter-to-sysop';
import { namedArt } from './show-art';
import { FIELDS } from './row-fields';

/** Forms as ENiGMA½'s module has them, and their art in `config.art`. */
const FORMS = [
  { id: 0, art: 'main' },
  { id: 1, art: 'mailConfirm' },
] as const;
const OFFER_FORM = 1;

/** Keys that name art, and what is shown where they say nothing. */
const ART_KEYS = { pageSentArt: 'PAGESYSPOK', rateLimitArt: 'PAGESYPLM' } as const;

const YES = 0;

/** What this menu remembers: what the caller wrote before no sysop was there. */
const WRITTEN = 'written';

/** Calls the sysops who are online to the caller; where none is, offers a mail (ENiGMA½'s module of this name). */
export const pageSysopModule: MenuModule = {
  name: 'page_sysop',
  fields: FIELDS.page_sysop,
  doc: 'Calls the sysops who are online, by a message to their nodes: form 0 with %ET1 on `config.art.main`, whoever is there. Where none takes messages, form 1 with %TM1 (yes, no) on `config.art.mailConfirm` then offers a mail. Once in five minutes for each account, answered or not.',
  needs: 'complete',
  configKeys: {
    pageSentArt: `Art that says that a sysop was called; ${ART_KEYS.pageSentArt} where nothing is said.`,
    rateLimitArt: `Art for who calls again too soon; ${ART_KEYS.rateLimitArt} where nothing is said.`,
    rateLimitText: 'Text in its place where there is no such art.',
    mailSubject: 'Subject of the mail, from {userName}.',
    notifyFormat:
      'What the sysop reads, from {userName} {nodeId} {message}; the last is shown as it was typed.',
  },
  artKeys: ART_KEYS,
  views: [],
  methods: { sendPage, confirmSendMail },
  art: (context) => {
    const form = FORMS.find(({ id }) => id === context.formId);
    return Promise.resolve(form && namedArt(context, form.art));
  },
};

async function sendPage(context: MenuContext, { value }: Submission): Promise<Transition> {
  const { services, caller, config } = context;
  const message = messageText(value['message']);
  const user = userOf(caller);
  const to = await services.talk.sysops(caller.node);
  const from = context.say('talk.from', { name: user.name, node: caller.node });
  const reason = message === '' ? context.say('talk.no-reason') : message;
  const text = context.say('talk.wanted', { reason });
  const sent = await services.talk.send(
    { caller, user },
    { expense: 'page', to, message: { text, from, bell: true, ...framed(context, reason) } },
  );
  if (sent.kind === 'nobody') return offerMail(context, message);
  if (sent.kind === 'too-many') {
    const { rateLimitText: own } = config;
    const otherwise = typeof own === 'string' ? own : context.say('talk.sysop-called-already');
    await showNamed(context, 'rateLimitArt', otherwise);
    return { kind: 'previous' };
  }
  const called = context.say('talk.sysop-called');
  await showNamed(context, 'pageSentArt', called);
  return { kind: 'previous' };
}

/** In the words of the menu, where it has some. */
function framed({ config, caller }: MenuContext, message: string): { frame?: MessageFrame } {
  const { notifyFormat: format } = config;
  if (typeof format !== 'string' || format === '') return {};
  const values = { userName: userOf(caller).name, nodeId: caller.node, message };
  return { frame: { header: undefined, format, values, footer: undefined } };
}

function offerMail({ memory }: MenuContext, message: string): Transition {
  memory.set(WRITTEN, message);
  return { kind: 'form', form: OFFER_FORM };
}

async function confirmSendMail(context: MenuContext, { value }: Submission): Promise<Transition> {
  if (Number(value['confirm'] ?? 1) !== YES) return { kind: 'previous' };
  const { services, caller, config, memory } = context;
  const text = String(memory.get(WRITTEN) ?? '') || (await askForText(context));
  if (text === '') return { kind: 'previous' };
  const { name, id } = userOf(caller);
  const own = config['mailSubject'];
  const subject = (typeof own === 'string' ? own : 'Page from {userName}').replaceAll(
    '{userName}',
    () => name,
  );
  const sent = await services.feedback.send(
    { from: name, subject, text, accountId: id },
    originOf(caller),
  );
  await context.showPages({ lines: [context.say(LETTER_ANSWERS[sent])] });
  return { kind: 'previous' };
}

async function askForText(context: MenuContext): Promise<string> {
  const answer = await context.ask({
    title: context.say('letter.title'),
    fields: [{ name: 'text', label: context.say('letter.your-message'), maxLength: 500 }],
  });
  return messageText(answer?.['text']);
}

async function showNamed(
  context: MenuContext,
  key: keyof typeof ART_KEYS,
  otherwise: string,
): Promise<void> {
  const spec = context.config[key] ?? ART_KEYS[key];
  const isShown = typeof spec === 'string' && (await context.showArt(spec));
  if (!isShown) await context.showPages({ lines: [otherwise] });
}
