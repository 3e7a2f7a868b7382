# The million-fold over the speed that a user must get: VR200 over an old end, per MW of IT nameplate.
# Columns: series, floor under the speed [tok/s/user], output of the old and of the new end [tok/s/MW],
# ratio; a block a series (two blank lines between), ordered by floor. Floor 0 (none) is drawn at 0.25.
data = "claims_curve.csv"
stats data using 2 nooutput
n = STATS_blocks
array names[n] # the first row of a block, behind the heading in the first block
do for [i=0:n-1] {
    stats data index i every ::(i == 0 ? 1 : 0)::(i == 0 ? 1 : 0) using (names[i + 1] = strcol(1), $2) nooutput
}
colours = "#D55E00 #0072B2 #56B4E9 #009E73 #E69F00 #999999"
colour(i) = word(colours, i % 6 + 1)
floor_of(x) = x > 0 ? x : 0.25
set title "How many times the output of a MW: VR200 over an older accelerator"
set xlabel "speed that every user gets, at least [output tok/s]"
set ylabel "ratio of output per MW of IT nameplate"
set logscale xy
set xrange [0.2:60]
set yrange [1:4e6]
set xtics ("none" 0.25, "0.5" 0.5, "1" 1, "2" 2, "5" 5, "10" 10, "20" 20, "50" 50)
set format y "10^{%L}"
set bmargin 8
set key at screen 0.5, screen 0.11 center top horizontal noenhanced samplen 2 maxcols 2 Left reverse width 2
set grid x y lc rgb "#dddddd" lw 1
set datafile missing NaN
set arrow 1 from 0.2, 1e6 to 60, 1e6 nohead dt 2 lw 1.5 lc rgb ink
set label 1 "claimed: a million-fold over six generations" at 55, 1.5e6 right tc rgb ink
set label 2 "a line ends where the old end can go no faster" at 55, 1.4 right tc rgb grey
plot for [i=0:n-1] data index i using (floor_of($2)):($5 > 0 ? $5 : NaN) with linespoints pt 7 ps 0.8 lw 2 lc rgb colour(i) title names[i + 1]
