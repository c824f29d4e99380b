/** The four option verbs of RFC 854. */
export type Verb = 'will' | 'wont' | 'do' | 'dont';

/** The side of an option: ours (WILL/WONT sent, DO/DONT received) or the peer's. */
export type Side = 'us' | 'peer';

type State =
  | 'no'
  | 'yes'
  /** A request to disable or to enable was sent; `opposite`: and the opposite is wanted since. */
  | 'want-no'
  | 'want-no-opposite'
  | 'want-yes'
  | 'want-yes-opposite';

interface QMethodOptions {
  /** Options that each side may enable; all others are refused. */
  readonly agreed: Readonly<Record<Side, ReadonlySet<number>>>;
  readonly send: (verb: Verb, option: number) => void;
  /** Called when an option is enabled or disabled. */
  readonly changed: (side: Side, option: number, on: boolean) => void;
  /** Called when the peer refuses a requested option. */
  readonly refused: (side: Side, option: number) => void;
}

/**
 * Option negotiation after RFC 1143 section 7: one state per option and side, so that no exchange
 * of requests can loop for ever.
 */
export class QMethod {
  private readonly states = new Map<number, State>();
  private readonly refusedOnce = new Set<number>();

  constructor(private readonly options: QMethodOptions) {}

  isOn(side: Side, option: number): boolean {
    return this.state(side, option) === 'yes';
  }

  /** Requests an option. */
  enable(side: Side, option: number): void {
    const state = this.state(side, option);
    if (state === 'no') {
      this.set(side, option, 'want-yes');
      this.send(side, option, true);
    } else if (state === 'want-no') this.set(side, option, 'want-no-opposite');
    else if (state === 'want-yes-opposite') this.set(side, option, 'want-yes');
  }

  /** Requests the end of an option. */
  disable(side: Side, option: number): void {
    const state = this.state(side, option);
    if (state === 'yes') {
      this.set(side, option, 'want-no');
      this.send(side, option, false);
    } else if (state === 'want-yes') this.set(side, option, 'want-yes-opposite');
    else if (state === 'want-no-opposite') this.set(side, option, 'want-no');
  }

  receive(verb: Verb, option: number): void {
    const side: Side = verb === 'will' || verb === 'wont' ? 'peer' : 'us';
    if (verb === 'will' || verb === 'do') this.receiveYes(side, option);
    else this.receiveNo(side, option);
  }

  private receiveYes(side: Side, option: number): void {
    const state = this.state(side, option);
    switch (state) {
      case 'no':
        if (this.options.agreed[side].has(option)) {
          this.send(side, option, true);
          this.set(side, option, 'yes');
        } else this.refuse(side, option);
        return;
      case 'yes':
        return;
      case 'want-no':
        // The peer answers a disable with an enable, which RFC 1143 calls an error: the option
        // stays off.
        this.set(side, option, 'no');
        return;
      case 'want-no-opposite':
      case 'want-yes':
        this.set(side, option, 'yes');
        return;
      case 'want-yes-opposite':
        this.set(side, option, 'want-no');
        this.send(side, option, false);
        return;
    }
  }

  private receiveNo(side: Side, option: number): void {
    const state = this.state(side, option);
    switch (state) {
      case 'no':
        return;
      case 'yes':
        this.set(side, option, 'no');
        this.send(side, option, false);
        return;
      case 'want-no':
        this.set(side, option, 'no');
        return;
      case 'want-no-opposite':
        this.set(side, option, 'want-yes');
        this.send(side, option, true);
        return;
      case 'want-yes':
      case 'want-yes-opposite':
        this.set(side, option, 'no');
        this.options.refused(side, option);
        return;
    }
  }

  /** Refuses once; repeated requests of the peer are not answered. */
  private refuse(side: Side, option: number): void {
    const key = keyOf(side, option);
    if (this.refusedOnce.has(key)) return;
    this.refusedOnce.add(key);
    this.send(side, option, false);
  }

  private send(side: Side, option: number, yes: boolean): void {
    if (side === 'us') this.options.send(yes ? 'will' : 'wont', option);
    else this.options.send(yes ? 'do' : 'dont', option);
  }

  private state(side: Side, option: number): State {
    return this.states.get(keyOf(side, option)) ?? 'no';
  }

  private set(side: Side, option: number, state: State): void {
    const wasOn = this.isOn(side, option);
    if (state === 'no') this.states.delete(keyOf(side, option));
    else this.states.set(keyOf(side, option), state);
    const on = state === 'yes';
    if (on !== wasOn) this.options.changed(side, option, on);
  }
}

/** Options are bytes. */
function keyOf(side: Side, option: number): number {
  return side === 'us' ? option : option + 256;
}
