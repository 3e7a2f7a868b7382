# Speed of a user against output per MW: the Pareto front of each series, its best point ringed.
# Columns: series, tok/s per user, output tok/s per accelerator, output tok/s per MW (utility),
# Pareto [0/1], operating point [0/1]; a block a series (two blank lines between), ordered by speed
data = "serving_pareto.csv"
stats data using 2 nooutput
n = STATS_blocks
stats data using ($4 > 0 ? $4 : NaN) nooutput
high = STATS_max
array names[n] # the first row of a block, behind the heading in the first block
do for [i=0:n-1] {
    stats data index i every ::(i == 0 ? 1 : 0)::(i == 0 ? 1 : 0) using (names[i + 1] = strcol(1), $2) nooutput
}
colours = "#0072B2 #D55E00 #009E73 #CC79A7 #E69F00 #56B4E9 #333333 #999999"
colour(i) = word(colours, i % 8 + 1)
dash(i) = i / 8 + 1 # the second round of colours is dashed
set title "Serving: speed of a user against output of a MW"
set xlabel "output tok/s per user"
set ylabel "output tok/s per MW at the meter"
set logscale y
set yrange [high / 1e3 < *:high * 2]
set xrange [0:*]
set key outside right top Left reverse noenhanced samplen 2 title "ring: best in the targets" left
set grid x y lc rgb "#dddddd" lw 1
set datafile missing NaN # points off the front do not break its line
set format y "10^{%L}"
plot for [i=0:n-1] data index i using ($5 > 0 ? $2 : NaN):4 with lines lw 2 dt dash(i) lc rgb colour(i) title names[i + 1], \
     for [i=0:n-1] data index i using ($6 > 0 ? $2 : NaN):4 with points pt 6 ps 2.2 lw 2 lc rgb colour(i) notitle
