"""Every error code with its English, for logs, commands and tests. A table, and nothing that could go wrong.

The tree that raises them is errors.py; what people read is protocol/console/translations/errors.py.
"""

from __future__ import annotations

# code -> (what happened, what to do next). Chinese and English for people: console/translations.
TEXTS: dict[str, tuple[str, str]] = {
    # the rules
    "refused.not-open": ("{act} is not open for a case that is {status}", "reload the case and see what is open now"),
    "refused.not-owner": ("the {owner} side moves this case now", "ask for it as a request"),
    "refused.not-holder": (
        "the case lies at another station now",
        "send the applicant there, or ask the district to move it back",
    ),
    "refused.same-station": ("the case lies at this station already", "choose another station"),
    "refused.role": ("{act} needs the role {needed}", "ask somebody with that role"),
    "refused.same-person": (
        "whoever did {done} may not {act} the same case",
        "leave it to a colleague; nothing relaxes when people are few",
    ),
    "refused.reason-missing": ("{act} needs a reason", "write the reason and send again"),
    "refused.remedies-missing": ("{act} needs the remedies", "say where and until when it can be contested"),
    "refused.already-corrected": (
        "a correction has been asked for once already",
        "accept, or refuse with reason; the law allows one notice (行政许可法 §32)",
    ),
    "refused.already-extended": (
        "the limit of this case has been extended once already",
        "decide within it; the law extends once (行政许可法 §42)",
    ),
    "refused.not-complete": (
        "the case file is not complete: {count} things lack",
        "open the case's archive page: it says what lacks and who can bring it",
    ),
    "refused.archived-already": (
        "everything that happened is in the package already",
        "export the package, or come back when something has happened",
    ),
    "refused.no-package": (
        "the package is not on this machine",
        "archive the case again: the new package names the one that is gone",
    ),
    "refused.licence-number": (
        "another case has issued a licence {number}",
        "give this one another number",
    ),
    "refused.licence-over": (
        "the licence {number} was cancelled or revoked",
        "look it up among the licences; nothing can follow it",
    ),
    "refused.licence-of-another": (
        "the licence {number} is of another kind, or somebody else's",
        "compare the number with the paper that the applicant brought",
    ),
    "refused.paused": (
        "a special procedure is going on",
        "end it first, with what came out of it",
    ),
    "refused.survey-pending": (
        "a survey has been ordered and is not finished",
        "wait for both surveyors' signatures",
    ),
    "refused.recused": (
        "this person is recused from the case",
        "leave it to a colleague",
    ),
    "refused.reviewer-approves": (
        "whoever reviewed a case may not decide it, nor the other way round",
        "leave it to a colleague of the other section; nothing relaxes when people are few",
    ),
    "refused.acceptor-approves": (
        "whoever accepted a case may not decide it, nor the other way round",
        "leave it to a colleague of the other section; what is decided at once needs two people too",
    ),
    "refused.surveyor-approves": (
        "whoever surveyed a case may not decide it, nor the other way round",
        "leave it to a colleague of the other section",
    ),
    "refused.chair-reviews": (
        "whoever chairs the hearing may not be the reviewer of the case",
        "name another chair, or leave the review to a colleague (行政许可法 §48)",
    ),
    "refused.approver-issues": (
        "whoever decided a case may not issue its result, nor the other way round",
        "leave it to a colleague of the other section",
    ),
    "refused.two-persons": (
        "a survey needs two people: whoever recorded it may not countersign it",
        "ask the second surveyor (行政许可法 §34)",
    ),
    "refused.incomplete": (
        "{act} lacks something that it must carry",
        "fill in what is marked and send again",
    ),
    "refused.lacking": (
        "papers that were to follow have not come: {missing}",
        "wait for them, or decide without granting",
    ),
    "refused.not-surveyed": (
        "the law orders a survey before this can be granted",
        "order a survey first",
    ),
    "refused.waiting-period": (
        "the law lets nothing be decided before a waiting period has ended: {until}",
        "decide after that day",
    ),
    "refused.not-simple": (
        "this item cannot be decided at once",
        "accept it in the ordinary way",
    ),
    "refused.not-secondary": (
        "{material} is not a secondary material, or the item allows none to follow",
        "ask for a correction instead",
    ),
    "refused.stop-not-law": (
        "the law of this item does not stop the clock for {stop}",
        "go on without stopping the clock",
    ),
    "refused.not-extendable": (
        "the law of this item does not extend its limit",
        "decide within the limit",
    ),
    "refused.extended-late": (
        "the limit is over; an extension written now changes no day",
        "decide now, and write the reason of the delay (行政许可法 §42)",
    ),
    "refused.deemed-accepted": (
        "nobody told the applicant in time: the law has accepted this case as of {day}",
        "accept it and examine it; what lacks can still be brought (行政许可法 §32)",
    ),
    "refused.was-supplied": (
        "what the notice asked for has been brought, and no time for it was over",
        "accept the case, or refuse acceptance with the reasons",
    ),
    "refused.nothing-granted": (
        "nothing was granted on this case that could be revoked or cancelled",
        "look the licence up among the licences",
    ),
    "refused.case-moved": (
        "somebody else moved this case in the meantime",
        "look at what is there now and decide again",
    ),
    "refused.no-case": ("there is no case {case}", "check the number"),
    "refused.no-draft": ("there is no draft {draft}; it may have been submitted", "look in the list of cases"),
    "refused.no-paper": ("there is no paper {paper}", "reload the page"),
    "refused.form": ("{count} field(s) need attention", "correct the marked fields; what was typed is kept"),
    "refused.papers-missing": ("required materials are missing: {missing}", "attach them or leave the draft for later"),
    "refused.situations": ("{count} question(s) about the situation are not answered", "answer them first"),
    "refused.not-committed": (
        "the way by informed commitment was chosen, and the commitment is not signed",
        "have it signed, or choose the ordinary procedure",
    ),
    "refused.first-stage": (
        "the number of the case that comes first is missing, or names a case that was not granted or is of another item",
        "enter it as it stands on that case's receipt",
    ),
    "refused.no-licence": ("the number of the licence is missing", "enter it as it stands on the licence"),
    "refused.no-licence-end": ("the last day of the licence is missing", "enter it as it stands on the licence"),
    "refused.window-closed": (
        "this item is taken in at certain times of the year only",
        "keep the draft and submit it when the window opens",
    ),
    "refused.time-left": ("the time for the correction runs until {until}", "wait for the last day to pass"),
    "refused.result-not-here": (
        "{count} document(s) of the result have not reached this station",
        "wait until they are here, then hand over",
    ),
    "refused.papers-many": ("a draft holds at most {limit} papers", "put several pages into one PDF"),
    "refused.nothing-supplied": ("nothing was changed or added", "correct what the notice names, then send"),
    "refused.recipient-missing": ("who took the result is not filled in", "write the name of the person who took it"),
    "refused.paper-empty": ("the file is empty", "take the picture again"),
    "refused.paper-large": ("the file is {size} bytes; at most {limit} are taken", "scan at a lower resolution"),
    "refused.paper-type": ("the file is not a JPEG, PNG or PDF", "save it in one of these formats"),
    "refused.paper-damaged": ("the file ends too early or cannot be read", "take the picture again"),
    "refused.glyphs": (
        "no font here has {characters}",
        "print with blanks and fill them in by hand, or install the Debian package fonts-hanazono",
    ),
    "refused.seal-expired": (
        "the certificate of the seal was good until {until}",
        "renew it at the office: microcenter-provision seal",
    ),
    "refused.entry-large": ("the form is {size} bytes; at most {limit} can be sent", "shorten the long answers"),
    "refused.sign-in": ("name or password is wrong", "try again; after {limit} attempts the account waits"),
    "refused.locked-out": ("too many attempts; the account waits {minutes} minutes", "wait, or ask the station head"),
    "refused.sign-in-busy": ("too many people are signing in at this moment", "wait a few seconds and try again"),
    "refused.password-short": (
        "a password has {least} to {most} characters",
        "choose a longer one; a sentence is fine",
    ),
    "refused.account-name": (
        "an account's name is 2 to 32 of a-z, 0-9, dot and dash",
        "choose another name; the displayed name may be Chinese",
    ),
    "refused.account-taken": ("there is an account of that name", "choose another name"),
    "refused.account-unconfirmed": (
        "the district has not been heard for too long: this account waits for the station head",
        "ask the station head to confirm it on the page of accounts, with the paper list",
    ),
    "refused.password-first": (
        "a one-time code opens nothing but the page where a password is chosen",
        "choose a password of your own",
    ),
    "refused.own-roles": ("nobody changes his own roles", "ask another administrator of accounts"),
    "refused.last-admin": (
        "this is the last administrator of accounts",
        "name another one first",
    ),
    "refused.filter-name": ("a filter needs a name", "give it one"),
    "refused.filters-many": ("there are {most} filters already", "remove one that you no longer use"),
    "refused.held": ("a colleague has claimed this case", "ask the colleague, or take it over after some hours"),
    "refused.not-at-your-link": ("this case is not at a link at which you work", "reload the worklist"),
    "refused.card-answered": ("this card has been answered", "open the case and read the answer"),
    "refused.not-your-card": ("somebody else answers this card", "whoever claimed the case answers, or its section"),
    "refused.not-held": (
        "the lender does not hold this role in this section himself",
        "a role is lent by whoever holds it, and not lent on",
    ),
    "refused.days": ("the term ends before it begins, or is missing", "give the first and the last day"),
    "refused.no-section": ("there is no section of that code in use", "look in the list of sections"),
    "refused.no-account": ("there is no account of that name", "look in the list of accounts"),
    "refused.other-site": (
        "the form came from another address than this console's",
        "open the console anew and try again",
    ),
    "refused.too-large": ("more was sent than the {limit} bytes that are taken at once", "send fewer or smaller files"),
    "refused.files-many": ("more than {limit} files were sent at once", "send them in several turns"),
    "refused.form-unreadable": ("the form could not be read", "go back, reload, send again"),
    "refused.signed-out": ("you are signed out", "sign in again; what was saved is kept"),
    "refused.forbidden": ("this is not open to your role", "sign in with another account"),
    "refused.form-expired": ("this page was opened too long ago or in another session", "go back, reload, send again"),
    "refused.no-page": ("there is no such page", "go back to the start page"),
    "refused.disk-full": (
        "the disk is full: no new work is taken",
        "free space or call the district; what is there is safe",
    ),
    # devices
    "refused.no-card": (
        "no card was put on the reader in time",
        "put it flat on the reader and read again, or type it",
    ),
    "refused.card-left": ("the card was read already and still lies there", "lift it and put it on again"),
    "refused.card-unreadable": (
        "what the reader said is no card: {why}",
        "put the card on once more, or type it by hand",
    ),
    "refused.card-locked": ("{field} comes from the card", "unlock the field with a reason first"),
    "refused.card-reason": ("no reason was given for changing what the card says", "write the reason and unlock again"),
    "refused.card-elsewhere": ("the reader hangs on the counter's PC, and its page did not ask it", "type it by hand"),
    "refused.reader-busy": ("somebody else is reading a card at this moment", "try again in a few seconds"),
    "refused.no-device": ("there is no device {device}", "see the devices page"),
    "refused.tray": ("the tray has no room for that move", "lift the card that lies there, or put one on"),
    "refused.scan": ("what was scanned is no code of ours", "look at the paper; type its number instead"),
    "refused.no-item": ("there is no item {item}", "search again; the catalogue may have changed"),
    "refused.not-here": ("this station has no authority for {item}", "see which station has"),
    "refused.no-station": ("there is no station {station}", "check its name on the stations page"),
    "refused.stick": ("the folder {folder} cannot be used: {why}", "try another stick or folder"),
    "refused.catalogue": ("{file}: {field}: {problem}", "correct the file and check again"),
    "refused.no-rule": ("there is no rule {rule}", "look in the rule library"),
    "refused.rule-state": ("{rule} is {state}: this step is not open", "reload the rule and see what is open now"),
    "refused.own-draft": (
        "who drafted a rule may neither examine nor approve it",
        "leave it to a colleague; nothing relaxes when people are few",
    ),
    "refused.token": ("the token was refused: {why}", "ask the district for a new one"),
    "refused.enrolled": ("{station} has a box in use", "use `revive` to replace it"),
    "refused.running": ("the party in {folder} is at work", "stop it first; its service is microcenter-node or -hub"),
    "refused.lived-before": (
        "{station} had a box before this one, and nothing of it was brought back",
        "use `revive`, which restores the replica before the box gets its identity",
    ),
    "refused.name": ("{name!r} is not a party name: 3 to 32 of a-z, 0-9 and -", "choose another name"),
    "refused.reserved-name": ("{name!r} is a name that the system keeps for itself", "choose another name"),
    "refused.box-out": (
        "this box was revoked or replaced",
        "switch it off and send it back; another box comes in with `revive` and a new token",
    ),
    "refused.wrong-user": (
        "{folder} belongs to {user}: what root writes there its services cannot read",
        "runuser -u {user} -- the same command",
    ),
    "refused.not-answerable": ("there is no open request on this case", "reload the case"),
    "refused.request-open": ("the applicant's request to withdraw has not been answered", "answer it first"),
    "refused.attention-gone": ("this entry has been settled already", "reload the list"),
    "refused.no-replica": ("there is no replica of {name} to restore from", "look at the target; never start empty"),
    # the hall
    "refused.hall-rules": ("{name} must be from {least} to {most}", "the district sets these bounds"),
    "refused.demand-closed": ("this demand is handed in and is not changed any more", "open it to see where it stands"),
    "refused.demand-incomplete": ("the demand is not complete", "fill in what is marked"),
    "refused.rating-over": ("the time for adding to this rating is over", "tell a person at the counter"),
    "refused.rating-staff": ("a rating is given by citizens, at the counter's own pad", "sign out on this machine"),
    "refused.rating-page": ("page and day of the book are needed, and not a day to come", "read them again"),
    "refused.rating-twice": ("page {page} of that day is copied already", "look at the list of copies"),
    "refused.rating-own-copy": ("whoever copied a line does not confirm it", "ask a colleague"),
    "refused.rating-step": ("this step is not open for the rating now", "look at where it stands"),
    "refused.rating-own": ("nobody handles a rating of his own service, or judges his own doubt", "ask a colleague"),
    "refused.machine-unknown": ("this machine is not known here", "ask the head of the station to introduce it"),
    "refused.hall-full": ("the {limit} numbers of today are used up", "serve without a number, or tomorrow"),
    "refused.ticket-unknown": ("there is no ticket {ticket} today", "read the number on the slip again"),
    "refused.ticket-state": ("ticket {ticket} is {state} now", "look at the queue again"),
    "refused.reason-needed": ("a reason is needed", "write why in a few words"),
    "refused.counter-unknown": ("there is no counter {counter}", "choose another one"),
    "refused.counter-taken": ("{name} sits at counter {counter}", "choose another one, or ask for it to be closed"),
    "refused.counter-closed": ("counter {counter} is not open", "open it first"),
    "refused.counter-empty": ("nobody is at counter {counter}", "call the next one"),
    "refused.ticket-called": ("{ticket} was called and has not come", "take it in, or mark it as missed"),
    "refused.miss-early": ("{ticket} has {seconds} s left to come", "call again"),
    "refused.drill": ("the restore drill failed: {why}", "look at the replica before it is needed"),
    # from outside
    "distrusted.shape": ("not a message of this system: {why}", ""),
    "distrusted.version": ("envelope version {version} is not spoken here", "upgrade this side first"),
    "distrusted.district": ("the message belongs to another district", ""),
    "distrusted.recipient": ("the message is addressed to somebody else", ""),
    "distrusted.unknown-sender": ("the sender {sender} is not in the keyring", "is the keyring up to date?"),
    "distrusted.revoked-sender": ("the sender {sender} has been revoked or replaced", "`doctor` on that box"),
    "distrusted.bad-signature": ("the signature does not fit", ""),
    "distrusted.bad-seal": ("the body cannot be opened with our key", ""),
    "distrusted.oversized": ("{size} bytes; at most {limit} are read", ""),
    "distrusted.bad-chain": ("the entries do not lead to the chain that was signed", ""),
    "distrusted.fork": ("entry {seq} of this epoch is already here with another chain", "see the attention list"),
    "distrusted.stale-session": ("the message belongs to an earlier session", ""),
    "distrusted.lying-hello": ("the peer claims to hold what we never signed", "see the attention list"),
    "distrusted.wrong-digest": ("the pieces do not make the paper that was promised", "it is asked for again"),
    "distrusted.keyring": ("the keyring is not signed by the district's authority", "fetch it again from the district"),
    "distrusted.archive": (
        "this is no archive package, or not a whole one: {why}",
        "ask for another copy; nothing of it was taken",
    ),
    "distrusted.bundle": ("the bundle is not signed by the district's authority", "do not use it; call the district"),
    "refused.own-publication": (
        "{done} by the same person: whoever drafted or signed a publication may not approve it (rule {rule})",
        "leave it to a colleague whom the district named as a publisher; nothing relaxes when people are few",
    ),
    "refused.publication-open": ("a publication is under way already (no. {number})", "finish or drop that one first"),
    "refused.publication-moved": ("the publication is not as you saw it", "reload the page and look again"),
    "refused.publication-stale": (
        "another catalogue was published since this was drafted",
        "drop it and draft anew from what is in force",
    ),
    "refused.publication-empty": ("nothing is different from what is in force", "load what is to be changed first"),
    "refused.no-publication": ("there is no such publication", "look in the list of publications"),
    "refused.no-canary": ("no station was chosen to try it first", "choose at least one station that is at work"),
    "refused.canary-waits": (
        "{count} of the stations that try it first do not go by it yet",
        "wait for them, or write down why it goes to all without them",
    ),
    "refused.remits": (
        "{count} row(s) of the table of authority are in doubt",
        "correct the rows that the page marks: unknown station or item, no basis, two rows for one day",
    ),
    "refused.publisher": ("the publisher was not entered: {why}", "check account, key and last day"),
    "refused.pass-phrase": ("the pass phrase does not open this key", "type it again; it is kept nowhere"),
    "refused.pass-phrase-short": ("a pass phrase has at least {least} characters", "a sentence is fine"),
    "refused.no-publisher-key": (
        "no key of yours counts for this ({act})",
        "make a key on this page and have the district's office enter it: `microcenter-provision publisher`",
    ),
    "refused.clock-behind": ("the clock stands before the issue in force", "set the clock right and sign again"),
    "distrusted.publishers": (
        "the bundle is not signed by two different publishers whom the authority named ({why})",
        "do not use it; the district's office can show who may sign: `microcenter-provision publisher`",
    ),
    "distrusted.delta": ("the change does not lead from what is here to what was signed", "the whole is asked for"),
    "distrusted.seal-not-whole": ("the seal does not cover the whole file", "something was added after the sealing"),
    "distrusted.seal-broken": ("the seal does not fit the file", "it was altered; do not accept it"),
    "distrusted.seal-unknown": ("the seal is not one of this district", "ask the authority that it names"),
    "distrusted.topic": ("the topic {topic} is not one of ours", ""),
    "distrusted.author": ("the act claims an author that the letter is not from", ""),
    # wires
    "unreachable.device": (
        "the device does not answer: {why}",
        "check its cable and its service; work by hand meanwhile",
    ),
    "unreachable.no-link": ("there is no link to the broker", ""),
    "unreachable.full": ("the link takes no more for now", ""),
    "unreachable.broker": (
        "the broker at {address} cannot be used: {why}",
        "the journal keeps everything; see the log",
    ),
    "unreachable.hub": ("the district cannot be reached: {why}", "check the cable, then run `doctor`"),
    "unreachable.litestream": ("litestream does not answer: {why}", "see `doctor`; work goes on without a replica"),
    # our own records
    "damaged.store-missing": ("the store is gone but this party has lived before", "restore it with `revive {party}`"),
    "damaged.store": ("the store cannot be used: {why}", "restore it with `revive {party}`"),
    "damaged.chain": ("our own journal does not lead to its chain at {epoch}/{seq}", "restore from the replica"),
    "damaged.writing": ("{what} while a unit of work is open", "a programming error: report it"),
    "damaged.broker-open": ("the broker did not refuse a canary: {why}", "the listener was stopped; see `doctor`"),
    "damaged.broker-deaf": (
        "a broker answers at {address} and cannot be told of the new rules: its process is not found",
        "stop that broker at once; start it with broker/mosquitto.conf of the hub's folder: it then reads the new rules",
    ),
    "damaged.config": ("{file}: {why}", "correct the file"),
    "damaged.replica": (
        "the replica of {name} cannot be restored: {why}",
        "do not delete it; try an older or another copy",
    ),
    "refused.code-wait": (
        "too many wrong codes at this machine",
        "wait {minutes} minutes, or ask at the counter",
    ),
    "refused.needs-card": (
        "this takes the card itself",
        "put the card on the reader, or ask at the counter",
    ),
    "refused.not-offered": (
        "{item} is not done at a machine here today",
        "take a number: the counter does it",
    ),
    "damaged.press": ("the document could not be typeset: {why}", "print again; if it goes on, run `doctor`"),
    "damaged.fonts": ("there is no font for Chinese in {folders}", "install the Debian package fonts-noto-cjk"),
    "damaged.keys": (
        "the keys of {party} cannot be read: {why}",
        "enrol this box again or restore the district's keys",
    ),
}
