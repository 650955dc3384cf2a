# What `render` and `judge` print of the results: a list of which the first is about the run. `$print` says what; `$figures`
# has figures.json.

def median: sort | if length % 2 == 1 then .[length / 2 | floor] else (.[length / 2 - 1] + .[length / 2]) / 2 end;

# series NAME or NAME@X: `{ unit, samples }`, or null.
def series($name): ($name | split("@")) as [$series, $x]
    | first(.[] | select(.series == $series and ($x == null or .x == ($x | tonumber)))) // null;

def rounded($digits): pow(10; $digits) as $scale | (. * $scale | round) / $scale;

# A number with its unit.
def shown($unit):
    if $unit == "n" then rounded(0) | tostring
    elif $unit == "x" then "\(rounded(2)) ×"
    elif $unit == "B" then if fabs >= 1e6 then "\(. / 1e6 | rounded(1)) MB" else "\(. / 1e3 | rounded(1)) kB" end
    elif . >= 0.1 then "\(rounded(3)) s" else "\(. * 1e3 | rounded(1)) ms" end;

def spread($unit): if (.samples | length) < 2 or (.samples | min) == (.samples | max) then "" else
    " (\(.samples | min | shown($unit)) to \(.samples | max | shown($unit)))" end;

# Each figure of these rows with `value`, `unit` and `text`; a figure that was not measured has no value.
def figures($rows): . as $results
    | [$figures[0][] | select($rows == [] or (.row | IN($rows[]))) | . as $figure
        | [.of[] as $name | $results | series($name)] as $of
        | (if .minus then .minus as $name | $results | series($name) else { samples: [0] } end) as $minus
        | if any($of[], $minus; . == null) then .text = "not measured" else
            (if $of[1] then "x" else $of[0].unit end) as $unit
            | ([$of[].samples | median] | if length == 2 then .[0] / .[1] else .[0] end
                | (. - ($minus.samples | median)) / ($figure.per // 1)) as $value
            | . + { $value, $unit, text: (($value | shown($unit)) + if $of[1] then
                    ": " + ([$of[] | (.unit as $unit | (.samples | median | shown($unit)) + spread($unit))] | join(" / "))
                elif .minus then "" else ($of[0] | spread($unit)) end) } end];

def bound: if has("max") then if .value then .unit as $unit | "≤ " + (.max | shown($unit)) else "≤ \(.max)" end else "" end;
def within: if has("max") | not then "" elif .value == null then "no" elif .value <= .max then "yes" else "no" end;

def row: [.figure, .text, bound, within];

# Rows of text, each field as wide as the widest of its column.
def in_columns: (transpose | map(map(length) | max)) as $widths
    | .[] | [., $widths] | transpose | map(.[0] + " " * (.[1] - (.[0] | length))) | join("  ") | sub(" +$"; "");

def phases($kind): . as $results
    | ["claim", "check", "login", "room", "pull", "before", "up", "health", "after", "settle"] as $names
    | [$names[] as $name | $results | series("\($kind).phase.\($name)") | select(.) | "\($name) \(.samples | median | shown("s"))"]
    | join(", ");

.[1:] as $lines | .[0].about as $about | $lines
| if $print == "lines" then [["figure", "measured", "must reach", "within"], (figures($ARGS.positional)[] | row)] | in_columns
  elif $print == "failed" then [figures($ARGS.positional)[] | select(within == "no") | .figure] | .[]
  elif $print == "table" then
      "| figure | measured | must reach | within |", "|---|---|---|---|",
      (figures([])[] | row | if .[3] == "no" then .[3] = "**no**" else . end | "| " + join(" | ") + " |")
  elif $print == "phases" then phases($ARGS.positional[0])
  else
      "One run on \($about.date), by `\($about.command)`: medians of at most \($about.runs), with the least and the most.", "",
      "| | |", "|---|---|",
      "| machine | \($about.processor), \($about.cores) cores, \($about.memory), Linux \($about.kernel) |",
      "| host | \($about.system), Docker \($about.docker), Compose \($about.compose) |",
      "| berth | \($about.berth) |"
  end
