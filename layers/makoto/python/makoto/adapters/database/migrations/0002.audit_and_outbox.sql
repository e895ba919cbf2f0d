-- What was done by whom, and the facts still to be published; both are written in the transaction of the change.
-- transactional: true
-- depends: 0001.tenants

CREATE TABLE audit (
    audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id text COLLATE "C" NOT NULL,
    action text NOT NULL,
    actor text NOT NULL,
    detail jsonb NOT NULL,
    correlation_id text NOT NULL,
    occurred_at timestamptz NOT NULL
);
CREATE INDEX audit_tenant ON audit (tenant_id, audit_id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE outbox (
    event_id uuid PRIMARY KEY,
    tenant_id text COLLATE "C" NOT NULL,
    aggregate text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    envelope jsonb NOT NULL,
    occurred_at timestamptz NOT NULL,
    published_at timestamptz
);
-- the relay asks for the first unpublished version of each aggregate
CREATE INDEX outbox_unpublished ON outbox (aggregate, version) WHERE published_at IS NULL;
