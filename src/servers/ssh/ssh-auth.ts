import type {
  AuthContext,
  AuthenticationType,
  KeyboardAuthContext,
  Prompt,
  PublicKeyAuthContext,
} from 'ssh2';
import { questionFor } from '../../auth/factor-kinds';
import type { Login, LoginResult } from '../../auth/login';
import { verifySshSignature } from '../../auth/ssh-key';
import { withoutLinesPrefix } from '../../store/user-name';
import { toError } from '../../base/errors';
import type { Log } from '../../base/log';
import { rejectionSentence, typingProblem } from '../../menu/run/login-answer';
import type { Say } from '../../texts/texts';
import { SIGNATURE_ALGORITHMS } from './signature-algorithms';

interface SshAuthOptions {
  readonly say: Say;
  readonly log: Log;
  /** The state machine that checks all credentials (invariant 1); created at the first of them. */
  readonly login: () => Login;
  /** True for a name that opens the new-user application now (rule E7). */
  readonly isNewUserName: (name: string) => boolean;
  /** Whether the account has this key; counts and changes nothing. */
  readonly hasKey: (userName: string, algorithm: string, blob: Buffer) => Promise<boolean>;
  /** What is left to owners without app and backup codes; said behind a right password alone. */
  readonly waysWithoutApp: () => string;
  /** True for what is no code and is answered by the code screen of the session. */
  readonly isForScreen: (typed: string) => boolean;
  /** True once the connection is closed: ssh2 throws when a request is still answered. */
  readonly isGone: () => boolean;
  /** Ends the connection, with this sentence where there is one. */
  readonly hangUp: (reason: HangUpReason, sentence?: string) => void;
}

/** Reason for ending a connection where there is no session to notify the caller. */
export type HangUpReason =
  'too-many' | 'failure' | 'account-changed' | 'account-not-active' | 'turned-away';

const METHODS: AuthenticationType[] = ['publickey', 'keyboard-interactive', 'password'];
const MAX_ATTEMPTS = 6;
// A query for a key costs little and proves nothing; agents have a handful of keys.
const MAX_KEY_QUERIES = 20;
// An answer that is empty or cannot be a code is no attempt; so many of them are asked again for.
const MAX_EMPTY_ANSWERS = 20;
const MAX_NAME_CHARACTERS = 255;

/**
 * Signature algorithms whose keys may be queried. RSA comes as `ssh-rsa` with its hash beside it.
 */
const KEY_ALGORITHMS: ReadonlySet<string> = new Set(SIGNATURE_ALGORITHMS);

/** User authentication of one SSH connection (RFC 4252), one request at a time. */
export class SshAuth {
  private userName: string | undefined;
  /** The name without what is said before it of the caller's terminal. */
  private accountName = '';
  private attempts = 0;
  private keyQueries = 0;
  private emptyAnswers = 0;
  private noneAsked = false;
  private hungUp = false;
  private busy: Promise<void> = Promise.resolve();
  /** What was typed in place of a code, and is answered by the code screen of the session. */
  forScreen: string | undefined;
  /** The way in which the caller was accepted, once that is decided. */
  private letIn: 'member' | 'new-user' | undefined;

  constructor(private readonly options: SshAuthOptions) {}

  get outcome(): 'member' | 'new-user' | undefined {
    return this.letIn;
  }

  /** True where the name asks for text line by line. */
  get asksForLines(): boolean {
    return this.userName !== undefined && this.accountName !== this.userName;
  }

  /** Handles one request; never throws. */
  handle(context: AuthContext): void {
    this.busy = this.busy
      .then(() => this.answer(context))
      .catch((error: unknown) => {
        this.options.log.error('ssh.auth-failed', { error: toError(error) });
        this.hangUp('failure');
      });
  }

  private async answer(context: AuthContext): Promise<void> {
    if (this.letIn !== undefined || this.isOver()) return;
    this.userName ??= context.username;
    this.accountName = withoutLinesPrefix(this.userName);
    // ssh2 also ends connections that change the name; this check does not depend on it (rule E7).
    if (context.username !== this.userName || this.userName.length > MAX_NAME_CHARACTERS) {
      this.reject(context);
      this.hangUp('too-many');
      return;
    }
    if (this.isFree(context)) {
      await this.answerFree(context);
      return;
    }
    this.attempts += 1;
    if (this.attempts > MAX_ATTEMPTS) {
      this.hangUp('too-many');
      return;
    }
    await this.answerAttempt(context);
  }

