# Distribution of a metric over the points of a study, with its 10th, 50th and 90th percentiles.
# Columns: middle of the bin, share of points [%], P10, P50, P90, metric and unit
data = "study_distribution.csv"
stats data every ::1 using 1 nooutput
low = STATS_min
high = STATS_max
width = (high - low) / (STATS_records - 1)
stats data every ::1 using 2 nooutput
top = STATS_max * 1.25
stats data every ::1 using 3 nooutput
p10 = STATS_min
stats data every ::1 using 4 nooutput
p50 = STATS_min
stats data every ::1 using 5 nooutput
p90 = STATS_min
set ylabel "share of points [%]"
set boxwidth 0.92 * width
set style fill solid 0.85 noborder
set xrange [low - width:high + width]
set yrange [0:top]
set bmargin 5
set arrow 1 from p10, 0 to p10, 0.88 * top nohead lw 2 lc rgb ink front
set arrow 2 from p50, 0 to p50, 0.88 * top nohead lw 3 lc rgb red front
set arrow 3 from p90, 0 to p90, 0.88 * top nohead lw 2 lc rgb ink front
set label 1 sprintf("P10\n%.4g", p10) at p10, 0.97 * top center tc rgb ink
set label 2 sprintf("P50\n%.4g", p50) at p50, 0.97 * top center tc rgb red
set label 3 sprintf("P90\n%.4g", p90) at p90, 0.97 * top center tc rgb ink
plot data every ::1 using 1:2 with boxes lc rgb sky, \
     data every ::1::1 using ((low + high) / 2):(0):6 with labels center noenhanced offset 0,-2.6 tc rgb ink
