#!/bin/sh
# Who stands on whom (layers.py), and each vendor library has one home. usage: layers.sh [BUILD_DIR]
set -u
rc=0

# only LIST PATTERN FILES...: the pattern may occur in files that match LIST alone
only() {
    home=$1
    pattern=$2
    hits=$(grep -rlE "$pattern" sim models include | grep -vE "$home")
    [ -z "$hits" ] || { echo "$pattern outside $home:"; echo "$hits"; rc=1; }
}

only '^sim/base/json' 'cjson/cJSON\.h|<cJSON\.h>'
only '^sim/base/numeric_lp\.c' 'glpk\.h'
only '^sim/base/numeric_optimise\.c' 'nlopt\.h'
only '^sim/base/(numeric[a-z_]*|rng)\.c' 'include <gsl/'
only '^sim/base/csv_read\.c' '<csv\.h>'
only '^sim/output/gnuplot\.c' 'execvp|execlp|popen\(|system\('
only '^sim/base/digest\.c' 'nettle/'
only '^sim/sweep/store' 'sqlite3\.h'
only '^sim/output/workbook\.c' 'xlsxwriter\.h'
only '^sim/serve/http\.c' 'microhttpd\.h'
only '^sim/base/late\.c' 'dlopen\('
only '^sim/base/arena\.c' '\b(malloc|calloc|realloc)\('

objects=${1:-build/release} # the command's folder; build/wattmill is a copy of build/release/wattmill
[ -d "$objects/sim" ] || objects=build/release
python3 tests/layers.py "$objects" || rc=1

banned='\b(strcpy|strcat|sprintf|strtok|atoi|atof|gets|rand|localtime|gmtime|alloca|setlocale)\('
hits=$(grep -rnE "$banned" sim models include --include='*.c' --include='*.h')
[ -z "$hits" ] || { echo "banned functions:"; echo "$hits"; rc=1; }
[ "$rc" -ne 0 ] || echo "layers: ok"
exit $rc
