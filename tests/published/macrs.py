"""Tax by class: IT in 5 years, the facility in 15 and 39, 40 % bonus; losses up to 80 % of income."""
from worked import *

# IRS Publication 946 (2024): table A-1, half-year; table A-7a, placed in service in month 1
FIVE = [20.00, 32.00, 19.20, 11.52, 11.52, 5.76]
FIFTEEN = [5.00, 9.50, 8.55, 7.70, 6.93, 6.23]
THIRTY_NINE = [2.461, 2.564, 2.564, 2.564, 2.564, 2.564]
BONUS, TAX, SHARE_15, LOSS_LIMIT = 0.4, 0.21, 0.2, 0.8
r = run("economics.tax_rate_frac=0.21", "economics.tax_write_off=macrs", "economics.tax_bonus_frac=0.4",
        "economics.tax_facility_15_frac=0.2", "economics.tax_loss_limit_frac=0.8", "economics.debt_share_frac=0",
        "economics.price_half_life_years=2")
revenue, power, opex = cash_of(r)
it = r["line"]["depreciation, IT"] * 5
facility = r["line"]["depreciation, facility"] * 20
lost, written = 0.0, 0.0
for t in range(5):
    # 1. write-offs by class, the bonus at once
    off = it * ((BONUS if t == 0 else 0) + (1 - BONUS) * FIVE[t] / 100)
    off += SHARE_15 * facility * ((BONUS if t == 0 else 0) + (1 - BONUS) * FIFTEEN[t] / 100)
    off += (1 - SHARE_15) * facility * THIRTY_NINE[t] / 100
    written += off
    income = revenue * 2 ** (-t / 2) - (power + opex) * 1.03 ** t
    # 2. at the end all is sold, what is left in the books goes with it
    if t == 4:
        income += it * RESALE[5] + facility * (1 - 5 / 20)
        off += it + facility - written
    # 3. losses carried forward offset at most 80 % of a year's income
    taxable = income - off
    if taxable < 0:
        lost, tax = lost - taxable, 0.0
    else:
        used = min(lost, LOSS_LIMIT * taxable)
        lost, tax = lost - used, TAX * (taxable - used)
    # the tables are printed to 0.01 % of the capital
    near(f"write-off {t + 1}", r["yearly"][t + 1]["write_off_usd"], off, rel=3e-4, scale=it)
    near(f"tax {t + 1}", r["yearly"][t + 1]["tax_usd"], tax, rel=3e-4, scale=it * TAX)
check_flows("macrs", r, 0.10)
print("MACRS: IT in 5 years, facility in 15 and 39, bonus 40 %: write-offs and tax of five years agree")
