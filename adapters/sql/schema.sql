-- The tables as they are after the last migration; a test compares.
-- Instants are whole microseconds since 1970 in UTC: exact, sortable, and the same everywhere.

CREATE TABLE users (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL,
    username_key TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    signup_time INTEGER NOT NULL,
    auth_version INTEGER NOT NULL,
    disabled_at INTEGER,
    is_operator INTEGER DEFAULT '0' NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT uq_users_username_key UNIQUE (username_key)
) STRICT;
CREATE INDEX ix_users_is_operator ON users (is_operator) WHERE is_operator = 1;

CREATE TABLE sessions (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    token_digest BLOB NOT NULL,
    user_id INTEGER NOT NULL,
    auth_version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    device TEXT,
    CONSTRAINT uq_sessions_token_digest UNIQUE (token_digest),
    CONSTRAINT fk_sessions_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX ix_sessions_expires_at ON sessions (expires_at);
CREATE INDEX ix_sessions_user_id ON sessions (user_id);
CREATE INDEX ix_sessions_device_unread ON sessions (id) WHERE device IS NULL;

CREATE TABLE events (
    position INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    user_id INTEGER,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    details TEXT NOT NULL,
    actor_id INTEGER,
    device TEXT
) STRICT;
CREATE INDEX ix_events_at ON events (at);
CREATE INDEX ix_events_user_id_position ON events (user_id, position);
CREATE INDEX ix_events_device_unread ON events (position) WHERE device IS NULL;

CREATE TABLE access_tokens (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    digest BLOB NOT NULL,
    user_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    last_used_at INTEGER,
    CONSTRAINT uq_access_tokens_digest UNIQUE (digest),
    CONSTRAINT fk_access_tokens_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX ix_access_tokens_user_id ON access_tokens (user_id);

CREATE TABLE one_time_codes (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    digest BLOB NOT NULL,
    purpose TEXT NOT NULL,
    user_id INTEGER,
    expires_at INTEGER NOT NULL,
    issuer_id INTEGER,
    issuer_auth_version INTEGER,
    issuer_key_id INTEGER,
    CONSTRAINT fk_one_time_codes_issuer_id_users FOREIGN KEY(issuer_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT fk_one_time_codes_issuer_key_id_access_tokens FOREIGN KEY(issuer_key_id) REFERENCES access_tokens (id) ON DELETE CASCADE,
    CONSTRAINT uq_one_time_codes_digest UNIQUE (digest),
    CONSTRAINT fk_one_time_codes_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX ix_one_time_codes_user_id ON one_time_codes (user_id);
CREATE INDEX ix_one_time_codes_issuer_id ON one_time_codes (issuer_id);
CREATE INDEX ix_one_time_codes_issuer_key_id ON one_time_codes (issuer_key_id);

CREATE TABLE throttle_buckets (
    "key" TEXT NOT NULL,
    began INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    waits INTEGER NOT NULL,
    waits_until INTEGER,
    forget_at INTEGER NOT NULL,
    CONSTRAINT pk_throttle_buckets PRIMARY KEY ("key")
) STRICT;
CREATE INDEX ix_throttle_buckets_forget_at ON throttle_buckets (forget_at);

CREATE TABLE readiness (
    id INTEGER NOT NULL,
    checked_at INTEGER NOT NULL,
    CONSTRAINT pk_readiness PRIMARY KEY (id)
) STRICT;
