ALTER TABLE staff DROP CONSTRAINT staff_role_check;

ALTER TABLE staff ADD CONSTRAINT staff_role_check CHECK (role IN ('contributor','checker','expert','editor','admin','auditor','seated'));
