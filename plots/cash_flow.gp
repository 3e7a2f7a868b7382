# Cash flow of each year and its cumulated present value; hatched: what is sold at the end.
# Columns: year, flow [M$], cumulated present value [M$], revenue, power, other OpEx, capital, residual, tax [M$]
data = "cash_flow.csv"
set title "Cash flow and cumulated present value"
set xlabel "end of year"
stats data every ::1 using (abs($2) > abs($3) ? abs($2) : abs($3)) nooutput
scale = STATS_max >= 2000 ? 1e3 : 1.0
number = scale > 1 ? "%.2f" : "%.0f"
set ylabel (scale > 1 ? "G$" : "M$")
set boxwidth 0.55
set style fill solid 0.85 noborder
stats data every ::1 using 1:8 nooutput
last = STATS_max_x
has_residual = STATS_max_y > 0
step = last > 16 ? 5 : 1
set xtics step
set xrange [-0.6:last + 1.15]
set xzeroaxis lc rgb "#444444"
set style textbox opaque noborder margins 0.4, 0.2
set label 1 (has_residual ? "hatched: residual value" : "") at graph 0.02, graph 0.95 left tc rgb "#666666"
plot data every ::1 using 1:($2 < 0 ? $2 / scale : NaN) with boxes lc rgb red, \
     data every ::1 using 1:($2 >= 0 ? $2 / scale : NaN) with boxes lc rgb sky, \
     data every ::1 using 1:($8 > 0 && $2 > 0 ? ($2 > $8 ? $2 - $8 / 2 : $2 / 2) / scale : NaN):(0.275):(($2 > $8 ? $8 : $2) / 2 / scale) with boxxyerror fs pattern 4 border lc rgb blue, \
     data every ::1 using 1:($3 / scale) with linespoints lw 3 pt 7 ps 1 lc rgb blue, \
     data every ::1 using 1:($2 >= 0 ? 0 : NaN):(sprintf(number, $2 / scale)) with labels boxed offset 0,-0.8 tc rgb ink, \
     data every ::1 using 1:($2 < 0 ? 0 : NaN):(sprintf(number, $2 / scale)) with labels boxed offset 0,0.8 tc rgb ink, \
     data every ::1 using ($1 == last ? $1 + 0.1 : NaN):($3 / scale):(sprintf("NPV " . number, $3 / scale)) with labels boxed left offset 1.5,0 tc rgb blue
