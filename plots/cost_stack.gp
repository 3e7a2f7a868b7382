# Revenue beside what it costs (definition E, annualised), per contract MW and per token sold.
# Columns: bar, part, name, low, high [M$/MW-yr], size [M$/MW-yr], size [USD per Mtok of output sold],
# place of the label [M$/MW-yr]
data = "cost_stack.csv"
set title "Revenue and levelised cost (definition E)"
set ylabel "M$ per contract MW and year; $/Mtok of output sold"
set xrange [-0.45:3.45]
set yrange [0:*]
set xtics ("revenue" 0, "cost" 1.8)
set style fill solid 0.85 border rgb "white"
earned = "#0072B2 #56B4E9 #009E73 #CC79A7 #F0E442 #999999 #333333"
costs  = "#D55E00 #F0E442 #E69F00 #CC79A7 #56B4E9 #0072B2 #999999"
rgb(bar, part) = int("0x" . substr(word(bar < 0.5 ? earned : costs, int(part) % 7 + 1), 2, 7))
x(bar) = bar * 1.8
plot data every ::1 using (x($1)):(0):(x($1) - 0.3):(x($1) + 0.3):4:5:(rgb($1, $2)) with boxxyerror fs solid lc rgb variable, \
     data every ::1 using (x($1) + 0.34):8:(sprintf("%s  %.2f M$%s", strcol(3), $6, valid(7) ? sprintf(", %.3g $/Mtok", $7) : "")) with labels left tc rgb ink noenhanced
