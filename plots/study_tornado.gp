# Axes by the swing of a metric: where it goes when the axis is low (orange) and high (blue).
# Columns: axis, metric at low, metric at high, low, high, centre, metric and unit
data = "study_tornado.csv"
stats data every ::1 using 6 nooutput
centre = STATS_min
n = STATS_records
stats data every ::1 using ($2 < $3 ? $2 : $3) nooutput
lowest = STATS_min < centre ? STATS_min : centre
stats data every ::1 using ($2 > $3 ? $2 : $3) nooutput
highest = STATS_max > centre ? STATS_max : centre
span = highest > lowest ? highest - lowest : 1
set tmargin 5
set rmargin 3
set yrange [n - 0.4:-0.6]
set xrange [lowest - 0.30 * span:highest + 0.30 * span]
set ytics noenhanced nomirror scale 0 tc rgb ink
set border 1
unset grid
set arrow 1 from centre, graph 0 to centre, graph 1 nohead lc rgb ink lw 1.5 front
set style fill solid 0.9 noborder
set label 1 "axis low" at graph 0, graph 1.05 left tc rgb orange
set label 2 "axis high" at graph 0.16, graph 1.05 left tc rgb blue
plot data every ::1 using 6:0:(($2 < $6) ? $2 : $6):(($2 < $6) ? $6 : $2):($0 - 0.35):($0 + 0.35):ytic(1) with boxxyerror lc rgb orange, \
     data every ::1 using 6:0:(($3 < $6) ? $3 : $6):(($3 < $6) ? $6 : $3):($0 - 0.35):($0 + 0.35) with boxxyerror lc rgb blue, \
     data every ::1 using ($2 < $3 ? $2 : NaN):0:4 with labels right noenhanced offset -0.6,0 tc rgb ink font ",11", \
     data every ::1 using ($2 < $3 ? NaN : $2):0:4 with labels left noenhanced offset 0.6,0 tc rgb ink font ",11", \
     data every ::1 using ($2 < $3 ? $3 : NaN):0:5 with labels left noenhanced offset 0.6,0 tc rgb ink font ",11", \
     data every ::1 using ($2 < $3 ? NaN : $3):0:5 with labels right noenhanced offset -0.6,0 tc rgb ink font ",11", \
     data every ::1::1 using (highest + 0.30 * span):(-0.6):7 with labels right noenhanced offset 0,1.4 tc rgb ink
