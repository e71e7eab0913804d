-- The whole registry in one place. `data/migrations` adds up to exactly this.
-- Times are RFC 3339 UTC text; nested values are RFC 8785 text; the audit log is the authority.

-- Which migrations this file has seen.
CREATE TABLE schema_version (version INTEGER PRIMARY KEY, name VARCHAR NOT NULL);

-- The audit log: `body` is the authority, the rest are copies for queries.
CREATE TABLE audit_event (seq BIGINT PRIMARY KEY, body BLOB NOT NULL, leaf BLOB NOT NULL, id VARCHAR NOT NULL, type VARCHAR NOT NULL, subject VARCHAR NOT NULL, actor VARCHAR NOT NULL, recorded_at VARCHAR NOT NULL, effective_at VARCHAR NOT NULL);

-- Signed checkpoints, kept here for reading; their authority is the copy outside this file.
CREATE TABLE checkpoint (size BIGINT PRIMARY KEY, note VARCHAR NOT NULL);

-- The end of the log: its size, last leaf and the Merkle frontier, one row.
CREATE TABLE audit_head (id INTEGER PRIMARY KEY, size BIGINT NOT NULL, leaf VARCHAR NOT NULL, frontier VARCHAR NOT NULL);

-- Somebody on the roster.
CREATE TABLE person (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    person VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    email VARCHAR NOT NULL,
    os_user VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    added_at VARCHAR NOT NULL,
    added_by VARCHAR NOT NULL
);

-- A role held from a time to a time, for a team (`*` all), tiers (empty: all) and an environment (`*` all).
CREATE TABLE role_grant (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    person VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    team VARCHAR NOT NULL,
    tiers VARCHAR NOT NULL,
    environment VARCHAR NOT NULL,
    from_at VARCHAR NOT NULL,
    to_at VARCHAR,
    deputy_of VARCHAR,
    granted_by VARCHAR NOT NULL
);

-- A one-time-code enrolment: the seed lies sealed in the key directory, here only what guards against replay.
CREATE TABLE credential (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    person VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    public_key VARCHAR NOT NULL,
    last_step BIGINT NOT NULL,
    failed_at VARCHAR NOT NULL,
    locked_until VARCHAR,
    enrolled_at VARCHAR NOT NULL,
    enrolled_by VARCHAR NOT NULL
);

-- A standard as it was adopted: key `standards/<id>/<version>`, its exact text kept as evidence by digest.
CREATE TABLE standard (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    standard VARCHAR NOT NULL,
    version BIGINT NOT NULL,
    title VARCHAR NOT NULL,
    digest VARCHAR NOT NULL,
    controls BIGINT NOT NULL,
    adopted_at VARCHAR NOT NULL,
    adopted_by VARCHAR NOT NULL
);

-- A model on the inventory; its key is `models/<team>/<name>`.
CREATE TABLE model (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    team VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    owner VARCHAR NOT NULL,
    purpose VARCHAR NOT NULL,
    intended_uses VARCHAR NOT NULL,
    prohibited_uses VARCHAR NOT NULL,
    tier BIGINT NOT NULL,
    tier_factors VARCHAR NOT NULL,
    tier_rationale VARCHAR NOT NULL,
    standards VARCHAR NOT NULL,
    columns VARCHAR NOT NULL,
    alert_route VARCHAR NOT NULL,
    runbook VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    registered_at VARCHAR NOT NULL,
    registered_by VARCHAR NOT NULL
);

-- The tests planned for a model's versions; a changed plan is a new row, and old ones stay.
CREATE TABLE test_plan (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    model VARCHAR NOT NULL,
    number BIGINT NOT NULL,
    tests VARCHAR NOT NULL,
    recorded_at VARCHAR NOT NULL,
    recorded_by VARCHAR NOT NULL
);

-- What is watched in production, how, and from which value on; `rules` are watch rules as JSON.
CREATE TABLE monitoring_plan (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    model VARCHAR NOT NULL,
    number BIGINT NOT NULL,
    rules VARCHAR NOT NULL,
    window_days BIGINT NOT NULL,
    minimum_rows BIGINT NOT NULL,
    persistence VARCHAR NOT NULL,
    label_patience_days BIGINT NOT NULL,
    rationale VARCHAR NOT NULL,
    recorded_at VARCHAR NOT NULL,
    recorded_by VARCHAR NOT NULL
);

