# Site power as a share of the ceiling, hour of the day against day; marked: hours in which the ceiling binds.
# Columns: day [s since 1970, local midnight], hour [local standard time], site power / ceiling [%], bound [0/1]
data = "ceiling_heat.csv"
stats data every ::1 using 4 nooutput
n_bound = STATS_sum
stats data every ::1 using 1 nooutput
first = STATS_min
final = STATS_max
n_days = (STATS_max - STATS_min) / 86400 + 1
set tmargin 4
set title "Site power as a share of the ceiling, hour by hour" offset 0,0.4
set ylabel "hour of the day, local standard time"
set cblabel "site power / ceiling [%]"
unset grid
set ytics 0, 4, 24
set yrange [-0.5:23.5]
set cbrange [0:100]
set palette defined (0 "#00224E", 0.25 "#35456C", 0.5 "#7D7C78", 0.75 "#BCAF6F", 1 "#FEE838")
set xrange [first - 43200:final + 43200]
set xdata time
set timefmt "%s"
set format x (n_days > 62 ? "%b\n%Y" : "%d %b\n%Y")
set label 1 sprintf("%.0f days; the ceiling binds in %d h%s", n_days, n_bound, n_bound > 0 ? " (marked)" : "") at graph 0, graph 1.025 left tc rgb ink
plot data every ::1 using 1:2:3 with image, \
     data every ::1 using 1:($4 > 0 ? $2 : NaN) with points pt 7 ps 0.7 lc rgb red
