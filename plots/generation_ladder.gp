# Revenue of a contract MW and capacity at the latency target, side by side.
# Columns: limit [0 demand, 1 power, 2 accelerators, 3 infeasible], scenario, revenue [M$/MW-yr],
# capacity [ktok/s/MW], served [ktok/s/MW], energy [J per output token]
data = "generation_ladder.csv"
stats data every ::1 using 1 nooutput
n = STATS_records
stats data every ::1 using (valid(3) ? $3 : 0) nooutput
most = STATS_max > 0 ? STATS_max : 1
stats data every ::1 using (valid(4) && $4 > 0 ? $4 : 1e-300) nooutput
high = STATS_max > 1e-300 ? STATS_max : 10
low = STATS_min > 1e-300 ? STATS_min : high / 10
set lmargin 29
set tmargin 4
set multiplot layout 1,2 title "What a contract MW earns, and what it can make" font ",18"
set yrange [n - 0.4:-0.6]
set ytics noenhanced nomirror font ",10"
unset grid
set grid x lc rgb "#dddddd" lw 1
set style fill solid 0.85 noborder
colours = "#0072B2 #D55E00 #E69F00 #999999"
rgb(limit) = int("0x" . substr(word(colours, int(limit) + 1), 2, 7))
set xrange [0:most * 1.25]
set xlabel "revenue [M$ per MW and year]"
set label 1 "limited by" at screen 0.01, screen 0.925 tc rgb ink
set label 2 "demand" at screen 0.10, screen 0.925 tc rgb blue
set label 3 "power" at screen 0.17, screen 0.925 tc rgb red
set label 4 "accelerators" at screen 0.23, screen 0.925 tc rgb orange
set label 5 "infeasible" at screen 0.335, screen 0.925 tc rgb grey
plot data every ::1 using (0):0:(0):(valid(3) ? $3 : 0):($0 - 0.35):($0 + 0.35):(rgb($1)):ytic(strcol(2)) with boxxyerror fs solid lc rgb variable, \
     data every ::1 using (valid(3) ? $3 : 0):0:(valid(3) ? sprintf("%.3g", $3) : "infeasible") with labels left offset 0.5,0 tc rgb ink
unset label
set lmargin 6
set xrange [10 ** floor(log10(low / 2)):high * 6]
set logscale x
set xlabel "capacity [ktok/s of output per MW]"
set ytics format ""
unset ytics
plot data every ::1 using 4:0 with points pt 7 ps 1.4 lc rgb green, \
     data every ::1 using 4:0:(sprintf($4 < 100 ? "%.3g" : "%.0f", $4)) with labels left offset 1,0 tc rgb ink
unset multiplot
