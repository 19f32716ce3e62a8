// Package dingtalk is a pretend DingTalk: the part of the vendor's server that a bot with
// interactive cards meets, kept in memory, strict, on loopback only. It is written from the vendor's
// documents and shares nothing with the adapter that is tried against it.
//
// It has three sides.
//
//   - The vendor side answers the open-platform calls a bot makes (token, Stream connection, cards,
//     robot messages, files, contacts). A call the real server would refuse is refused here with the
//     documented code, and a path it does not know is a 404 that the journal marks as an error.
//   - The people side is what would happen on phones: persons and groups, what each of them sees, and
//     the acts they do (press a button, say something, send a file). Acts travel to the bot through the
//     Stream, never by a side door.
//   - The operator side breaks things on purpose (faults, switches, Stream trouble) and keeps a journal
//     of every call with both monthly meters.
//
// Facts that the vendor's documents leave open are switches, so that a bot can be tried with each
// unfavourable answer.
//
// # Two clocks
//
// [Options].Now is the business clock: it stamps messages, the journal, session webhooks (90 minutes),
// the month of the meters and the age of cards. Tickets, tokens, rate limits, the two seconds of a card
// callback and redelivery run on machine time.
//
// # Control API
//
// Everything under /sandbox/ is JSON for the sandbox's own page and for scenario tests. A request is
// served only if it comes from loopback, names a loopback Host and carries no Origin or an Origin equal
// to that Host; otherwise 403. POST bodies want Content-Type application/json (or multipart/form-data
// for file). A failure is {"error":"…"} with 400 (bad request), 404 (nobody or nothing of that name) or
// 409 (the person cannot do that now). Each call below also exists as a method of [Server].
//
// Reading:
//
//	GET /sandbox/state?since=REV&user=ID&items=N
//	    → 204 when since equals the present revision, otherwise
//	    {"rev":17,"now":"2026-04-21T09:00:00+08:00",
//	     "people":[Person…],"groups":[Group…],
//	     "inboxes":{"<userId>":[Conversation…]},
//	     "switches":{"duplicateCreate":"refuse",…},
//	     "meters":Meters,"connections":[Connection…],"span":Span,"faults":[Fault…]}
//	    user keeps one inbox only; items is how many last items per conversation (default 50, 0 = all).
//	GET /sandbox/events?since=REV
//	    Server-Sent Events; one "event: change" with data {"rev":18} whenever something changed, the
//	    first at once if since is behind. Several changes may share one event.
//	GET /sandbox/card?user=ID&card=OUT_TRACK_ID   → CardView
//	GET /sandbox/journal?since=SEQ&kind=PATTERN   → {"entries":[Entry…],"counts":{"card.create":3,…},"meters":Meters}
//	GET /sandbox/file?code=CODE                   → the bytes of a file that a person or the bot sent
//	GET /sandbox/switches                         → {"switches":[{"name","value","values":[…],"about"}…]}
//
// Acting as people:
//
//	POST /sandbox/people   {"people":[Person…]}    adds or replaces by id    → {"rev":n}
//	POST /sandbox/groups   {"groups":[Group…]}     adds or replaces by id    → {"rev":n}
//	POST /sandbox/templates {"templates":[Template…]}                        → {"rev":n}
//	POST /sandbox/press    {"user","card","button","times":1,"duplicate":false,"stale":false,"forwarded":false}
//	                       or {"presses":[{…},{…}]} for several persons at the same moment
//	    card is the outTrackId; button is a button's id or its text as that user sees it. times sends
//	    that many separate presses at once; duplicate delivers the frame of each press twice with one
//	    messageId; stale also finds buttons that an earlier state of the card showed; forwarded presses a
//	    card in a chat it was forwarded to (only if it was created with supportForward).
//	    → {"results":[{"user","card","messageId","ok":true,"code":200,"took":0.012,"failure":"","view":CardView}…]}
//	    The answer comes when the bot has acknowledged, or after the two seconds: ok false and failure
//	    what the person is shown. A press that is impossible (no such button, not in that chat) is 409.
//	POST /sandbox/say      {"user","text","group":"","duplicate":false,"corp":""} → {"msgId":"…"}
//	    without group: one-to-one with the bot; with group: mentions the bot there (the text arrives with
//	    a leading space).
//	    duplicate delivers it twice: one msgId under two messageIds.
//	POST /sandbox/file     {"user","group":"","kind":"picture|file|richText|audio|video","name","data":"<base64>",
//	                        "text":"","files":[{"name","data"}…],"duplicate":false}   → {"msgId":"…","codes":["…"]}
//	    or multipart/form-data with the same fields and parts named "file". richText mixes text and
//	    pictures; kind may be left out (picture for images, otherwise file). In a group only picture and
//	    richText can be sent, as in the real client.
//	POST /sandbox/read     {"user","conversation":""}   marks that conversation, or all, as read → {"rev":n}
//
// Breaking things:
//
//	POST /sandbox/fault    {"route":"card.create","kind":"cut-after","count":1,"skip":0,"ms":0,"status":0,"code":"","message":""}
//	    route is a pattern over route kinds (see [Entry]) with * for any run: "card.*", "*", "push.card".
//	    kinds on calls: slow (applied at once, answered after ms) · refuse (status and code; on old-style
//	    paths code is the errcode) · html503 · punish200 · cut-before (connection dropped, nothing
//	    applied) · cut-after (applied, dropped before the answer) · deliver-false (per-space
//	    success:false; flow-controlled for one-to-one messages).
//	    kinds on pushes: duplicate (the same frame twice) · everywhere (the same frame on every connection, one
//	    that was told to go too) · late (the frame is held for ms, what comes after it overtakes it) ·
//	    cut-before · cut-after (the connection is dropped before or right after the frame). The route
//	    stream.connect with refuse refuses tickets, with cut-after drops each connection as soon as it stands.
//	    skip lets that many matching calls pass first; count 0 means until cleared.          → {"id":1}
//	DELETE /sandbox/fault[?id=1]                                                             → {"rev":n}
//	POST /sandbox/switch   {"name":"duplicateCreate","value":"ignore"}                       → {"rev":n}
//	POST /sandbox/stream   {"action":"drop|reset|half-open|zombie|heal|disconnect|span","reason":""}  → {"connections":n}
//	    drop closes every connection without a word; reset ends TCP with a reset; half-open keeps TCP but nothing passes either way;
//	    zombie answers pings but no push gets through; heal ends both; disconnect sends the SYSTEM frame,
//	    then no more pushes, and closes after the grace time. Each begins the span anew; span does only that.
//	POST /sandbox/token/expire {}    the token now in use is refused from now on            → {"rev":n}
//
// Shapes (all times RFC 3339, business time):
//
//	Person       {"id":"user-lin","name":"林某","unit":"市住建局","mobile":"","visible":true,"outsider":false}
//	Group        {"id":"cid…==","title":"市住建局协调群","members":["user-lin"],"robot":true}
//	Template     {"id":"…","variables":["title",…],"unpublished":false}
//	Conversation {"id":"…","kind":"single|group","title":"…","unread":2,"items":[Item…]}
//	Item         {"seq":9,"id":"…","at":"…","from":"bot|user","author":"user-lin","authorName":"林某",
//	              "kind":"text|markdown|actionCard|link|image|card|picture|file|richText|audio|video",
//	              "title":"","text":"","links":[{"text","url"}…],"files":[{"code","name","type","size"}…],"card":CardView,"unread":true}
//	CardView     {"outTrackId","template","user","title","markdown","tips","logo","buttons":[{"text","color","id","params","url"}…],
//	              "variables":{…},"carrier":"<conversation id>","createdAt","updatedAt","forwardable":false,"updates":0}
//	Meters       {"month":"2026-04","api":{"used":12,"limit":5000},"events":{"used":16,"limit":3000},"enforced":false}
//	Connection   {"id":"…","state":"open|half-open|zombie|leaving","topics":["…"],"pushes":4,"missedPings":0,"badFrames":0}
//	Span         {"fewest":1,"most":2}   how many connections stood at the same moment since the last Stream action
//	Entry        {"seq","at","kind","method","path","status","class":"none|api|event","counted":true,"error":"","fault":"","warnings":[…],"request":…,"response":…}
//	              status is the HTTP status, for a push (method STREAM) the acknowledgement's code; 0 = no answer.
//	              error is the vendor's code of a refusal; for a push noConnection or badAck.
//	              kinds: token stream.open stream.connect card.create card.deliver card.update robot.oto robot.group
//	              robot.reply file.url file.download media.upload contact.mobile push.message push.card unknown
package dingtalk
