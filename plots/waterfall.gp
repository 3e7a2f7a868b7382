# Bridges from one side to the other, a panel a metric: what each block of differing inputs adds.
# Columns: kind [0 end, 1 up, 2 down], block, low, high, change, metric, unit, panel, place
data = "waterfall.csv"
stats data every ::1 using 8 nooutput
panels = STATS_max + 1
set style fill solid 0.85 noborder
set xzeroaxis lc rgb "#444444"
set format y "%.1s%c"
set xtics noenhanced font ",10"
colours = "#0072B2 #009E73 #D55E00"
rgb(kind) = int("0x" . substr(word(colours, int(kind) + 1), 2, 7))
set multiplot layout panels,1 title "What each difference adds" font ",18" noenhanced
do for [m = 0:panels - 1] {
    set xrange [*:*]
    set yrange [*:*]
    stats data every ::1 using ($8 == m ? $0 : NaN) nooutput
    from = int(STATS_min) + 1
    to = int(STATS_max) + 1
    stats data every ::from::to using ($3 < $4 ? $3 : $4) nooutput
    low = STATS_min < 0 ? STATS_min : 0
    stats data every ::from::to using ($3 > $4 ? $3 : $4) nooutput
    high = STATS_max > 0 ? STATS_max : 0
    pad = 0.35 * (high - low)
    set xrange [-0.6:to - from + 0.6]
    set yrange [low - (low < 0 ? pad : 0):high + pad]
    set xtics rotate by (to - from > 5 ? -20 : 0)
    scale = high - low >= 2e9 ? 1e9 : high - low >= 2e6 ? 1e6 : high - low >= 2e4 ? 1e3 : 1
    letter = scale == 1e9 ? "G" : scale == 1e6 ? "M" : scale == 1e3 ? "k" : ""
    plot data every ::from::to using 9:3:($9 - 0.32):($9 + 0.32):3:4:(rgb($1)):xtic(strcol(2)) with boxxyerror fs solid lc rgb variable, \
         data every ::from::to using 9:($3 > $4 ? $3 : $4):(sprintf($1 == 0 ? "%.4g" : "%+.4g", $5 / scale)) with labels offset 0,0.8 tc rgb ink noenhanced, \
         data every ::from::from using (-0.5):(high + pad * 0.8):(strcol(6) . "  [" . letter . " " . strcol(7) . "]") with labels left tc rgb "#666666" noenhanced
}
unset multiplot
