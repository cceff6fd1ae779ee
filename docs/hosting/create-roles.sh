#!/bin/sh
# The two roles and the database of docs/database.md. The image of PostgreSQL runs this at its first start, as the superuser.
set -eu
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
    --set owner_password="$OWNER_PASSWORD" --set app_password="$APP_PASSWORD" <<'SQL'
CREATE ROLE timesheet_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE timesheet_app LOGIN PASSWORD :'app_password';
CREATE DATABASE timesheet OWNER timesheet_owner;
SQL
