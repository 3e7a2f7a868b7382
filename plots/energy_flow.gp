# Where the MWh went: bands from the ceiling over the meter and the racks to the uses.
# Columns: name, x, low, high, MWh, share [%]; a block a band (of every use, in one order, so that a use
# has one colour in every picture), then headings, then labels of the uses
data = "energy_flow.csv"
stats data using 2 nooutput
n = STATS_blocks - 2
colours = "#56B4E9 #EEEEEE #56B4E9 #0072B2 #009E73 #999999 #E69F00 #F0E442 #CC79A7 #D55E00 #333333 #882255 #44AA99"
set title "Where the MWh went"
unset border
unset tics
unset grid
set xrange [-0.08:1.36]
set yrange [*:1.16]
set style fill solid 0.75 noborder
set offsets 0, 0, 0, 0.05
gwh(x) = x >= 1e5 ? sprintf("%.0f GWh", x / 1e3) : x >= 1e3 ? sprintf("%.2f GWh", x / 1e3) : sprintf("%.3g MWh", x)
plot for [i=0:n-1] data index i using 2:3:4 with filledcurves lc rgb word(colours, i + 1), \
     data index n every ::0::2 using ($2 - 0.01):4:(0.02):(0) with points pt -1, \
     data index n every ::0::2 using 2:($3 + 0.09):(strcol(1) . "\n" . gwh($5)) with labels left tc rgb ink noenhanced, \
     data index n every ::3::3 using ($2 + 0.01):($5 > 0 ? $3 : NaN):(strcol(1) . " " . gwh($5)) with labels left tc rgb "#666666" noenhanced, \
     data index n+1 using ($2 + 0.015):3:(sprintf("%s  %s  %.1f %%", strcol(1), gwh($5), $6)) with labels left tc rgb ink noenhanced
