#!/bin/sh
# Who may include what: data flows one way, and each vendor library has one home.
set -u
rc=0

# only LIST PATTERN FILES...: the pattern may occur in files that match LIST alone
only() {
    home=$1
    pattern=$2
    hits=$(grep -rlE "$pattern" sim models include | grep -vE "$home")
    [ -z "$hits" ] || { echo "$pattern outside $home:"; echo "$hits"; rc=1; }
}
# never ROOM PATTERN: no file of the room includes it
never() {
    hits=$(grep -rnE "#include \"($2)" "$1")
    [ -z "$hits" ] || { echo "$1 must not include $2:"; echo "$hits"; rc=1; }
}

only '^sim/base/json' 'cjson/cJSON\.h|<cJSON\.h>'
only '^sim/base/numeric_lp\.c' 'glpk\.h'
only '^sim/base/(numeric[a-z_]*|rng)\.c' 'include <gsl/'
only '^sim/base/csv_read\.c' '<csv\.h>'
only '^sim/output/gnuplot\.c' 'execvp|execlp|popen\(|system\('
only '^sim/base/digest\.c' 'gcrypt\.h'
only '^sim/sweep/store' 'sqlite3\.h'
only '^sim/sweep/export_xlsx\.c' 'xlsxwriter\.h'
only '^sim/base/arena\.c' '\b(malloc|calloc|realloc)\('

up='scenario|results|run|output|input|engine|study'
never sim/base "wattmill/($up)\.h"
never models "wattmill/($up)\.h"
never sim/engine "wattmill/(scenario|results|run|output|input)\.h"
never sim/workload "wattmill/(scenario|results|run|output|input|engine)\.h"
never sim/calibrate "wattmill/(scenario|results|run|engine|study)\.h"
never sim/replica "wattmill/(output|input|study)\.h"
never sim/plan "wattmill/(output|input|study|run|results|engine)\.h|\.\./(site|settle|run)/"
never sim/site "wattmill/(output|input|study)\.h|\.\./(settle|run)/"
never sim/settle "wattmill/(output|input|study)\.h|\.\./run/"
never sim/run "wattmill/(output|input|study)\.h"
never sim/sweep "wattmill/engine\.h"
never sim/output "wattmill/(engine|run|study)\.h"
never sim/input "wattmill/(results|run|output|engine|study)\.h"
for f in sim/cli/*.[ch]; do # public headers, and its own beside it
    hits=$(grep -nE '#include "' "$f" | grep -vE '"wattmill/|"[a-z_]+\.(h|def)"')
    [ -z "$hits" ] || { echo "$f includes a private header:"; echo "$hits"; rc=1; }
done

banned='\b(strcpy|strcat|sprintf|strtok|atoi|atof|gets|rand|localtime|gmtime|alloca|setlocale)\('
hits=$(grep -rnE "$banned" sim models include --include='*.c' --include='*.h')
[ -z "$hits" ] || { echo "banned functions:"; echo "$hits"; rc=1; }
[ "$rc" -ne 0 ] || echo "layers: ok"
exit $rc
