# Eight worked examples of project finance, recomputed from first principles
for f in sculpted_debt macrs construction lease take_or_pay landlord abandonment sell_down; do
    BIN=$BIN PYTHONDONTWRITEBYTECODE=1 python3 tests/published/$f.py || echo "$f: exit $?"
done
