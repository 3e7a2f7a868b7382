# Which generation holds the MW of the ceiling in each year, and what one more MW is worth.
# Columns: year, kind, generation, low [MW], high [MW], lambda [M$/MW-yr], ceiling [MW]
data = "refresh.csv"
set title "Megawatts by generation, and what one more is worth"
set xlabel "year"
set ylabel "MW at the meter"
set y2label "worth of one more MW [M$ a year]" tc rgb "#333333"
set ytics nomirror
set y2tics
set border 11 lc rgb "#444444"
stats data every ::1 using 1 nooutput
years = STATS_max
stats data every ::1 using 5 nooutput
top = STATS_max > 0 ? STATS_max : 1
stats data every ::1 using 6 nooutput
worth = STATS_max > 0 ? STATS_max : 1
set y2range [-0.04 * worth:1.15 * worth] # a worth of 0 stands above the axis
stats data every ::1 using 2 nooutput
kinds = STATS_max
stats data every ::1 using 7 nooutput
ceiling = STATS_max
set yrange [-0.04 * (top > ceiling ? top : ceiling):1.15 * (top > ceiling ? top : ceiling)]
set xrange [0.4:years * 1.3 + 0.6]
step = years > 16 ? 5 : 1
set xtics 1, step, years # no ticks under the names
set style fill solid 0.85 border rgb "white"
set datafile missing NaN # the line of the worth passes over rows of other generations
colours = "#999999 #0072B2 #D55E00 #009E73 #CC79A7 #E69F00 #56B4E9 #F0E442"
rgb(kind) = int("0x" . substr(word(colours, int(kind) % 8 + 1), 2, 7))
plot data every ::1 using 1:4:($1 - 0.4):($1 + 0.4):4:5:(rgb($2)) with boxxyerror fs solid lc rgb variable, \
     data every ::1 using ($1 == 1 ? years + 0.5 : NaN):(top * (0.85 - 0.08 * (kinds - $2))):(strcol(3)):(rgb($2)) with labels left tc rgb variable noenhanced, \
     data every ::1 using ($2 == 0 ? $1 : NaN):7:(0.45) with xerrorbars pt -1 lw 3 lc rgb red, \
     data every ::1 using ($1 == years && $2 == 0 ? years + 0.5 : NaN):7:("ceiling") with labels left tc rgb red, \
     data every ::1 using 1:($2 == 0 ? $6 : NaN) axes x1y2 with linespoints lw 3 pt 7 ps 1.2 lc rgb ink
