# Shared by every script of this folder: source it, do not run it.
#
# Everything is kept outside the repository, in one folder that may be deleted
# at any time. These variables change what is used (all optional):
#
#   L10N_PL_KSEF_HOME    the folder itself
#                        (default ${XDG_CACHE_HOME:-~/.cache}/l10n_pl_ksef)
#   L10N_PL_KSEF_PYTHON  Python 3.10-3.13 to build the virtual environment with
#   L10N_PL_KSEF_VENV    existing virtual environment, used as it is
#   L10N_PL_KSEF_ODOO    existing Odoo 19: the folder that holds the Python
#                        package `odoo` (a source checkout or site-packages)
#   L10N_PL_KSEF_ADDONS  further add-ons paths, comma-separated
#   L10N_PL_KSEF_MIRROR  address of a Debian mirror, where the machine's own apt
#                        sources name none (for instance on Ubuntu)
#   PGHOST PGPORT PGUSER PGPASSWORD PGSERVICE
#                        existing PostgreSQL: with PGHOST or PGSERVICE set, no
#                        private cluster is made (the role must be allowed to
#                        create databases and must not be called postgres)
#
# The private cluster listens on a Unix socket only and runs while a script uses
# it: each script holds a shared lock, the last one to end stops the cluster.

set -euo pipefail

CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
KSEF_HOME=${L10N_PL_KSEF_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/l10n_pl_ksef}
STAMPS=$KSEF_HOME/stamps
VENV=${L10N_PL_KSEF_VENV:-$KSEF_HOME/venv}
PY=$VENV/bin/python3
ODOO_UNPACKED=$KSEF_HOME/odoo
ODOO_SOURCE=${L10N_PL_KSEF_ODOO:-$ODOO_UNPACKED/usr/lib/python3/dist-packages}
# Of this checkout alone; two checkouts share everything else.
OWN=$KSEF_HOME/checkouts/$(printf %s "$CHECKOUT" | sha256sum | cut -c1-8)
ODOO_CONF=$OWN/odoo.conf
ADDONS=$OWN/addons
TEMPLATE_DB=l10n_pl_ksef_template
TEST_TEMPLATE_DB=l10n_pl_ksef_test_template
APPS_TEMPLATE_DB=l10n_pl_ksef_apps_template
# The add-on needs none of these, but does more where they are.
APPS=sale_management,account_debit_note,purchase,stock,point_of_sale,queue_job
OCA=$KSEF_HOME/oca
DEMO_DB=l10n_pl_ksef_demo

export PYTHONPATH=$ODOO_SOURCE${PYTHONPATH:+:$PYTHONPATH}
export ODOO_RC=$ODOO_CONF
# Odoo would try to write the owner's ~/.odoorc and complain in other languages.
export LC_ALL=C.UTF-8

say() { printf '%s\n' "$*" >&2; }
die() {
    say "error: $*"
    exit 1
}

# Commands of the script's end, last one first.
at_exit() {
    EXIT_COMMANDS="$*; ${EXIT_COMMANDS:-}"
    trap 'eval "$EXIT_COMMANDS"' EXIT
}
trap 'exit 130' INT
trap 'exit 143' TERM HUP

is_root() { [ "$(id -u)" = 0 ]; }

# --- stamps: a step is done when its stamp holds the expected text ------------

digest() { sha256sum | cut -c1-16; }
is_stamped() { [ "$(cat "$STAMPS/$1" 2>/dev/null)" = "$2" ]; }
stamp() { printf '%s\n' "$2" >"$STAMPS/$1"; }

# Run a command quietly; show what it wrote only when it fails.
quietly() {
    local log=$KSEF_HOME/log/$1.log
    shift
    "$@" >"$log" 2>&1 || {
        tail -n 40 "$log" >&2
        die "failed: $* (whole log: $log)"
    }
}

# --- PostgreSQL ---------------------------------------------------------------

# PostgreSQL refuses to run as root, and its own user cannot look into /root.
if is_root; then
    CLUSTER=/var/lib/postgresql/l10n_pl_ksef-$(printf %s "$KSEF_HOME" | digest)
    as_cluster_owner() {
        (cd / && exec setpriv --reuid=postgres --regid=postgres --init-groups "$@")
    }
else
    CLUSTER=$KSEF_HOME/postgres
    as_cluster_owner() { "$@"; }
fi

# A script started by another one finds PGHOST set to the private cluster.
PRIVATE_CLUSTER=no
case ${PGHOST:-}${PGSERVICE:-} in "" | "$CLUSTER/socket") PRIVATE_CLUSTER=yes ;; esac
is_private_cluster() { [ $PRIVATE_CLUSTER = yes ]; }

if is_private_cluster; then
    export PGHOST=$CLUSTER/socket PGUSER=odoo
    unset PGPORT PGPASSWORD PGDATABASE
fi

find_postgres_bin() {
    local candidate
    for candidate in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV); do
        [ -x "$candidate/initdb" ] && echo "$candidate" && return
    done
    candidate=$(command -v initdb) && dirname "$candidate"
}

cluster_is_up() { [ -S "$PGHOST/.s.PGSQL.5432" ] && psql -qAtc "SELECT" postgres >/dev/null 2>&1; }

# Take part in the use of the cluster; start it when it is down.
use_postgres() {
    is_private_cluster || return 0
    [ -z "${cluster_lock:-}" ] || return 0
    exec {cluster_lock}>"$KSEF_HOME/cluster.lock" {start_lock}>"$KSEF_HOME/cluster.start.lock"
    flock --shared "$cluster_lock"
    at_exit release_postgres
    flock "$start_lock"
    cluster_is_up || start_cluster
    exec {start_lock}>&-
}

