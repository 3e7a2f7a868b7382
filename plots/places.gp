# Share of a gain that a place keeps; points: with its weather, ceiling, calls or tariff alone.
# Columns: place, kept, weather, ceiling, calls, tariff; all over the gain of the scenarios as they stand
data = "places.csv"
stats data every ::1 using 2 nooutput
n = STATS_records
low = STATS_min
high = STATS_max
do for [c=3:6] { stats data every ::1 using c nooutput; low = STATS_min < low ? STATS_min : low; high = STATS_max > high ? STATS_max : high }
set title "Share of the gain that a place keeps"
set xrange [-0.6:n - 0.4]
set yrange [(low < 0 ? 1.1 * low : 0):(high > 1 ? 1.2 * high : 1.2)]
set xtics noenhanced
set ylabel "of the gain of the scenarios as they stand"
set arrow 1 from -0.6, 1 to n - 0.4, 1 nohead dt 2 lc rgb ink
set key at graph 0.5, graph 1.0 center top horizontal
set style fill solid 0.85 noborder
plot data every ::1 using 0:2:(0.5):xtic(strcol(1)) with boxes lc rgb sky title "all four", \
     data every ::1 using ($0 - 0.3):3 with points pt 7 ps 1.2 lc rgb green title "weather", \
     data every ::1 using ($0 - 0.1):4 with points pt 5 ps 1.2 lc rgb orange title "ceiling", \
     data every ::1 using ($0 + 0.1):5 with points pt 9 ps 1.4 lc rgb red title "calls", \
     data every ::1 using ($0 + 0.3):6 with points pt 13 ps 1.4 lc rgb purple title "tariff", \
     data every ::1 using 0:2:(sprintf("%.3g", $2)) with labels offset 0,-1 tc rgb ink notitle
