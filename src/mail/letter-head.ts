import type { Config } from '../config/schema';
import { labelOfWay } from '../protocols/ways-in';
import type { Say, TextId } from '../texts/texts';
import type { TemplateValues } from './template';

/** What a letter is made from, beside its notice. */
export interface LetterFacts {
  readonly config: Config;
  /** The beginning of links. */
  readonly prefix: string;
  readonly userName: string;
  /** The sentences of mails, in the words of this board. */
  readonly say: Say;
}

/** What a letter says, before it is filled into a template. */
export interface LetterContent {
  readonly subject: string;
  readonly title: string;
  readonly paragraphs: readonly string[];
  readonly link?: string;
  /** What the link's button says. */
  readonly button?: string;
  readonly values?: TemplateValues;
  readonly templates?: { readonly text: string; readonly html: string };
}

/** A heading without values. */
type TitleId = Exclude<Extract<TextId, `mail-title.${string}`>, 'mail-title.feedback-about'>;

/** Writes a mail to an account's owner: its heading, and paragraphs below the greeting. */
export type WriteNotification = (title: TitleId, ...paragraphs: readonly string[]) => LetterContent;

/** Subject and heading of a mail; nothing of what a stranger typed may be in them. */
export function headed(
  { config, say }: LetterFacts,
  id: TitleId,
): Pick<LetterContent, 'subject' | 'title'> {
  const title = say(id);
  return { subject: say('mail-part.subject', { board: config.general.boardName, title }), title };
}

/** By which way and from where a call came, for the sentences that name both. */
export function placeOf(call: { readonly server: string; readonly remoteIp: string }): {
  readonly way: string;
  readonly address: string;
} {
  return { way: labelOfWay(call.server), address: call.remoteIp };
}
