-- A transaction sees the tenant that it names, or every tenant when it says that it acts for the platform.
-- transactional: true
-- depends: 0002.audit_and_outbox

CREATE FUNCTION is_visible(row_tenant text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT row_tenant = current_setting('makoto.tenant_id', true)
        OR current_setting('makoto.scope', true) = 'platform'
$$;

ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON tenants USING (is_visible(tenant_id)) WITH CHECK (is_visible(tenant_id));

ALTER TABLE onboarding_steps ENABLE ROW LEVEL SECURITY;
ALTER TABLE onboarding_steps FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON onboarding_steps USING (is_visible(tenant_id)) WITH CHECK (is_visible(tenant_id));

ALTER TABLE memberships ENABLE ROW LEVEL SECURITY;
ALTER TABLE memberships FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON memberships USING (is_visible(tenant_id)) WITH CHECK (is_visible(tenant_id));

ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON audit USING (is_visible(tenant_id)) WITH CHECK (is_visible(tenant_id));

ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON outbox USING (is_visible(tenant_id)) WITH CHECK (is_visible(tenant_id));

-- the application's role is made by the migration's handler before the first migration
GRANT USAGE ON SCHEMA public TO makoto_app;
GRANT SELECT, INSERT, UPDATE ON tenants, onboarding_steps, outbox TO makoto_app;
GRANT SELECT, INSERT, DELETE ON memberships TO makoto_app;
GRANT SELECT, INSERT ON audit TO makoto_app;
