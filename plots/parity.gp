# Predicted against measured output rate, point by point: on the line the model is right.
# Columns: ... 14 marked for the fit [0/1], 15 measured, 16 predicted [tok/s per accelerator] ...
data = "parity.csv"
set title "Output tokens per second and accelerator: predicted against measured"
set xlabel "measured [tok/s]"
set ylabel "predicted [tok/s]"
set logscale xy
set format xy "10^{%L}"
set grid x y lc rgb "#dddddd" lw 1
set key top left Left reverse samplen 1
stats data every ::1 using 15 nooutput
low = STATS_min < 1 ? 1 : 10 ** floor(log10(STATS_min))  # a broken row must not shrink the rest
high = 10 ** ceil(log10(STATS_max))
set xrange [low:high]
set yrange [low:high]
set label 1 "twice" at first high * 0.3, first high * 0.75 center textcolor rgb grey
set label 2 "half" at first high * 0.75, first high * 0.26 center textcolor rgb grey
plot data every ::1 using ($14 == 1 ? $15 : NaN):16 with points pt 7 ps 0.25 lc rgb sky title "fit", \
     data every ::1 using ($14 == 0 ? $15 : NaN):16 with points pt 7 ps 0.4 lc rgb red title "not fitted", \
     x with lines lw 2 lc rgb ink title "equal", \
     2 * x with lines lw 1 dt 2 lc rgb grey notitle, x / 2 with lines lw 1 dt 2 lc rgb grey notitle
