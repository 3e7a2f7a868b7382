# The bridge from A to B: what each block of differing inputs adds.
# Columns: kind [0 end, 1 up, 2 down], block, low, high, change, metric, unit
data = "waterfall.csv"
stats data every ::1 using 1 nooutput
last = STATS_records - 1
set title "From A to B: what each difference adds"
set xrange [-0.6:last + 0.6]
set xtics noenhanced
set style fill solid 0.85 noborder
set xzeroaxis lc rgb "#444444"
stats data every ::1 using ($3 < $4 ? $3 : $4) nooutput
low = STATS_min < 0 ? STATS_min : 0
stats data every ::1 using ($3 > $4 ? $3 : $4) nooutput
high = STATS_max > 0 ? STATS_max : 0
pad = 0.14 * (high - low)
set yrange [low - (low < 0 ? pad : 0):high + pad]
scale = high - low >= 2e9 ? 1e9 : high - low >= 2e6 ? 1e6 : high - low >= 2e4 ? 1e3 : 1
letter = scale == 1e9 ? "G" : scale == 1e6 ? "M" : scale == 1e3 ? "k" : ""
set format y "%.1s%c"
colours = "#0072B2 #009E73 #D55E00"
rgb(kind) = int("0x" . substr(word(colours, int(kind) + 1), 2, 7))
plot data every ::1 using 0:3:($0 - 0.32):($0 + 0.32):3:4:(rgb($1)):xtic(strcol(2)) with boxxyerror fs solid lc rgb variable, \
     data every ::1 using 0:($3 > $4 ? $3 : $4):(sprintf($1 == 0 ? "%.4g" : "%+.4g", $5 / scale)) with labels offset 0,0.8 tc rgb ink noenhanced, \
     data every ::1::1 using (-0.5):(high + pad * 0.85):(strcol(6) . "  [" . letter . " " . strcol(7) . "]") with labels left tc rgb "#666666" noenhanced