# A session of its own, so that a Ctrl-C in the terminal does not stop it early.
start_cluster() {
    as_cluster_owner setsid "$(find_postgres_bin)/postgres" -D "$CLUSTER/data" \
        >>"$KSEF_HOME/log/postgres.log" 2>&1 </dev/null {cluster_lock}>&- {start_lock}>&- 9>&- &
    CLUSTER_PID=$!
    for _ in {1..300}; do
        ! cluster_is_up || return 0
        kill -0 "$CLUSTER_PID" 2>/dev/null || break
        sleep 0.05
    done
    die "PostgreSQL does not start, see $KSEF_HOME/log/postgres.log"
}

# Stop the cluster unless another script still holds the shared lock.
release_postgres() {
    if flock --exclusive --nonblock "$cluster_lock" && cluster_is_up; then
        as_cluster_owner "$(find_postgres_bin)/pg_ctl" -D "$CLUSTER/data" \
            -s -m fast -w stop
        [ -z "${CLUSTER_PID:-}" ] || wait "$CLUSTER_PID" || true
    fi
    exec {cluster_lock}>&-
}

database_stamp() {
    psql -qAtc "SELECT shobj_description(oid, 'pg_database') FROM pg_database
                WHERE datname = '$1'" postgres
}
stamp_database() { psql -qAtc "COMMENT ON DATABASE \"$1\" IS '$2'" postgres; }

drop_database() {
    PGOPTIONS='-c client_min_messages=warning' dropdb --if-exists --force "$1"
    rm -rf "$KSEF_HOME/data/filestore/${1:?}"
}

# clone_database FROM TO: files of the file store never change, so link them.
clone_database() {
    drop_database "$2"
    createdb --template="$1" "$2"
    local store=$KSEF_HOME/data/filestore
    [ ! -d "$store/$1" ] || cp -al "$store/$1" "$store/$2"
}

# --- Odoo ---------------------------------------------------------------------

odoo() { "$PY" -m odoo "$@"; }

odoo_version() {
    if [ -n "${L10N_PL_KSEF_ODOO:-}" ]; then
        git -C "$ODOO_SOURCE" rev-parse HEAD 2>/dev/null || digest <"$ODOO_SOURCE/odoo/release.py"
    else
        cat "$STAMPS/odoo"
    fi
}

# What the installed add-on consists of: a change makes prepared databases stale.
addon_digest() {
    (cd "$CHECKOUT" && find . \( -name .git -o -name __pycache__ -o -path ./simulator \
        -o -path ./unit_tests -o -path ./dev -o -path ./.ci -o -path ./tests \) -prune \
        -o -type f -print0 | sort -z | xargs -0 sha256sum) | digest
}

# free_port [PREFERRED]: the preferred one when it is free
free_port() {
    "$PY" - "${1:-0}" <<'PYTHON'
import socket, sys
for port in (int(sys.argv[1]), 0):
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind(("127.0.0.1", port))
        except OSError:
            continue
        print(server.getsockname()[1])
        break
PYTHON
}

# --- what the scripts have in common ------------------------------------------

set_up() { "$CHECKOUT/dev/setup"; }

# Prepare a database with modules installed, once per state of the add-on's files:
# prepare_installed DATABASE FROM MODULES
prepare_installed() {
    local wanted
    wanted=$(printf '%s %s %s' "$(database_stamp "$2")" "$(addon_digest)" "$3" | digest)
    [ "$(database_stamp "$1")" != "$wanted" ] || return 0
    say "Installing $3 in a new database ..."
    clone_database "$2" "$1"
    quietly install odoo -d "$1" -i "$3" --stop-after-init
    stamp_database "$1" "$wanted"
}

# A database of one's own with the add-on installed: clone_installed NAME, and with
# the apps that it can work with: clone_with_apps NAME
clone_installed() { clone_prepared $TEST_TEMPLATE_DB "$1"; }
clone_with_apps() { clone_prepared $APPS_TEMPLATE_DB "$1"; }
clone_prepared() {
    exec {test_lock}>"$KSEF_HOME/test_template.lock"
    flock "$test_lock"
    prepare_installed $TEST_TEMPLATE_DB $TEMPLATE_DB l10n_pl_ksef
    [ "$1" = $TEST_TEMPLATE_DB ] || prepare_installed "$1" $TEST_TEMPLATE_DB $APPS
    clone_database "$1" "$2"
    exec {test_lock}>&-
}

# Choose a database of this run alone, RUN_DB, which is dropped at the end.
name_run_database() {
    use_postgres
    RUN_DB=l10n_pl_ksef_run_$$
    at_exit drop_database "$RUN_DB"
}

make_run_database() {
    name_run_database
    clone_installed "$RUN_DB"
}

# make_demo_database NAME: the add-on, a Polish company, customers, invoices
make_demo_database() {
    clone_installed "$1"
    say "Making the demo's data ..."
    quietly demo-data "$PY" "$CHECKOUT/dev/demo_data.py" "$1"
}

demo_digest() { cat "$CHECKOUT/dev/demo_data.py" <(addon_digest) <(odoo_version) | digest; }

make_kept_demo_database() {
    make_demo_database $DEMO_DB
    stamp_database $DEMO_DB "$(demo_digest)"
}
