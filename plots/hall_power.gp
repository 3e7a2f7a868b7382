# Power of each hall: mean by use, stacked; its peak, its design and its limit.
# Columns: hall, IT [MW], with cooling [MW], with losses [MW], with house [MW] (means), IT peak [MW], IT at the design hour [MW],
# IT limit [MW] (may be absent), PUE
data = "hall_power.csv"
stats data every ::1 using 5 nooutput
n = STATS_records
high = STATS_max
do for [c=6:8] { stats data every ::1 using c nooutput; high = (STATS_records > 0 && STATS_max > high) ? STATS_max : high }
set title "Power by hall: mean by use, IT peak, design and limit"
set ylabel "power [MW]"
set xrange [-0.6:n - 0.4]
set yrange [0:1.3 * high]
set xtics noenhanced
set key at graph 0.99, graph 0.99 right top maxrows 3
set style fill solid 0.85 border rgb "white"
plot data every ::1 using 0:5:(0.5):xtic(strcol(1)) with boxes lc rgb grey title "house", \
     data every ::1 using 0:4:(0.5) with boxes lc rgb orange title "conversion", \
     data every ::1 using 0:3:(0.5) with boxes lc rgb sky title "cooling", \
     data every ::1 using 0:2:(0.5) with boxes lc rgb blue title "IT", \
     data every ::1 using ($0 + 0.29):6 with points pt 9 ps 1.8 lc rgb green title "IT peak", \
     data every ::1 using ($0 - 0.32):7:(0.64):(0) with vectors nohead lw 2 dt 2 lc rgb ink title "IT design", \
     data every ::1 using ($0 - 0.32):8:(0.64):(0) with vectors nohead lw 3 lc rgb red title "IT limit", \
     data every ::1 using 0:5:(sprintf("PUE %.3f", $9)) with labels offset 0,0.7 tc rgb ink notitle
