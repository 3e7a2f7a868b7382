# Trade-off of two goals: points that no point tried beats in both; the ends are the best of each goal alone.
# Columns: first goal, second goal (headings name them with their units), then conditions, what binds, the command that repeats the point
data = "trade_off.csv"
stats data every ::0::0 using (x_name = strcol(1), y_name = strcol(2), 0) nooutput
stats data every ::1 using 1:2 nooutput
x_high = abs(STATS_max_x) > abs(STATS_min_x) ? abs(STATS_max_x) : abs(STATS_min_x)
y_high = abs(STATS_max_y) > abs(STATS_min_y) ? abs(STATS_max_y) : abs(STATS_min_y)
step(x) = x >= 2e12 ? 4 : x >= 2e9 ? 3 : x >= 2e6 ? 2 : x >= 2e3 ? 1 : 0
prefix(x) = step(x) == 0 ? "" : word("k M G T", step(x))." "
# "npv_usd [USD]" -> "npv_usd [M USD]"; without a unit "[M ]"
named(n, x) = strstrt(n, "[") > 0 ? substr(n, 1, strstrt(n, "[")).prefix(x).substr(n, strstrt(n, "[") + 1, strlen(n)) : prefix(x) eq "" ? n : n." [".prefix(x)[1:1]."]"
xs = 1e3**step(x_high)
ys = 1e3**step(y_high)
set title "Trade-off: no point tried is better in both"
set xlabel named(x_name, x_high) noenhanced
set ylabel named(y_name, y_high) noenhanced
set offsets graph 0.06, graph 0.06, graph 0.08, graph 0.08
set grid x y lc rgb "#dddddd" lw 1
plot data every ::1 using ($1 / xs):($2 / ys) with lines lw 2 lc rgb pale, \
     data every ::1 using ($1 / xs):($2 / ys) with points pt 7 ps 1.4 lc rgb blue, \
     data every ::1 using ($1 / xs):($2 / ys):(sprintf("%d", $0 + 1)) with labels offset 1.4,-0.2 noenhanced tc rgb ink
