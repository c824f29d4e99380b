import { textArea } from './text-area';

export const MAIL_TEXT = textArea({
  where: 'A paragraph of a mail.',
  columns: 600,
  texts: {
    'mail-text.not-you':
      'If that was not you, sign in at once, change your password and tell the sysop of this board.',
    'mail-text.set-up-of-sysop':
      'The sysop sends you a link to switch on two-factor sign-in for your account.',
    'mail-text.set-up-of-caller':
      'A caller who signed in as you by {way} from {address} asked to switch on two-factor sign-in. The page asks for a word that the board shows there. Stay signed in there until the page says that it is on: the link ends with that call, and when you sign in anew.',
    'mail-text.set-up-link':
      '{asked} Open this link to finish. It works once, within {minutes} minutes.',
    'mail-text.set-up-of-sysop-unknown':
      'You know nothing of this? Then do not open the link, and ask the sysop.',
    'mail-text.set-up-of-caller-unknown':
      'You did not ask for this? Then somebody else knows your password. Choose "This was not me" on the page, sign in, change your password, and tell the sysop.',
    'mail-text.reset-link':
      'open this link to choose a new password. It works once, within {minutes} minutes.',
    'mail-text.first-password':
      'your account is on {board} now, without a password. Open this link to choose one. It works once, within {days} days of this mail.',
    'mail-text.first-password-unwanted':
      'You do not want it? Then do nothing: nobody can sign in without a password.',
    'mail-text.set-up-dropped':
      'somebody signed in as you by {way} from {address} while a set-up of two-factor sign-in waited for its first code. The set-up was dropped, and its link has ended. Signing in is as it was before.',
    'mail-text.set-up-dropped-then':
      'If that was you, begin again, and stay signed in until the page has confirmed it. If it was not, somebody else knows your password: sign in at once, change it and tell the sysop of this board.',
    'mail-text.set-up-disowned':
      'somebody who signed in as you by {way} from {address} had begun to set up two-factor sign-in. On the page of its link it was said that this was not you, so the set-up and every call of yours were ended. Signing in is as it was before.',
    'mail-text.set-up-disowned-then':
      'Whoever began it knows your password: sign in at once, change it and tell the sysop of this board.',
    'mail-text.factor-on':
      'from now on, signing in asks for a one-time code from your {app} as well. Keep your backup codes in a safe place: each lets you in once without the app.',
    'mail-text.factor-off':
      'from now on, your password or key alone lets you in. Your backup codes are void.',
    'mail-text.factor-locked':
      'too many one-time codes in a row were wrong, the last from {address}. No code and no backup code lets you in any more, until the sysop of this board sets up a new second factor for you: please ask for one.',
    'mail-text.factor-locked-then':
      'If you did not type these codes, somebody knows your password or has an SSH key of yours: change it, and remove the key, as soon as you are back.',
    'mail-text.app-added':
      'codes of one more authenticator app are accepted for you from now on. It is called "{label}". Your other apps and your backup codes go on working.',
    'mail-text.app-removed':
      'codes of your authenticator app "{label}" are no longer accepted. Your other apps and your backup codes go on working.',
    'mail-text.backup-code-used': 'somebody signed in with one of your backup codes. {left}',
    'mail-text.backup-code-heard':
      'one of your backup codes was typed over an open line, from {address}, where no password is asked for. It let nobody in, and is void now, because others may have read it. {left}',
    'mail-text.backup-code-heard-then':
      'If you did not type it, somebody has your backup codes: make new ones over a secure line, and tell the sysop of this board.',
    'mail-text.backup-codes-new':
      'new backup codes were made for your account. The old ones are void.',
    'mail-text.entry-code-made':
      'with your password and the entry code that the sysop tells you, you can sign in once within the next {minutes} minutes without your app, to set up a new second factor. Until that is done, everything stays as it was.',
    'mail-text.entry-code-made-then':
      'If you did not ask the sysop for it, somebody else did in your name: tell the sysop, and change your password.',
    'mail-text.entry-code-used':
      'somebody who knows your password used the entry code that the sysop had made, from {address}. It opens nothing but the set-up of a new second factor.',
    'mail-text.entry-code-heard':
      'the entry code that the sysop had made for you was typed over an open line, from {address}. It let nobody in, and is void now, because others may have read it. Ask the sysop for another one, and type that over a secure line.',
    'mail-text.entry-code-heard-then':
      'If you did not type it, somebody else had that code: tell the sysop, and change your password.',
    'mail-text.sheet-new':
      'a new sheet of numbered codes was made for your account. Over lines that others can read, where this board asks for no password, each of its codes lets you in once. A sheet from before is void.',
    'mail-text.sheet-gone':
      'the sheet of numbered codes of your account was thrown away: none of its codes lets anybody in.',
    'mail-text.line-codes-stopped':
      'too many codes in a row were wrong where no password is asked for, the last from {address}. Codes of your app let nobody in there any more, until you have signed in over a secure line. A code of your sheet still does.',
    'mail-text.line-codes-stopped-then':
      'There is nothing else to do: whoever tried knows your name, and has guessed nothing.',
    'mail-text.wrong-codes':
      'somebody who knows your password, or has an SSH key of yours, typed three wrong one-time codes in a row, last from {address}.',
    'mail-text.wrong-codes-then':
      'If that was not you, change your password now, and remove every SSH key that somebody else may have.',
    'mail-text.code-replayed':
      'a one-time code that had already let you in was tried again from {address}. It was refused.',
    'mail-text.code-replayed-then':
      'If that was not you, somebody may be reading along: change your password, and use SSH rather than telnet.',
  },
});

