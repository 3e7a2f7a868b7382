# Latencies of served requests: the share that waits no longer, with the 50th, 90th and 99th percentiles.
# Columns: share of requests, time [s], marked [0/1]; a block each for TTFT, TPOT and E2E
data = "replay_latency.csv"
set multiplot layout 1, 3 title "Latency of served requests" font ",18" offset 0,-0.3
set title
set ylabel "share of requests [%]"
set yrange [0:100]
set format x "%.3g"
set grid x y
names = "TTFT TPOT E2E"
units = "s ms s"
scale(i) = i == 1 ? 1000.0 : 1.0
do for [i = 0:2] {
    stats data every ::1 index i using ($2 * scale(i)) nooutput
    wide = STATS_max > 4 * STATS_min
    if (wide) { set logscale x; set autoscale x } else { unset logscale x; set xrange [0:1.15 * STATS_max] }
    set lmargin i == 0 ? 9 : 6
    set xlabel sprintf("%s [%s]", word(names, i + 1), word(units, i + 1))
    plot data every ::1 index i using ($2 * scale(i)):(100 * $1) with lines lw 3 lc rgb blue, \
         data every ::1 index i using ($3 == 1 ? $2 * scale(i) : NaN):(100 * $1) with points pt 7 ps 1 lc rgb red, \
         data every ::1 index i using ($3 == 1 ? $2 * scale(i) : NaN):(100 * $1):(sprintf("P%.0f  %.3g", 100 * $1, $2 * scale(i))) with labels right offset -1,0 tc rgb red
    unset ylabel
}
unset multiplot
