# The Pareto fronts of `frontier --plot` on a terminal: speed of a user against output of a MW.
# Columns, parted by blanks: tok/s per user, output tok/s per MW (utility); a block a series (two
# blank lines between). The data stand in $data, a letter a series; numbers only.
set terminal dumb size 79,22
set key off
set logscale y
set format y "%.0s%c"
set xrange [0:*]
set border 3
set tics nomirror
stats $data using 1 nooutput
plot for [i=0:STATS_blocks-1] $data index i using 1:2 with points
