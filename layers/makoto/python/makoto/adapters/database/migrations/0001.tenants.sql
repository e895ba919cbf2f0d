-- Tenants, how their onboarding went, and who belongs to them.
-- transactional: true

CREATE TABLE tenants (
    tenant_id text COLLATE "C" PRIMARY KEY CHECK (tenant_id ~ '^t[0-9a-hjkmnp-tv-z]{12}$'),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    organization text COLLATE "C" NOT NULL CHECK (organization ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    status text NOT NULL
        CHECK (status IN ('onboarding', 'active', 'suspended', 'failed', 'deleting', 'deleted')),
    cloud jsonb NOT NULL,
    features text[] NOT NULL DEFAULT '{}',
    time_zone text NOT NULL,
    locale text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    administrator jsonb NOT NULL,
    attempt integer NOT NULL DEFAULT 1 CHECK (attempt > 0),
    suspension_reason text,
    failure jsonb,
    projected_version integer NOT NULL DEFAULT 0,
    idempotency_key text COLLATE "C" NOT NULL UNIQUE,
    fingerprint text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

-- a tenant that failed or leaves frees its organization's code
CREATE UNIQUE INDEX tenants_organization ON tenants (organization)
    WHERE status IN ('onboarding', 'active', 'suspended');
-- the listing's keyset, and the listing of one status
CREATE INDEX tenants_created ON tenants (created_at DESC, tenant_id DESC);
CREATE INDEX tenants_status ON tenants (status, created_at DESC, tenant_id DESC);
-- the sweep: almost always empty
CREATE INDEX tenants_unprojected ON tenants (updated_at) WHERE projected_version < version;
CREATE INDEX tenants_unfinished ON tenants (updated_at) WHERE status IN ('onboarding', 'deleting');

CREATE TABLE onboarding_steps (
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    step text NOT NULL,
    status text NOT NULL CHECK (status IN ('running', 'done', 'failed', 'rolled_back')),
    attempts integer NOT NULL DEFAULT 1,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    cause text,
    PRIMARY KEY (tenant_id, step)
);

CREATE TABLE memberships (
    username text COLLATE "C" PRIMARY KEY CHECK (char_length(username) BETWEEN 1 AND 128),
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    role text NOT NULL CHECK (role IN ('tenant_admin', 'engineer', 'operator', 'viewer')),
    created_at timestamptz NOT NULL
);
CREATE INDEX memberships_tenant ON memberships (tenant_id, username);
