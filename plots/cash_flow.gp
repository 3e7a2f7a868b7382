# Cash flow of each year and its cumulated present value.
# Columns: year, flow [M$], cumulated present value [M$], revenue, power, other OpEx, capital, residual, tax [M$]
data = "cash_flow.csv"
set title "Cash flow and cumulated present value"
set xlabel "end of year"
set ylabel "M$"
set xtics 1
set boxwidth 0.55
set style fill solid 0.85 noborder
stats data every ::1 using 1 nooutput
last = STATS_max
set xrange [-0.6:last + 0.95]
set xzeroaxis lc rgb "#444444"
plot data every ::1 using 1:($2 < 0 ? $2 : NaN) with boxes lc rgb red, \
     data every ::1 using 1:($2 >= 0 ? $2 : NaN) with boxes lc rgb sky, \
     data every ::1 using 1:($2 >= 0 ? 0 : NaN):(sprintf("%.0f", $2)) with labels offset 0,-0.8 tc rgb ink, \
     data every ::1 using 1:($2 < 0 ? 0 : NaN):(sprintf("%.0f", $2)) with labels offset 0,0.8 tc rgb ink, \
     data every ::1 using 1:3 with linespoints lw 3 pt 7 ps 1 lc rgb blue, \
     data every ::1 using ($1 == last ? $1 + 0.08 : NaN):3:(sprintf("NPV %.0f", $3)) with labels left offset 1,0 tc rgb blue
