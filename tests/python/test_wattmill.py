"""The module as a planner uses it, against the command where both can say the same."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import wattmill

DEMO = "scenarios/virginia-100mw-gb300.json"
WEEK = {"horizon.years": 0.02}


class Run(unittest.TestCase):
    def test_figures_equal_the_commands_to_the_last_digit(self):
        text = subprocess.run(["build/wattmill", "run", DEMO, "--set", "horizon.years=0.02", "--format", "json", "--quiet",
                               "--no-cache"], capture_output=True, text=True).stdout
        figures = {k: v["value"] for k, v in json.loads(text)["metrics"].items()}
        result = wattmill.run(DEMO, set=WEEK)
        self.assertEqual(dict(result), figures)
        self.assertEqual(json.loads(result.json)["metrics"], json.loads(text)["metrics"])

    def test_a_dict_is_a_scenario(self):
        result = wattmill.run({"schema_version": 1, "name": "d", "extends": DEMO, "horizon": {"years": 0.02}})
        self.assertEqual(dict(result), dict(wattmill.run(DEMO, set=WEEK)))
        self.assertEqual(result.unit("npv_usd"), "USD")
        self.assertIn("ledger", result.data)
        self.assertGreater(sum(line["usd"] for line in result.ledger), 0)

    def test_mistakes_are_raised_all_at_once(self):
        with self.assertRaises(wattmill.Error) as raised:
            wattmill.check(DEMO, set={"horizon.years": -1, "site.ceiling.limit_mw": "much"})
        self.assertEqual(raised.exception.status, wattmill.INVALID)
        self.assertEqual({m.code for m in raised.exception.messages if not m.is_warning}, {"E204", "E205"})
        with self.assertRaises(wattmill.Error) as raised:
            wattmill.run("nothing.json")
        self.assertEqual(raised.exception.messages[0].code, "E102")

    def test_a_replay_a_training_run_and_a_frontier_are_models_too(self):
        serve = {"schema_version": 1, "case": "replay", "accelerator": "h100", "llm": "llama-3.1-8b", "engine": "vllm",
                 "load": {"class": "chat", "requests_per_s": 4, "duration_s": 60}}
        model = wattmill.Model(serve, set={"router": "round-robin", "batch.max_seqs": 8})
        self.assertEqual(model.case, "replay")
        result = model.run()
        self.assertEqual(result["requests_arrived"], result["requests_served"])
        self.assertEqual(result.unit("ttft_p99_s"), "s")
        self.assertIn("TTFT", result.doc("slo_attainment_frac"))
        self.assertEqual(dict(wattmill.run(result.json)), dict(result))
        train = wattmill.sweep({"schema_version": 1, "case": "train", "accelerator": "h100", "llm": "llama-3.1-8b"},
                               {"gpus": [64, 128]}, ["days", "mfu_frac"])
        self.assertGreater(train[0]["days"], 1.9 * train[1]["days"])
        front = wattmill.run("scenarios/cases/frontier-b200-gb300-dsr1.json")
        self.assertGreaterEqual(front["tok_per_s_per_user"], 40)
        self.assertEqual({p["precision"] for p in front.data["front"]}, {"fp4"})
        self.assertEqual(wattmill.schema("train")["title"], "wattmill train")
        with self.assertRaises(wattmill.Error) as raised:
            wattmill.check(dict(serve, case="reply"))
        self.assertEqual(raised.exception.messages[0].code, "E207")

    def test_a_host_with_decimal_commas_reads_and_writes_points(self):
        with tempfile.TemporaryDirectory() as folder:
            made = shutil.which("localedef") and subprocess.run(
                ["localedef", "-i", "de_DE", "-f", "UTF-8", f"{folder}/de_DE.UTF-8"], capture_output=True).returncode in (0, 1)
            if not made or not os.path.exists(f"{folder}/de_DE.UTF-8/LC_NUMERIC"):
                self.skipTest("no sources of locales here")
            say = ("import locale, sys, wattmill\n"
                   "if sys.argv[1:]: locale.setlocale(locale.LC_ALL, sys.argv[1]); assert locale.localeconv()['decimal_point'] == ','\n"
                   f"print(wattmill.run({DEMO!r}, set={{'horizon.years': 0.02, 'site.tariff.energy_usd_per_mwh': '5.5 c/kWh'}}).json)\n"
                   f"try: wattmill.check({DEMO!r}, set={{'horizon.years': -1.5}})\n"
                   "except wattmill.Error as e: print(e)\n"
                   "train = {'schema_version': 1, 'case': 'train', 'accelerator': 'h100', 'llm': 'llama-3.1-8b'}\n"
                   "print(wattmill.run(train).json)")
            plain, german = (subprocess.run([sys.executable, "-c", say, *args], capture_output=True, text=True,
                                            env=dict(os.environ, LOCPATH=folder)) for args in ([], ["de_DE.UTF-8"]))
        self.assertEqual((german.returncode, german.stderr), (0, ""))
        self.assertEqual(german.stdout, plain.stdout)

    def test_progress_rises_and_cancels(self):
        seen = []
        wattmill.run(DEMO, set=WEEK, progress=seen.append)
        self.assertEqual(seen, sorted(seen))
        self.assertEqual(len(seen), 7)
        with self.assertRaises(wattmill.Error) as raised:
            wattmill.run(DEMO, set=WEEK, progress=lambda done: done < 0.4)
        self.assertEqual(raised.exception.status, wattmill.CANCELLED)

    def test_the_series_sums_to_the_energy(self):
        result = wattmill.run(DEMO, set=WEEK)
        self.assertAlmostEqual(sum(result.series("site_mw")) / 4, result["site_energy_mwh"], delta=1e-6)
        with self.assertRaises(KeyError):
            result.series("site_kw")
        with self.assertRaises(KeyError):
            result["npv_eur"]

    def test_a_sweep_is_a_list_of_points(self):
        rows = wattmill.sweep({"schema_version": 1, "name": "s", "extends": DEMO, "horizon": {"years": 0.02}},
                              {"site.tariff.energy_usd_per_mwh": [30, 60, 90]}, ["power_cost_usd", "site_energy_mwh"])
        costs = [row["power_cost_usd"] for row in rows]
        self.assertEqual(costs, sorted(costs))
        self.assertEqual(len({row["site_energy_mwh"] for row in rows}), 1)  # a price moves no watt here

    def test_a_frontier_is_a_list_of_points_with_its_best(self):
        points = wattmill.frontier("b200", "llama-3.1-70b", set={"slo.tok_per_s_per_user": 40, "precision": "fp8"})
        fit = [p for p in points if p["meets_slo"]]
        best = [p for p in points if p["best"]]
        self.assertEqual(len(best), 1)
        self.assertEqual(best[0]["tok_per_s_per_mw_utility"], max(p["tok_per_s_per_mw_utility"] for p in fit))
        with self.assertRaises(wattmill.Error) as raised:
            wattmill.frontier("b20", "llama-3.1-70b")
        self.assertEqual(raised.exception.messages[0].code, "E208")

    def test_types_name_every_figure_and_only_keys_that_can_be_set(self):
        import wattmill_types
        self.assertEqual(set(wattmill_types.Figures.__annotations__), set(wattmill.metrics()))
        inputs = {i["path"] for i in wattmill.Model(DEMO).inputs if not i["path"].startswith(("fleet.", "workloads.")) and ".0." not in i["path"]}
        typed = set(wattmill_types.Inputs.__annotations__)
        plants = ("site.tariff.", "site.cooling.", "site.power_chain.", "site.storage.", "economics.ledger.")  # keys by type
        self.assertEqual({i for i in inputs - typed if not i.startswith(plants)} & {"horizon.years", "site.ceiling.limit_mw", "policy.idle"}, set())
        for path in ("horizon.years", "site.ceiling.limit_mw", "economics.discount_rate_frac", "seed"):
            self.assertIn(path, typed)
            self.assertTrue(wattmill.explain(path))

    def test_words(self):
        self.assertIn("MW", wattmill.explain("site.ceiling.limit_mw"))
        self.assertIn("properties", wattmill.schema())
        self.assertGreater(len(wattmill.metrics()), 100)
        self.assertTrue(wattmill.version())

    def test_every_declared_function_is_in_the_table(self):
        header = open(os.path.join("include", "wattmill", "api.h"), encoding="utf-8").read()
        for name in wattmill._FUNCTIONS:
            self.assertIn("wattmill_%s(" % name, header)
        self.assertEqual(header.count("WATTMILL_API ") - header.count("#define WATTMILL_API "), len(wattmill._FUNCTIONS))


if __name__ == "__main__":
    unittest.main()
