-- A copy of the database must not talk to KSeF in the company's name.

-- certificates with their keys and logins
UPDATE res_company
   SET l10n_pl_ksef_auth_certificate_id = NULL,
       l10n_pl_ksef_offline_certificate_id = NULL,
       l10n_pl_ksef_connected_at = NULL,
       l10n_pl_ksef_problem_code = NULL,
       l10n_pl_ksef_problem_facts = NULL,
       l10n_pl_ksef_problem_at = NULL,
       l10n_pl_ksef_resumes_at = NULL,
       l10n_pl_ksef_missing_rights = NULL,
       l10n_pl_ksef_rights_at = NULL,
       l10n_pl_ksef_reconciled_at = NULL,
       l10n_pl_ksef_white_list = 'off',
       l10n_pl_ksef_environment = 'test';
DELETE FROM l10n_pl_ksef_certificate;

-- requests that the original has made
DELETE FROM l10n_pl_ksef_budget;

-- packages on their way: their keys and addresses
UPDATE l10n_pl_ksef_session
   SET sealed_upload = NULL,
       parts_done = NULL,
       upload_until = NULL;

-- pairs that somebody was just uploading
DELETE FROM l10n_pl_ksef_connect;

-- a custom address belongs to the original
DELETE FROM ir_config_parameter
      WHERE key IN ('l10n_pl_ksef.custom_url', 'l10n_pl_ksef.custom_latarnia_url');
