-- The whole schema of the registry in one file; executing `data/registry/migrations` gives exactly this schema.
-- Times are RFC 3339 text in UTC, nested values RFC 8785 text. Where a table and the audit log differ, the log counts.

-- The migrations that were executed in this file.
CREATE TABLE schema_version (version INTEGER PRIMARY KEY, name VARCHAR NOT NULL);

-- The audit log: `body` is the event; the other columns are copies of its fields, for queries.
CREATE TABLE audit_event (seq BIGINT PRIMARY KEY, body BLOB NOT NULL, leaf BLOB NOT NULL, id VARCHAR NOT NULL, type VARCHAR NOT NULL, subject VARCHAR NOT NULL, actor VARCHAR NOT NULL, recorded_at VARCHAR NOT NULL, effective_at VARCHAR NOT NULL, seal BLOB);

-- Signed checkpoints, stored here for reading; the copies in the anchors are the proof.
CREATE TABLE checkpoint (size BIGINT PRIMARY KEY, note VARCHAR NOT NULL, frontier VARCHAR);

-- The number of the event that holds the last image of each row.
CREATE TABLE row_image (table_name VARCHAR NOT NULL, key VARCHAR NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (table_name, key));
CREATE INDEX row_image_by_key ON row_image (key);

-- The size of the last checkpoint that each anchor confirmed.
CREATE TABLE anchor_confirmation (anchor VARCHAR PRIMARY KEY, size BIGINT NOT NULL);

-- The end of the log: its size, last leaf and the Merkle frontier, one row.
CREATE TABLE audit_head (id INTEGER PRIMARY KEY, size BIGINT NOT NULL, leaf VARCHAR NOT NULL, frontier VARCHAR NOT NULL);

-- A person on the roster.
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

-- A role of a person from one time to another, for a team (`*`: all), tiers (empty: all) and an environment (`*`: all).
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

-- A one-time-code credential: the last used time step and the failed attempts. The encrypted seed is in the key folder.
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
    enrolled_by VARCHAR NOT NULL,
    credential_digest VARCHAR
);

-- An adopted standard; its key is `standards/<id>/<version>`, its exact text is stored as evidence under its digest.
CREATE TABLE standard (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    standard VARCHAR NOT NULL,
    version BIGINT NOT NULL,
    title VARCHAR NOT NULL,
    digest VARCHAR NOT NULL,
    controls BIGINT NOT NULL,
    adopted_at VARCHAR NOT NULL,
    adopted_by VARCHAR NOT NULL,
    anchors BIGINT
);

-- A model in the inventory; its key is `models/<team>/<name>`.
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

-- A test plan for the versions of a model; a changed plan is a new row, and earlier plans stay.
CREATE TABLE test_plan (
    key VARCHAR PRIMARY KEY,
    rev BIGINT NOT NULL,
    model VARCHAR NOT NULL,
    number BIGINT NOT NULL,
    tests VARCHAR NOT NULL,
    recorded_at VARCHAR NOT NULL,
    recorded_by VARCHAR NOT NULL
);

-- A monitoring plan: what is monitored in production, how, and with which limits; `rules` are watch rules as JSON.
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

-- A system that uses a model's output: declared by its owner, or only observed in the prediction logs.
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

-- A version; its key is `models/<team>/<name>/versions/<n>`. Only `review_state` and the columns after it ever change.
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

-- A dataset that a version was built or tested on; `quality` is the outcome of its quality suite.
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
    sources VARCHAR NOT NULL,
    overlap VARCHAR
);

-- A section of the documentation, with the digest of what it describes at the time of writing.
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

-- A metric recomputed from predictions: value, 95 % interval, row count, slice (empty: all rows), and who produced it.
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

-- The result of a planned test, with the threshold that was planned at the time.
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

-- The comparison of challenger and champion on the same predictions; a positive value means the challenger is better.
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

-- A verdict set: all judgements of one version at one time, under standards and on evidence identified by digests.
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

-- A finding: a defect that is open, answered by its owner, disputed, or closed by another person.
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

-- A waiver: a control that does not apply to one version, requested by one person and granted by another, until a date.
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

-- A review of a model that is due: periodic, after an incident, or because something expired.
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

-- An approval request, bound to digests: it is void when the evidence, a standard or the artifact changes.
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

-- A vote: one person's decision on a request, with the digest of the confirmed statement and the kind of proof.
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

-- A deployment: a version in a slot of an environment from one time to another, and why it ended.
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

-- The deployment that serves now in a slot of an environment; of two simultaneous changes of this row one is refused.
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

-- The only operation that a model may have in progress: running, then done or undone.
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

-- One monitoring run of a model: its window, the digest of the measurements, and how many rules had which outcome.
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

-- An alert; while it has not ended, a new deviation about the same thing updates it.
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

-- An incident: opened by an alert of level page or by an urgent operation, resolved by a person.
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

-- The retirement of a version, from its opening to the archived dossier.
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

-- A consumer affected by a retirement: notice, answer or accepted silence, and its transition.
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

-- An attestation: a successful verification, backup and restore drill of the registry.
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
