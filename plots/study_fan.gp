# Cumulated present value by year over the points of a study: the middle 80 and 50 %, and the median.
# Columns: year, P10, P25, P50, P75, P90 [M$]
data = "study_fan.csv"
set title "Cumulated present value: median, middle 50 % and 80 % of the runs"
set xlabel "end of year"
set ylabel "M$"
set xtics 1
stats data every ::1 using 1 nooutput
last = STATS_max
set xrange [0:last * 1.12]
set xzeroaxis lc rgb "#444444"
plot data every ::1 using 1:2:6 with filledcurves lc rgb "#BFDDF0", \
     data every ::1 using 1:3:5 with filledcurves lc rgb "#7FBCE2", \
     data every ::1 using 1:4 with linespoints lw 3 pt 7 ps 0.8 lc rgb blue, \
     data every ::1 using ($1 == last ? $1 : NaN):6:(sprintf("P90 %.0f", $6)) with labels left offset 1,0 tc rgb ink, \
     data every ::1 using ($1 == last ? $1 : NaN):4:(sprintf("P50 %.0f", $4)) with labels left offset 1,0 tc rgb blue, \
     data every ::1 using ($1 == last ? $1 : NaN):2:(sprintf("P10 %.0f", $2)) with labels left offset 1,0 tc rgb ink
