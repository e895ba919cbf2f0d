-- When the hot path was shown a tenant's version, and the end of events that have been published.
-- transactional: true
-- depends: 0003.isolation

ALTER TABLE tenants ADD COLUMN projected_at timestamptz;

CREATE INDEX outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL;
-- whatever a query says: an event that is not published cannot be deleted
CREATE POLICY published_only ON outbox AS RESTRICTIVE FOR DELETE USING (published_at IS NOT NULL);
GRANT DELETE ON outbox TO makoto_app;