-- A system that uses a model's output: declared by its owner, or only seen in the logs.
CREATE TABLE consumer (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    model VARCHAR NOT NULL,
    system VARCHAR NOT NULL,
    owner VARCHAR NOT NULL,
    contact VARCHAR NOT NULL,
    purpose VARCHAR NOT NULL,
    cadence_days BIGINT NOT NULL,
    criticality VARCHAR NOT NULL,
    feeds_model VARCHAR,
    declared BOOLEAN NOT NULL,
    declared_at VARCHAR,
    first_seen_at VARCHAR,
    last_seen_at VARCHAR,
    rows_seen BIGINT NOT NULL
);

-- A version; its key is `models/<team>/<name>/versions/<n>`. Only `review_state` and what follows ever changes.
CREATE TABLE version (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    model VARCHAR NOT NULL,
    number BIGINT NOT NULL,
    parent VARCHAR,
    artifact VARCHAR NOT NULL,
    code VARCHAR NOT NULL,
    environment_digest VARCHAR,
    configuration VARCHAR NOT NULL,
    contributors VARCHAR NOT NULL,
    submitter VARCHAR NOT NULL,
    change VARCHAR NOT NULL,
    upstream VARCHAR NOT NULL,
    submission_digest VARCHAR NOT NULL,
    reference_digest VARCHAR,
    provenance VARCHAR NOT NULL,
    registered_at VARCHAR NOT NULL,
    review_state VARCHAR NOT NULL,
    state_reason VARCHAR NOT NULL,
    valid_until VARCHAR
);

-- A dataset a version was built or tested on, known by its identity; `quality` is the suite's outcome.
CREATE TABLE dataset (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    version VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    identity VARCHAR NOT NULL,
    rows BIGINT NOT NULL,
    columns VARCHAR NOT NULL,
    quality VARCHAR NOT NULL,
    quality_report VARCHAR,
    quality_rows_floor BIGINT NOT NULL,
    quality_expectations BIGINT NOT NULL,
    from_at VARCHAR,
    to_at VARCHAR,
    sources VARCHAR NOT NULL
);

-- A section of the documentation and the digest of what it describes, as that stood when it was written.
CREATE TABLE section (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    version VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    text_digest VARCHAR NOT NULL,
    words BIGINT NOT NULL,
    describes VARCHAR NOT NULL,
    described_digest VARCHAR,
    current_digest VARCHAR,
    carried_from VARCHAR,
    generated BOOLEAN NOT NULL
);

-- A metric recomputed from predictions: value, 95 % interval, rows, slice (empty: all), and who produced it.
CREATE TABLE metric (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    version VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    dataset VARCHAR NOT NULL,
    slice VARCHAR NOT NULL,
    value DOUBLE,
    low DOUBLE,
    high DOUBLE,
    rows BIGINT NOT NULL,
    days BIGINT NOT NULL,
    cannot_say VARCHAR,
    produced_by VARCHAR NOT NULL,
    evidence_digest VARCHAR NOT NULL,
    measured_at VARCHAR NOT NULL
);

-- A planned test as it was run, with the threshold that stood at the time.
CREATE TABLE test_result (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    version VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    value DOUBLE,
    low DOUBLE,
    high DOUBLE,
    threshold DOUBLE NOT NULL,
    at_least BOOLEAN NOT NULL,
    threshold_set_at VARCHAR NOT NULL,
    run_at VARCHAR NOT NULL,
    produced_by VARCHAR NOT NULL,
    evidence_digest VARCHAR NOT NULL
);

-- The challenger against the champion on the same predictions; positive means the challenger is better.
CREATE TABLE comparison (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    version VARCHAR NOT NULL,
    champion VARCHAR NOT NULL,
    metric VARCHAR NOT NULL,
    difference DOUBLE,
    low DOUBLE,
    high DOUBLE,
    rows BIGINT NOT NULL,
    days BIGINT NOT NULL,
    cannot_say VARCHAR,
    evidence_digest VARCHAR NOT NULL,
    measured_at VARCHAR NOT NULL
);

-- Every gate's judgement of one version at one moment, under one standard, on one body of evidence.
CREATE TABLE verdict_set (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    version VARCHAR NOT NULL,
    number BIGINT NOT NULL,
    stage VARCHAR NOT NULL,
    environment VARCHAR NOT NULL,
    standards VARCHAR NOT NULL,
    standards_digest VARCHAR NOT NULL,
    evidence_digest VARCHAR NOT NULL,
    champion VARCHAR,
    cleared BOOLEAN NOT NULL,
    judgements VARCHAR NOT NULL,
    judged_at VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL
);

