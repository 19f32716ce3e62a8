-- The first schema. Instants are milliseconds since 1970-01-01 UTC with 0 for none, civil dates are 2006-01-02 with ''
-- for none, lists and facts of others are JSON.

-- +goose Up
CREATE TABLE projects (
	id       TEXT    NOT NULL PRIMARY KEY,
	code     TEXT    NOT NULL,
	name     TEXT    NOT NULL,
	revision INTEGER NOT NULL,
	next_due TEXT    NOT NULL,
	body     TEXT    NOT NULL,
	site     INTEGER NOT NULL DEFAULT 0, -- where it stands; 0 = it is not in hand
	hinted   INTEGER NOT NULL DEFAULT 0  -- 1 = it has hints
) STRICT;
CREATE INDEX projects_due ON projects (next_due) WHERE next_due <> '';
CREATE INDEX projects_code ON projects (code) WHERE code <> '';
CREATE INDEX projects_name ON projects (name, id, site);
CREATE INDEX projects_hinted ON projects (id) WHERE hinted = 1;

-- Where a warning or a coming light stands: the stage, and who has which duty on it. There are about as many as a city has
-- stages, sectors and towns, however many projects it has; so a question restricted to units is restricted here.
CREATE TABLE places (
	id          INTEGER NOT NULL PRIMARY KEY,
	stage       TEXT    NOT NULL,
	sector      TEXT    NOT NULL,
	town        TEXT    NOT NULL,
	responsible TEXT    NOT NULL,
	department  TEXT    NOT NULL,
	lead        TEXT    NOT NULL,
	phase       TEXT    NOT NULL,
	UNIQUE (stage, sector, town, responsible, department, lead, phase)
) STRICT;

-- A site is the places of all running stages of a project. Projects stand at few different ones, and each keeps how many
-- stand there, so that projects are counted without looking at them.
CREATE TABLE sites (
	id       INTEGER NOT NULL PRIMARY KEY,
	places   TEXT    NOT NULL UNIQUE,
	projects INTEGER NOT NULL
) STRICT;
CREATE TABLE site_places (
	place INTEGER NOT NULL REFERENCES places (id),
	site  INTEGER NOT NULL REFERENCES sites (id),
	PRIMARY KEY (place, site)
) STRICT, WITHOUT ROWID;

-- +goose StatementBegin
CREATE TRIGGER projects_move AFTER UPDATE OF site ON projects
BEGIN
	UPDATE sites SET projects = projects - 1 WHERE id = OLD.site;
	UPDATE sites SET projects = projects + 1 WHERE id = NEW.site;
END;
-- +goose StatementEnd

-- The read model of the warnings: a projection of projects.body, written in the same transaction.
CREATE TABLE cases (
	project      TEXT    NOT NULL REFERENCES projects (id),
	seq          INTEGER NOT NULL,
	project_name TEXT    NOT NULL,
	place        INTEGER NOT NULL REFERENCES places (id),
	level        TEXT    NOT NULL,
	state        TEXT    NOT NULL,
	is_open      INTEGER NOT NULL,
	waiting      TEXT    NOT NULL,
	closure      TEXT    NOT NULL,
	fired_on     TEXT    NOT NULL,
	last_day     TEXT    NOT NULL,
	red_day      TEXT    NOT NULL,
	push         INTEGER NOT NULL,
	pushed_on    TEXT    NOT NULL,
	red_no       INTEGER NOT NULL,
	tier         INTEGER NOT NULL,
	backlog      INTEGER NOT NULL,
	fired_at     INTEGER NOT NULL,
	ended_on     TEXT    NOT NULL,
	first_push   TEXT    NOT NULL,
	reported_on  TEXT    NOT NULL,
	disposed_on  TEXT    NOT NULL,
	asked        TEXT    NOT NULL, -- the unit whose turn it is, '' while it is nobody's
	answer_by    TEXT    NOT NULL, -- the day by which it must answer
	decide_until INTEGER NOT NULL, -- until when something waits for the decision of 专班
	PRIMARY KEY (project, seq)
) STRICT;
-- Lists: each index has the order of its list first, and then all that a question can restrict it by.
CREATE INDEX cases_open ON cases (fired_on, project, seq) WHERE is_open = 1;
CREATE INDEX cases_lit ON cases (level DESC, fired_on, project, seq, place, state, red_no, tier, push)
	WHERE is_open = 1 AND backlog = 0;
