"""The table of a sweep, as the data frames of its readers see it.

usage: python tables.py FOLDER   (a folder of `landbridge sweep`; needs pandas, pyarrow and duckdb)
"""

import json
import sys

import duckdb
import pandas

folder = sys.argv[1]
runs = pandas.read_parquet(f"{folder}/runs.parquet")
points = pandas.read_csv(f"{folder}/points.csv")
manifest = json.load(open(f"{folder}/manifest.json"))
assert len(runs) == manifest["runs"] and runs["point"].nunique() == manifest["points"]
assert (runs["status"] == "finished").all() and runs["trains_completed"].dtype == "float64"
measure = "trains_completed"
by_pandas = runs.groupby("point")[measure].mean()
by_duckdb = duckdb.sql(f"""SELECT point, avg("{measure}") AS mean FROM '{folder}/runs.parquet' GROUP BY point ORDER BY point""").df()
by_landbridge = points[points["measure"] == measure].set_index("point")["mean"]
for point, mean in by_pandas.items():
    for other in (by_duckdb.set_index("point")["mean"][point], by_landbridge[point]):
        assert abs(mean - other) <= 1e-9 * abs(mean), (point, mean, other)
print(f"pandas {pandas.__version__} and DuckDB {duckdb.__version__} read {len(runs)} runs and agree with points.csv")
