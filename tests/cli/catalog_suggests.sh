# near misses of kinds and names are suggested
"$BIN" catalog climate
"$BIN" catalog climates phenix