CREATE INDEX cases_fired ON cases (fired_on, project, seq, backlog, place, level, state, red_no, tier, push);
CREATE INDEX cases_ended ON cases (ended_on, project, seq, place, state, level, red_no, tier, push)
	WHERE ended_on <> '' AND backlog = 0;
CREATE INDEX cases_disposed ON cases (disposed_on, project, seq, place, state, level, red_no, tier, push)
	WHERE disposed_on <> '' AND backlog = 0;
CREATE INDEX cases_asked ON cases (asked, answer_by, project, seq) WHERE asked <> '';
CREATE INDEX cases_decide ON cases (decide_until) WHERE decide_until > 0;
-- Figures: a place after the other, each counted without looking at a row.
CREATE INDEX cases_lit_at ON cases (place, level, state, red_no, tier, push) WHERE is_open = 1 AND backlog = 0;
CREATE INDEX cases_lights ON cases (level, state, asked, place, red_no, tier, push) WHERE is_open = 1 AND backlog = 0;
CREATE INDEX cases_fired_at ON cases (place, fired_on, backlog, level, state, red_no, tier, push);
CREATE INDEX cases_ended_at ON cases (place, ended_on, state, level, red_no, tier, push) WHERE ended_on <> '' AND backlog = 0;
CREATE INDEX cases_disposed_at ON cases (place, disposed_on, level, state, red_no, tier, push)
	WHERE disposed_on <> '' AND backlog = 0;
CREATE INDEX cases_pushed ON cases (first_push, place, disposed_on, reported_on, ended_on) WHERE first_push <> '';