-- An independent validator's conclusion.
CREATE TABLE validation (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    version VARCHAR NOT NULL,
    number BIGINT NOT NULL,
    validator VARCHAR NOT NULL,
    scope VARCHAR NOT NULL,
    limitations VARCHAR NOT NULL,
    competence VARCHAR NOT NULL,
    changes_caused VARCHAR NOT NULL,
    conclusion VARCHAR NOT NULL,
    evidence_digest VARCHAR NOT NULL,
    concluded_at VARCHAR NOT NULL
);

-- A defect somebody raised: open, answered by its owner, disputed, or closed by somebody else.
CREATE TABLE finding (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    version VARCHAR NOT NULL,
    number BIGINT NOT NULL,
    severity VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    owner VARCHAR NOT NULL,
    raised_by VARCHAR NOT NULL,
    raised_at VARCHAR NOT NULL,
    due_at VARCHAR NOT NULL,
    origin VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    answer VARCHAR NOT NULL,
    answered_by VARCHAR,
    answered_at VARCHAR,
    dispute VARCHAR NOT NULL,
    closed_by VARCHAR,
    closed_at VARCHAR
);

-- A control set aside for one version: asked by one person, granted by another, with reason and expiry.
CREATE TABLE waiver (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    version VARCHAR NOT NULL,
    number BIGINT NOT NULL,
    control VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    requester VARCHAR NOT NULL,
    requested_at VARCHAR NOT NULL,
    expires_at VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    approver VARCHAR,
    granted_at VARCHAR,
    ended_at VARCHAR,
    ended_reason VARCHAR NOT NULL
);

-- A review that came due: periodic, after an incident, or of something that expired.
CREATE TABLE review (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    model VARCHAR NOT NULL,
    version VARCHAR,
    number BIGINT NOT NULL,
    reason VARCHAR NOT NULL,
    opened_at VARCHAR NOT NULL,
    due_at VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    completed_by VARCHAR,
    completed_at VARCHAR,
    outcome VARCHAR NOT NULL
);

-- A question to people, bound to bytes: change the evidence, the standard or the artifact and it is void.
CREATE TABLE approval_request (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    subject VARCHAR NOT NULL,
    purpose VARCHAR NOT NULL,
    environment VARCHAR NOT NULL,
    use VARCHAR NOT NULL,
    slot VARCHAR NOT NULL,
    required VARCHAR NOT NULL,
    tier BIGINT NOT NULL,
    change_class VARCHAR NOT NULL,
    evidence_digest VARCHAR NOT NULL,
    standards_digest VARCHAR NOT NULL,
    artifact_digest VARCHAR NOT NULL,
    verdict_set VARCHAR,
    contributors VARCHAR NOT NULL,
    requester VARCHAR NOT NULL,
    nonce VARCHAR NOT NULL,
    request_digest VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    issued_at VARCHAR NOT NULL,
    expires_at VARCHAR NOT NULL,
    approval_days BIGINT NOT NULL,
    decided_at VARCHAR,
    valid_until VARCHAR,
    reason VARCHAR NOT NULL
);

-- One person's decision on a request, with the digest of the statement they confirmed and how they proved it.
CREATE TABLE vote (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    request VARCHAR NOT NULL,
    person VARCHAR NOT NULL,
    printed_name VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    decision VARCHAR NOT NULL,
    meaning VARCHAR NOT NULL,
    comment VARCHAR NOT NULL,
    conditions VARCHAR NOT NULL,
    proof VARCHAR NOT NULL,
    credential VARCHAR NOT NULL,
    statement_digest VARCHAR NOT NULL,
    deputy_of VARCHAR,
    decided_at VARCHAR NOT NULL
);

-- A version in a slot of an environment, from a time to a time, and why that ended.
CREATE TABLE deployment (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    model VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    environment VARCHAR NOT NULL,
    slot VARCHAR NOT NULL,
    use VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    request VARCHAR,
    rollback_of VARCHAR,
    reason VARCHAR NOT NULL,
    passed_over VARCHAR NOT NULL,
    ratify_by VARCHAR,
    ratified_by VARCHAR,
    from_at VARCHAR NOT NULL,
    to_at VARCHAR,
    ended_reason VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL
);

-- What serves now in one (environment, slot) of a model: the row on which rivals compare and set.
CREATE TABLE slot (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    model VARCHAR NOT NULL,
    environment VARCHAR NOT NULL,
    slot VARCHAR NOT NULL,
    deployment VARCHAR,
    version VARCHAR,
    manifest_digest VARCHAR
);

