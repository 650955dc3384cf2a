# What `render` prints of the results: a list of which the first is about the run. `$print` says what.

def bold: "**" + . + "**";
def lines: join("\n");
def cells_of($failure; $peer): map(select(.failure == $failure and .peer == $peer));

# Each cell with `right`: what serves is what should; and `honest`: CI is told success if, and only if, the new release
# serves. It is null if CI was told nothing.
def judged: .[0] as $about | .[1:] | map(. as $cell | ($about.failures[] | select(.name == $cell.failure).serves) as $should | . + {
    right: (.harm == "" and if $should == "whole" then (.serves | IN("old", "new")) else .serves == $should end),
    honest: (if .notRun or .codes[-1] == 137 then null else (.codes[-1] == 0) == (.serves == "new") end) });

# What serves: the services that are at fault, or all of them if they differ.
def serves: . as $cell
    | if .serves == "bad" then "bad: " + ([.detail | split("; ")[] | select(contains(","))] | join("; "))
      elif .serves == "down" or .serves == "mixed" then .serves + ": " + .detail
      else .serves end
    | if $cell.right or ($cell.harm != "" and ($cell.serves | IN("old", "new"))) then . else bold end
    | if $cell.harm != "" then . + "; " + ($cell.harm | bold) else . end;

def told: if .honest == false then .told | join(", ") | bold else .told | join(", ") end;

def seconds: map(.seconds) | [min, max] | map(if . >= 10 then round else . end) | unique | map(tostring) | join("–") + " s";

# For how long no healthy `gate` ran, if one ran at the end.
def away: map(.away) | if any(. == "still") or all(. == null or . < 0.1) then "" else
    "; away " + (map(numbers) | [min, max] | unique | map(tostring) | join("–")) + " s" end;

# The runs of a cell: like ones together, with their number if there are others.
def cell: length as $total
    | if $total == 0 then "" elif .[0].notRun then "– " + .[0].notRun
      else group_by([.serves, .detail, .harm, .told]) | sort_by(-length)
        | map((if $total == 1 then "" else "\(length) of \($total): " end) + (.[0] | serves + "<br>" + told) + "<br>" + seconds + away)
        | join("<br>") end;

# The same in few words: what serves, in any run, and what CI is told.
def brief: if length == 0 or .[0].notRun then "–" else
    (map(if .harm | startswith("lost") then "data is lost" else .serves end) | unique | join(" or ")) as $serves
    | (if all(.right) then $serves else ($serves | bold) end) + ", " + (map(told) | unique | join(" or ")) end;

def run($about): "One run on \($about.date), on \($about.system) with \($about.cores) processor cores.";

def peers($about): ["| tool | version |", "|---|---|"] + [$about.peers[] | "| \(.title) | \(.version) |"] | lines;

def table($about; $failures; print): . as $cells
    | ["| what goes wrong | " + ($about.peers | map(.title) | join(" | ")) + " |", "|---" * (1 + ($about.peers | length)) + "|"]
        + [$failures[] | .name as $failure
            | ([.title] + [$about.peers[].name as $peer | $cells | cells_of($failure; $peer) | print]) | "| " + join(" | ") + " |"]
    | lines;

# In how many rows it all is as it should be, in each run of the row.
def counts($about): . as $cells
    | ["| tool (rows in which something goes wrong) | the right release serves | CI is told the truth |", "|---|---|---|"]
        + [$about.peers[] | .name as $peer
            | [$cells[] | select(.peer == $peer and .failure != "good" and (.notRun | not))] | group_by(.failure)
            | map({ right: all(.right), honest: (if any(.honest == null) then null else all(.honest) end) }) as $rows
            | ($about.peers[] | select(.name == $peer).title) as $title
            | "| \($title) | \($rows | map(select(.right)) | length) of \($rows | length)"
                + " | \($rows | map(select(.honest)) | length) of \($rows | map(select(.honest != null)) | length) |"]
    | lines;

.[0] as $about | judged
| if $print == "run" then run($about)
  elif $print == "peers" then peers($about)
  elif $print == "counts" then counts($about)
  elif $print == "short" then table($about; [$about.failures[] | select(.name | IN($ARGS.positional[]))]; brief)
  else table($about; $about.failures; cell) end
