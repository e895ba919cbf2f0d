-- Where a tenant's data may lie, whose language models it brings, and its move between clouds while one is under way.
-- transactional: true
-- depends: 0004.removal_and_purge

ALTER TABLE tenants
    ADD COLUMN residency text[] NOT NULL DEFAULT '{}',
    ADD COLUMN llm jsonb,
    ADD COLUMN move jsonb;