-- The one operation a model may have under way: intent first, then the act, then done or undone.
CREATE TABLE operation (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    model VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    environment VARCHAR NOT NULL,
    slot VARCHAR NOT NULL,
    version VARCHAR,
    former_version VARCHAR,
    request VARCHAR,
    former_manifest VARCHAR,
    run_id VARCHAR NOT NULL,
    begun_at VARCHAR NOT NULL,
    begun_by VARCHAR NOT NULL,
    ended_at VARCHAR,
    reason VARCHAR NOT NULL
);

-- One model's night: the window, the digest of its measurements, the counts of its verdicts.
CREATE TABLE monitoring_run (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    model VARCHAR NOT NULL,
    plan VARCHAR NOT NULL,
    from_date VARCHAR NOT NULL,
    to_date VARCHAR NOT NULL,
    versions VARCHAR NOT NULL,
    rows BIGINT NOT NULL,
    labelled BIGINT NOT NULL,
    partitions VARCHAR NOT NULL,
    faults VARCHAR NOT NULL,
    measurements_digest VARCHAR NOT NULL,
    counts VARCHAR NOT NULL,
    outcomes VARCHAR NOT NULL,
    headline VARCHAR NOT NULL,
    ran_at VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL
);

-- Something a person should look at, de-duplicated by what it is about.
CREATE TABLE alert (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    model VARCHAR NOT NULL,
    version VARCHAR,
    number BIGINT NOT NULL,
    about VARCHAR NOT NULL,
    level VARCHAR NOT NULL,
    severe BOOLEAN NOT NULL,
    text VARCHAR NOT NULL,
    first_window VARCHAR NOT NULL,
    last_window VARCHAR NOT NULL,
    times BIGINT NOT NULL,
    value DOUBLE,
    low DOUBLE,
    high DOUBLE,
    threshold DOUBLE,
    route VARCHAR NOT NULL,
    runbook VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    changed_by VARCHAR,
    reason VARCHAR NOT NULL,
    snoozed_until VARCHAR,
    opened_at VARCHAR NOT NULL,
    changed_at VARCHAR NOT NULL
);

-- A cause for action: opened by a page, a rollback or a suspension; resolved by a person.
CREATE TABLE incident (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    model VARCHAR NOT NULL,
    version VARCHAR,
    number BIGINT NOT NULL,
    kind VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    alerts VARCHAR NOT NULL,
    blocking BOOLEAN NOT NULL,
    deployment VARCHAR,
    state VARCHAR NOT NULL,
    opened_at VARCHAR NOT NULL,
    opened_by VARCHAR NOT NULL,
    resolved_at VARCHAR,
    resolved_by VARCHAR,
    resolution VARCHAR NOT NULL
);

-- The retirement of a version: from the notice to the dossier.
CREATE TABLE retirement (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    subject VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    successor VARCHAR,
    impact_digest VARCHAR,
    outputs_in_force VARCHAR NOT NULL,
    sunset_at VARCHAR NOT NULL,
    quiet_days BIGINT NOT NULL,
    state VARCHAR NOT NULL,
    request VARCHAR,
    traffic_from_at VARCHAR,
    traffic_to_at VARCHAR,
    traffic_rows BIGINT,
    traffic_digest VARCHAR,
    retain_until VARCHAR,
    dossier_digest VARCHAR,
    opened_by VARCHAR NOT NULL,
    opened_at VARCHAR NOT NULL,
    ended_at VARCHAR
);

-- One consumer in a retirement: notice, answer or accepted silence, and what it moves to by when.
CREATE TABLE retirement_party (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    retirement VARCHAR NOT NULL,
    system VARCHAR NOT NULL,
    declared BOOLEAN NOT NULL,
    through VARCHAR NOT NULL,
    owner VARCHAR NOT NULL,
    last_seen_at VARCHAR,
    notices BIGINT NOT NULL,
    noticed_at VARCHAR,
    answer VARCHAR NOT NULL,
    answered_by VARCHAR,
    answered_at VARCHAR,
    silence_reason VARCHAR NOT NULL,
    moves_to VARCHAR NOT NULL,
    cut_over_at VARCHAR,
    transition VARCHAR NOT NULL
);

-- A verification, backup and restore drill that held, and what was reached.
CREATE TABLE attestation (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    number BIGINT NOT NULL,
    events BIGINT NOT NULL,
    anchored BIGINT NOT NULL,
    assurance VARCHAR NOT NULL,
    backup_digest VARCHAR NOT NULL,
    restored_root VARCHAR NOT NULL,
    attested_at VARCHAR NOT NULL
);
