# 15-minute site power, highest first, against the ceiling.
# Columns: share of year [%], site [MW], IT [MW], ceiling [MW], contract [MW]
data = "load_duration.csv"
stats data using 5 nooutput
contract = STATS_max
set title "Site power, 15-minute means, highest first"
set xlabel "share of the time [%]"
set ylabel "power [MW]"
set xrange [0:100]
set yrange [0:contract * 1.15]
set label 1 "contract ceiling" at graph 0.98, first contract * 1.03 right textcolor rgb red
stats data using 2 every ::1 nooutput
set label 2 "site" at first 50, first STATS_median + contract * 0.04 center textcolor rgb blue
stats data using 3 every ::1 nooutput
set label 3 "IT" at first 50, first STATS_median - contract * 0.05 center textcolor rgb green
plot data every ::1 using 1:5 with lines lw 3 lc rgb red, \
     data every ::1 using 1:4 with lines lw 1.5 dt 2 lc rgb red, \
     data every ::1 using 1:2 with lines lw 4 lc rgb blue, \
     data every ::1 using 1:3 with lines lw 3 lc rgb green