  /**
   * Requests for information only: the first `none`, and queries for a key (rule E1); and a password
   * of no characters, which is none.
   */
  private isFree(context: AuthContext): boolean {
    if (context.method === 'none') return !this.noneAsked;
    if (context.method === 'password') {
      const isEmpty = context.password === '' && !this.isNewUser();
      return isEmpty && this.emptyAnswers < MAX_EMPTY_ANSWERS;
    }
    return (
      context.method === 'publickey' &&
      context.signature === undefined &&
      this.keyQueries < MAX_KEY_QUERIES
    );
  }

  private async answerFree(context: AuthContext): Promise<void> {
    if (context.method === 'password') {
      this.emptyAnswers += 1;
      this.reject(context);
      return;
    }
    if (context.method !== 'publickey') {
      this.noneAsked = true;
      if (this.isNewUser()) this.accept(context, 'new-user');
      else this.reject(context);
      return;
    }
    this.keyQueries += 1;
    const { algo, data } = context.key;
    const usable =
      KEY_ALGORITHMS.has(algo) || (algo === 'ssh-rsa' && context.hashAlgo !== undefined);
    // accept() without a signature only states that a signature would be checked.
    const known = usable && (await this.options.hasKey(this.accountName, algo, data));
    if (known && !this.isOver()) context.accept();
    else this.reject(context);
  }

  private async answerAttempt(context: AuthContext): Promise<void> {
    switch (context.method) {
      case 'password':
        // A request to change the password comes as an object, although the types exclude that.
        if (typeof context.password !== 'string') this.reject(context);
        else if (this.isNewUser()) this.accept(context, 'new-user');
        else
          this.conclude(
            context,
            await this.options.login().submit({
              kind: 'password',
              userName: this.accountName,
              password: context.password,
            }),
          );
        return;
      case 'publickey':
        await this.answerSigned(context);
        return;
      case 'keyboard-interactive':
        if (this.isNewUser()) this.accept(context, 'new-user');
        else await this.converse(context);
        return;
      case 'none':
      case 'hostbased':
        this.reject(context);
        return;
    }
  }

  /** ssh2 does not verify signatures, and accept() on a signed request is a sign-in (rule E1). */
  private async answerSigned(context: PublicKeyAuthContext): Promise<void> {
    const { key, blob, signature, hashAlgo } = context;
    if (blob === undefined || signature === undefined) {
      this.reject(context);
      return;
    }
    let proven = false;
    const result = await this.options.login().submit({
      kind: 'public-key',
      userName: this.accountName,
      algorithm: key.algo,
      blob: key.data,
      verify: () => {
        const proof = { algorithm: key.algo, blob: key.data, signed: blob, signature };
        const verdict = verifySshSignature({ ...proof, hashAlgorithm: hashAlgo });
        proven = verdict.valid === true;
        return verdict;
      },
    });
    // Checked again here, so that a wrong key neither signs in nor learns of the account, whatever the login returns.
    if (!proven && (result.kind !== 'rejected' || isOfNoUse(result))) this.reject(context);
    else this.conclude(context, result);
  }

  /**
   * Password, and in the same dialogue the one-time code where the account requires one (rule E4).
   */
  private async converse(context: KeyboardAuthContext): Promise<void> {
    const dialogue = new KeyboardDialogue(context, () => this.isOver());
    const login = this.options.login();
    const password = await this.askTyped(dialogue, 'Password: ', {
      problemOf: (typed) => typingProblem(this.options.say, { password: typed }),
    });
    if (password === undefined) return;
    let result = await login.submit({ kind: 'password', userName: this.accountName, password });
    let sentence = this.options.say('sign-in.code-from', { ways: this.options.waysWithoutApp() });
    while (result.kind === 'need') {
      const code = await this.askTyped(dialogue, `${questionFor(result.factors)}: `, {
        problemOf: (typed) =>
          this.options.isForScreen(typed)
            ? undefined
            : typingProblem(this.options.say, { code: typed }),
        sentence,
      });
      if (code === undefined) return;
      if (this.options.isForScreen(code)) {
        this.forScreen = code;
        break;
      }
      this.attempts += 1;
      if (this.attempts > MAX_ATTEMPTS) {
        this.hangUp('too-many');
        return;
      }
      const answer = await login.submit({ kind: 'second-factor', code });
      if (answer.kind !== 'rejected') result = answer;
      else if (mayRetry(answer.reason)) sentence = this.sentenceOf(answer, 2);
      else result = answer;
    }
    if (result.kind === 'rejected' && !isOfNoUse(result))
      await dialogue.tell(this.sentenceOf(result, 1));
    if (!dialogue.aborted) this.conclude(context, result);
  }

