-- Moves of tenants between clouds: what was asked for, how far it is, and what was compared.
-- transactional: true
-- depends: 0005.data_plane

CREATE TABLE moves (
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    move_id text COLLATE "C" NOT NULL,
    status text NOT NULL CHECK (status IN ('running', 'finished', 'rolled_back')),
    version integer NOT NULL CHECK (version > 0),
    started_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    move jsonb NOT NULL,
    idempotency_key text COLLATE "C" NOT NULL,
    fingerprint text NOT NULL,
    PRIMARY KEY (tenant_id, move_id),
    UNIQUE (tenant_id, idempotency_key)
);
-- a tenant is moved by one move at a time
CREATE UNIQUE INDEX moves_running ON moves (tenant_id) WHERE status = 'running';
CREATE INDEX moves_due ON moves (due_at) WHERE status = 'running';

ALTER TABLE moves ENABLE ROW LEVEL SECURITY;
ALTER TABLE moves FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON moves USING (is_visible(tenant_id)) WITH CHECK (is_visible(tenant_id));
GRANT SELECT, INSERT, UPDATE ON moves TO makoto_app;