export const RECOVERY_TEXT = textArea({
  where: 'A paragraph of a mail about a lost second factor.',
  columns: 600,
  texts: {
    'recovery-text.link':
      'somebody who signed in with your password by {way} from {address} says that your app and your backup codes are lost. If that was you, open this link and press its button: a waiting time of {time} begins. After it the board leads you, with your password alone, to the set-up of a new second factor. Until then everything stays as it is. The link works once, within {minutes} minutes.',
    'recovery-text.link-then':
      'If that was not you, somebody else knows your password. Do not press the button; sign in, change your password and tell the sysop of this board.',
    'recovery-text.started':
      'a link that was mailed to you was used from {address} to say that your second factor is lost. In {time} your password alone will lead to the set-up of a new one, for {days} days. Until a new one is set up, your codes work as before.',
    'recovery-text.started-then':
      'If that was not you, or if you have found your phone, open this link to stop it, or choose "Your calls" in the main menu of any call and press C. If it was not you, change your password as well, and that of your mailbox.',
    'recovery-text.stopped':
      'the replacement of your second factor by a mailed link was stopped. Your codes work as before.',
    'recovery-text.stopped-then': 'If you did not stop it, ask the sysop of this board.',
    'recovery-text.used':
      'the waiting time is over, and somebody who knows your password signed in from {address}. Nothing but the set-up of a new second factor is open to that call.',
    'recovery-text.used-then':
      'If that was not you, sign in at once, stop it in "Your calls", change your password and tell the sysop of this board.',
  },
});

export const ACCOUNT_TEXT = textArea({
  where: 'A paragraph of a mail about an account, its keys, its password or its address.',
  columns: 600,
  texts: {
    'account-text.key-remembered':
      'until {date} the board asks for no code where this key signs you in: {key}. What is sensitive still asks for one. A change of your password, keys or second factor ends it; so does "Forget" on the page of your SSH keys.',
    'account-text.key-added': 'whoever holds this key can sign in as you from now on: {key}',
    'account-text.key-removed': 'this key no longer signs you in: {key}',
    'account-text.password-changed': 'your password was changed.',
    'account-text.calls-ended':
      'on your call from {address} you said that another call was not yours. Your other calls were ended. Your password is not kept by this board and still lets people in.',
    'account-text.calls-ended-then':
      'Change it now in the program that keeps it, where you chose it. Then look at your SSH keys and your second factor here, and remove what is not yours.',
    'account-text.password-shut':
      'on your call from {address} you said that another call was not yours. Your other calls were ended, and your password lets nobody in any more, you included.',
    'account-text.password-shut-then':
      'Choose a new one: "Forgot password" on the board mails you a link; where that is not to be had, ask the sysop. Then look at your SSH keys and your second factor, and remove what is not yours.',
    'account-text.new-network':
      'somebody signed in as you by {way} from {address}, a network from which you have not called before.',
    'account-text.new-network-then':
      'If that was you, there is nothing to do. If it was not, sign in at once, choose "Your calls" in the main menu and press N: that ends every other call of yours and shuts your password.',
    'account-text.confirm-address':
      '{board} will send your mail to this address once you have confirmed it. The link works once, within a day.',
    'account-text.confirm-address-unwanted': 'If you did not ask for this, do nothing.',
    'account-text.address-in-use':
      'somebody asked {board} to use this address for an account. The account {name} has this address already, so nothing was changed.',
    'account-text.address-in-use-by-more':
      'somebody asked {board} to use this address for an account. The accounts {names} have this address already, so nothing was changed.',
    'account-text.address-in-use-you':
      'If it was you, sign in with that account. If you forgot its password, choose "Forgot password" on the board.',
    'account-text.address-in-use-not-you': 'If it was not you, do nothing.',
    'account-text.address-changed': 'mail of this board no longer comes to this address.',
    'account-text.applied':
      'Somebody applied by {way} from {address} for an account, which waits for you.',
    'account-text.applied-then':
      "To let this caller in: oputil user activate 'USER NAME', with the name above in its place. To refuse: oputil user rm 'USER NAME'.",
    'account-text.open': 'the sysop has let you in: sign in with your user name and password.',
    'account-text.open-unwanted': 'If you did not apply for an account here, do nothing.',
  },
});