  private sentenceOf(result: LoginResult & { kind: 'rejected' }, factor: 1 | 2): string {
    return rejectionSentence(this.options.say, result, factor);
  }

  /** Asks until something is typed that may be submitted; undefined where the request is over. */
  private async askTyped(
    dialogue: KeyboardDialogue,
    prompt: string,
    asked: {
      readonly problemOf: (typed: string) => string | undefined;
      readonly sentence?: string;
    },
  ): Promise<string | undefined> {
    let { sentence = '' } = asked;
    for (;;) {
      const typed = await dialogue.ask(prompt, sentence);
      const problem = typed === undefined ? undefined : asked.problemOf(typed);
      if (problem === undefined) return typed;
      this.emptyAnswers += 1;
      if (this.emptyAnswers > MAX_EMPTY_ANSWERS) {
        this.hangUp('too-many');
        return undefined;
      }
      sentence = problem;
    }
  }

  /**
   * `need` accepts the connection as well: old clients support no second round, and the one-time
   * code is then a screen of the session, which leads nowhere else (invariant 2).
   */
  private conclude(context: AuthContext, result: LoginResult): void {
    if (result.kind !== 'rejected') {
      this.accept(context, 'member');
      return;
    }
    if (isOfNoUse(result)) {
      this.hangUp('account-not-active', this.sentenceOf(result, 1));
      return;
    }
    this.reject(context);
    if (result.reason === 'too-many') this.hangUp('too-many');
    // Its first factor is void, and SSH cannot start again on this connection.
    if (result.reason === 'changed') this.hangUp('account-changed');
  }

  private accept(context: AuthContext, outcome: 'member' | 'new-user'): void {
    if (this.isOver()) return;
    this.letIn = outcome;
    context.accept();
  }

  private reject(context: AuthContext): void {
    if (!this.isOver()) context.reject(METHODS);
  }

  /** What the client has already sent still arrives; it is no longer processed. */
  private hangUp(reason: HangUpReason, sentence?: string): void {
    if (this.isOver()) return;
    this.hungUp = true;
    this.options.hangUp(reason, sentence);
  }

  private isOver(): boolean {
    return this.hungUp || this.options.isGone();
  }

  private isNewUser(): boolean {
    return this.userName !== undefined && this.options.isNewUserName(this.accountName);
  }
}

/**
 * True where the credential was right and the account may not be used: its owner is told so, as by telnet, and no
 * other credential would help. The login never says so of a wrong credential (rule C4).
 */
function isOfNoUse({ reason }: LoginResult & { kind: 'rejected' }): boolean {
  return reason === 'disabled' || reason === 'inactive' || reason === 'locked';
}

function mayRetry(reason: (LoginResult & { kind: 'rejected' })['reason']): boolean {
  return reason === 'bad-credential' || reason === 'busy' || reason === 'wait';
}

/** The questions of one keyboard-interactive request (RFC 4256). */
class KeyboardDialogue {
  /** The client went on to another request (RFC 4252 5.1): results of this one do not count. */
  aborted = false;

  constructor(
    private readonly context: KeyboardAuthContext,
    private readonly isGone: () => boolean,
  ) {
    context.once('abort', () => {
      this.aborted = true;
    });
  }

  /** Asks one question without echo; undefined when the client went on to another request. */
  ask(prompt: string, instructions = ''): Promise<string | undefined> {
    return this.request([{ prompt, echo: false }], instructions);
  }

  /** Shows a sentence: a request without prompts, which clients answer automatically. */
  async tell(sentence: string): Promise<void> {
    await this.request([], sentence);
  }

  private request(prompts: Prompt[], instructions: string): Promise<string | undefined> {
    if (this.aborted || this.isGone()) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.context.prompt(prompts, '', instructions, (answers: unknown) => {
        const [answer] = Array.isArray(answers) ? (answers as unknown[]) : [];
        resolve(typeof answer === 'string' && !this.aborted ? answer : undefined);
      });
    });
  }
}
