# Power against the rest of OpEx under five definitions, each bar 100 %.
# Columns: definition, power [M$/yr], rest [M$/yr], power share [%]
data = "opex_shares.csv"
set title "Share of OpEx that goes to power, by definition"
set ylabel "share of OpEx [%]"
set yrange [0:118]
set ytics 0, 20, 100
set xrange [-0.6:4.6]
set boxwidth 0.6
set style fill solid 1.0 noborder
set label 1 "power" at graph 0.01, graph 0.97 textcolor rgb red
set label 2 "everything else" at graph 0.09, graph 0.97 textcolor rgb "#666666"
plot data every ::1 using 0:(100):xtic(1) with boxes lc rgb "#cccccc", \
     data every ::1 using 0:4 with boxes lc rgb red, \
     data every ::1 using 0:($4 + 4):(sprintf("%.1f %%", $4)) with labels, \
     data every ::1 using 0:(105):(sprintf("%.1f M$/yr", $2 + $3)) with labels
