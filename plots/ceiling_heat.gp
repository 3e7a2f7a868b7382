# Draw over the ceiling, hour of the day against day; marked: hours in which the ceiling binds.
# Columns: day, hour [UTC], site power over ceiling [%], bound [0/1]
data = "ceiling_heat.csv"
set tmargin 4
set title "Site power over the ceiling, hour by hour" offset 0,0.4
set xlabel "day of the run"
set ylabel "hour of the day, UTC"
set cblabel "draw over ceiling [%]"
unset grid
set ytics 0, 4, 24
set yrange [-0.5:23.5]
set autoscale xfix
set palette defined (0 "#00224E", 0.25 "#35456C", 0.5 "#7D7C78", 0.75 "#BCAF6F", 1 "#FEE838")
stats data using 4 nooutput
n_bound = STATS_sum
set label 1 sprintf("the ceiling binds in %d h%s", n_bound, n_bound > 0 ? " (marked)" : "") at graph 0, graph 1.025 left tc rgb ink
plot data every ::1 using 1:2:3 with image, \
     data every ::1 using 1:($4 > 0 ? $2 : NaN) with points pt 7 ps 0.7 lc rgb red
