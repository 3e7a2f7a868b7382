# The meter's bill, line by line and month by month, and what a MWh cost in all.
# Columns: index of the month, month, index of the part, name, low [M USD], high [M USD], place of the
# label in the last month [M USD], bill over energy bought [USD/MWh]
data = "monthly_bill.csv"
set title "Monthly bill by line, on the site's clock"
set ylabel "bill of the month [M USD]"
set y2label "bill per MWh bought [USD/MWh]" tc rgb "#333333"
set y2tics nomirror
set ytics nomirror
set yrange [0:*]
set y2range [0:*]
stats data every ::1 using 1 nooutput
last = STATS_max
set xrange [-0.6:last + 0.6 + 0.46 * (last + 1.2)]
set xtics rotate by -45 nomirror
set style fill solid 0.85 border rgb "white"
parts = "#0072B2 #E69F00 #009E73 #CC79A7 #56B4E9 #D55E00 #F0E442 #999999"
rgb(part) = int("0x" . substr(word(parts, int(part) % 8 + 1), 2, 7))
every_month = last > 24 ? 12 : 1
plot data every ::1 using 1:(0):($1 - 0.38):($1 + 0.38):5:6:(rgb($3)):xtic(int($1) % every_month == 0 ? strcol(2) : "") with boxxyerror fs solid lc rgb variable notitle, \
     data every ::1 using (last + 0.85):7:4 with labels left tc rgb ink noenhanced notitle, \
     data every ::1 using (last + 0.6):7:(rgb($3)) with points pt 5 ps 1.3 lc rgb variable notitle, \
     data every ::1 using 1:8 axes x1y2 with linespoints lw 2 pt 7 ps 0.6 lc rgb "#333333" notitle