-- The next light of each running stage: what 未来亮灯清单 is made of. Written with the project.
CREATE TABLE outlooks (
	day          TEXT    NOT NULL,
	project      TEXT    NOT NULL,
	place        INTEGER NOT NULL REFERENCES places (id),
	level        TEXT    NOT NULL,
	project_name TEXT    NOT NULL,
	PRIMARY KEY (day, project, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX outlooks_project ON outlooks (project);

-- What a project's name is found by.
CREATE TABLE name_keys (
	key     TEXT    NOT NULL,
	project TEXT    NOT NULL,
	PRIMARY KEY (key, project)
) STRICT, WITHOUT ROWID;
CREATE INDEX name_keys_project ON name_keys (project);

-- What happened, in order, for good. Every line's hash covers the line before it.
CREATE TABLE journal (
	seq      INTEGER NOT NULL PRIMARY KEY,
	at       INTEGER NOT NULL,
	project  TEXT    NOT NULL,
	case_seq INTEGER NOT NULL,
	actor    TEXT    NOT NULL,
	channel  TEXT    NOT NULL,
	kind     TEXT    NOT NULL,
	data     TEXT    NOT NULL,
	from_was TEXT    NOT NULL,
	to_is    TEXT    NOT NULL,
	book     TEXT    NOT NULL,
	key      TEXT    NOT NULL,
	refused  TEXT    NOT NULL,
	hash     TEXT    NOT NULL
) STRICT;
CREATE INDEX journal_project ON journal (project, seq);

-- +goose StatementBegin
CREATE TRIGGER journal_keeps_lines BEFORE UPDATE ON journal
BEGIN
	SELECT RAISE(ABORT, 'the journal is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER journal_keeps_all BEFORE DELETE ON journal
BEGIN
	SELECT RAISE(ABORT, 'the journal is append-only');
END;
-- +goose StatementEnd

CREATE TABLE books (
	hash TEXT NOT NULL PRIMARY KEY,
	spec TEXT NOT NULL
) STRICT;

CREATE TABLE inbound (
	source TEXT    NOT NULL,
	key    TEXT    NOT NULL,
	answer BLOB,
	at     INTEGER NOT NULL,
	PRIMARY KEY (source, key)
) STRICT;
CREATE INDEX inbound_at ON inbound (at);

CREATE TABLE deliveries (
	seq        INTEGER NOT NULL PRIMARY KEY,
	id         TEXT    NOT NULL UNIQUE,
	key        TEXT    NOT NULL UNIQUE,
	lane       TEXT    NOT NULL,
	talk       INTEGER NOT NULL,
	effect     TEXT    NOT NULL,
	platform   TEXT    NOT NULL,
	address    TEXT    NOT NULL,
	person     TEXT    NOT NULL,
	kind       TEXT    NOT NULL,
	project    TEXT    NOT NULL,
	case_seq   INTEGER NOT NULL,
	push       INTEGER NOT NULL,
	duties     TEXT    NOT NULL,
	params     TEXT    NOT NULL,
	urgency    INTEGER NOT NULL,
	not_before INTEGER NOT NULL,
	deadline   INTEGER NOT NULL,
	retry_at   INTEGER NOT NULL,
	state      TEXT    NOT NULL,
	reason     TEXT    NOT NULL,
	attempts   INTEGER NOT NULL,
	epoch      INTEGER NOT NULL,
	lease      INTEGER NOT NULL,
	payload    BLOB,
	receipt    BLOB,
	card       TEXT    NOT NULL,
	digest     TEXT    NOT NULL,
	created_at INTEGER NOT NULL,
	sent_at    INTEGER NOT NULL,
	head       INTEGER NOT NULL DEFAULT 0 -- 1 = the first open one of its queue; the triggers keep it
) STRICT;
-- A query uses a partial index only if it repeats the index's condition word for word.
CREATE INDEX deliveries_queue ON deliveries (lane, talk, not_before, seq, state) WHERE state IN ('waiting', 'sending', 'unknown');
CREATE INDEX deliveries_sending ON deliveries (lease, lane) WHERE state = 'sending';
CREATE INDEX deliveries_retry ON deliveries (retry_at) WHERE retry_at > 0;
CREATE INDEX deliveries_dead ON deliveries (state) WHERE state = 'dead';
CREATE INDEX deliveries_case ON deliveries (project, case_seq);
CREATE INDEX deliveries_redraws ON deliveries (card) WHERE effect = 'redraw';
CREATE INDEX deliveries_calm ON deliveries (lane, urgency, not_before, seq) WHERE state = 'waiting' AND effect = 'card';
CREATE INDEX deliveries_reminders ON deliveries (lane, not_before, seq) WHERE state = 'waiting' AND kind = 'reminder';
CREATE INDEX deliveries_told ON deliveries (lane, sent_at, urgency, talk) WHERE state = 'sent' AND effect = 'card';
CREATE INDEX deliveries_digest ON deliveries (digest) WHERE digest <> '';
-- A lane has two queues, its conversation (talk = 1) and the rest. Only the first of a queue can be claimed, so claiming
-- looks at the heads alone, in the order in which they are taken.
CREATE INDEX deliveries_heads ON deliveries (urgency DESC, talk DESC, not_before, seq) WHERE head = 1;

-- One delivery joins, moves or leaves at a time; so what was the head of its queue is now the first or the second.
-- +goose StatementBegin
CREATE TRIGGER deliveries_join AFTER INSERT ON deliveries
BEGIN
	UPDATE deliveries SET head = 0 WHERE head = 1 AND seq =
		(SELECT seq FROM deliveries WHERE lane = NEW.lane AND talk = NEW.talk AND state IN ('waiting', 'sending', 'unknown')
			ORDER BY not_before, seq LIMIT 1 OFFSET 1);
	UPDATE deliveries SET head = 1 WHERE head = 0 AND seq =
		(SELECT seq FROM deliveries WHERE lane = NEW.lane AND talk = NEW.talk AND state IN ('waiting', 'sending', 'unknown')
			ORDER BY not_before, seq LIMIT 1);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER deliveries_move AFTER UPDATE OF state, not_before, lane ON deliveries
	WHEN NEW.lane <> OLD.lane OR NEW.not_before <> OLD.not_before
		OR (NEW.state IN ('waiting', 'sending', 'unknown')) <> (OLD.state IN ('waiting', 'sending', 'unknown'))
BEGIN
	UPDATE deliveries SET head = 0 WHERE head = 1 AND seq IN (NEW.seq,
		(SELECT seq FROM deliveries WHERE lane = NEW.lane AND talk = NEW.talk AND state IN ('waiting', 'sending', 'unknown')
			ORDER BY not_before, seq LIMIT 1 OFFSET 1));
	UPDATE deliveries SET head = 1 WHERE head = 0 AND seq IN (
		(SELECT seq FROM deliveries WHERE lane = OLD.lane AND talk = NEW.talk AND state IN ('waiting', 'sending', 'unknown')
			ORDER BY not_before, seq LIMIT 1),
		(SELECT seq FROM deliveries WHERE lane = NEW.lane AND talk = NEW.talk AND state IN ('waiting', 'sending', 'unknown')
			ORDER BY not_before, seq LIMIT 1));
END;
-- +goose StatementEnd

-- What 专班 was told to look into, until somebody of 专班 says that it is dealt with.
CREATE TABLE alarms (
	key        TEXT    NOT NULL PRIMARY KEY,
	project    TEXT    NOT NULL,
	sentence   TEXT    NOT NULL,
	raised_at  INTEGER NOT NULL,
	settled_at INTEGER NOT NULL,
	settled_by TEXT    NOT NULL
) STRICT;
CREATE INDEX alarms_open ON alarms (raised_at, key) WHERE settled_at = 0;

CREATE TABLE buttons (
	ref      TEXT    NOT NULL PRIMARY KEY,
	card     TEXT    NOT NULL,
	act      TEXT    NOT NULL,
	project  TEXT    NOT NULL,
	case_seq INTEGER NOT NULL,
	push     INTEGER NOT NULL,
	version  INTEGER NOT NULL,
	arg      TEXT    NOT NULL,
	used_at  INTEGER NOT NULL,
	used_by  TEXT    NOT NULL
) STRICT;

CREATE TABLE dialogues (
	platform        TEXT    NOT NULL,
	person          TEXT    NOT NULL,
	kind            TEXT    NOT NULL,
	step            TEXT    NOT NULL,
	project         TEXT    NOT NULL,
	case_seq        INTEGER NOT NULL,
	push            INTEGER NOT NULL,
	data            TEXT    NOT NULL,
	session         TEXT    NOT NULL,
	session_expires INTEGER NOT NULL,
	expires_at      INTEGER NOT NULL,
	updated_at      INTEGER NOT NULL,
	PRIMARY KEY (platform, person)
) STRICT;

-- position keeps the order in which the roster named its rows.
CREATE TABLE units (
	name     TEXT    NOT NULL PRIMARY KEY,
	kind     TEXT    NOT NULL,
	position INTEGER NOT NULL UNIQUE
) STRICT;

CREATE TABLE people (
	id       TEXT    NOT NULL PRIMARY KEY,
	name     TEXT    NOT NULL,
	unit     TEXT    NOT NULL,
	role     TEXT    NOT NULL,
	accounts TEXT    NOT NULL,
	mobile   TEXT    NOT NULL,
	active   INTEGER NOT NULL,
	offices  TEXT    NOT NULL,
	sectors  TEXT    NOT NULL,
	position INTEGER NOT NULL UNIQUE
) STRICT;

CREATE TABLE chat_groups (
	key      TEXT    NOT NULL PRIMARY KEY,
	unit     TEXT    NOT NULL,
	tier     INTEGER NOT NULL,
	ids      TEXT    NOT NULL,
	active   INTEGER NOT NULL,
	position INTEGER NOT NULL UNIQUE
) STRICT;

-- Files that a platform holds for us, by what was handed over.
CREATE TABLE media (
	platform TEXT    NOT NULL,
	content  TEXT    NOT NULL,
	id       TEXT    NOT NULL,
	expires  INTEGER NOT NULL,
	saved_at INTEGER NOT NULL,
	PRIMARY KEY (platform, content)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
	key   TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
) STRICT;
