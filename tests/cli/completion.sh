command -v bash > /dev/null || { echo "SKIP: no bash"; exit 0; }
TMP=$(mktemp -d) || exit 1
trap 'rm -rf "$TMP"' EXIT
"$BIN" completion bash > "$TMP/completion"
bash -c '. "$1"
complete_at() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _wattmill; echo "${COMPREPLY[@]}"; }
complete_at wattmill ru
complete_at wattmill run --format ""
complete_at wattmill run --col
complete_at wattmill catalog acc
complete_at wattmill run scenarios/virginia-100mw-gb300.js
complete_at wattmill frontier -a gb300
complete_at wattmill compare --metric npv_p
complete_at wattmill run --set site.ceiling.lim
complete_at wattmill catalog us-large
complete_at wattmill explain TTF' - "$TMP/completion"
