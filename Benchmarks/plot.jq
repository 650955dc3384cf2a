# A picture of `pictures.json` as SVG, from the lines of the results. `$picture` is the picture.

def median: sort | if length % 2 == 1 then .[length / 2 | floor] else (.[length / 2 - 1] + .[length / 2]) / 2 end;
def rounded($digits): pow(10; $digits) as $scale | (. * $scale | round) / $scale;
def thousands: tostring | if test("^[0-9]{4,}$") then .[:-3] + "," + .[-3:] else . end;
def escaped: gsub("&"; "&amp;") | gsub("<"; "&lt;");

# A step of 1, 2 or 5 and zeros, so that there are at most six of them up to the number.
def step: . as $top | first(range(-6; 12) as $power | (1, 2, 5) * pow(10; $power) | select($top / . <= 6));

720 as $width | 300 as $height | { left: 48, right: 150, top: 44, bottom: 40 } as $edge
| ($width - $edge.left - $edge.right) as $across | ($height - $edge.top - $edge.bottom) as $up
| . as $results
| [$picture.lines[] | .of as $of | . + { points: [$results[] | select(.series == $of)
    | { x, y: ((.samples | median) * ($picture.scale // 1)) }] | sort_by(.x) } | select(.points != [])] as $lines
| ([$lines[].points[].x] | max // 1) as $most
| ([$lines[].points[].y] | max // 1) as $highest
| ($highest | step) as $step | (($highest / $step | ceil) * $step) as $top
| ([$lines[].points[].x] | unique) as $marks
| def at_x: $edge.left + . / $most * $across | rounded(1);
  def at_y: $edge.top + $up - . / $top * $up | rounded(1);
"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \($width) \($height)\" role=\"img\">",
"<title>\($picture.title | escaped)</title>",
"<style>
text { font: 13px system-ui, sans-serif; fill: #59636e; }
.title { fill: #1f2328; font-weight: 600; }
.grid { stroke: #d1d9e0; } .line { fill: none; stroke-width: 2; }
.berth { stroke: #0969da; } .floor { stroke: #818b98; } .dash { stroke-dasharray: 6 4; }
text.berth { fill: #0969da; stroke: none; } text.floor { fill: #59636e; stroke: none; }
@media (prefers-color-scheme: dark) {
text { fill: #9da7b3; } .title { fill: #e6edf3; } .grid { stroke: #30363d; }
.berth { stroke: #58a6ff; } text.berth { fill: #58a6ff; } text.floor { fill: #9da7b3; }
}
</style>",
"<text class=\"title\" x=\"\($edge.left)\" y=\"22\">\($picture.title | escaped)</text>",
(range(0; $top + $step / 2; $step) as $y
    | "<line class=\"grid\" x1=\"\($edge.left)\" x2=\"\($edge.left + $across)\" y1=\"\($y | at_y)\" y2=\"\($y | at_y)\"/>",
      "<text x=\"\($edge.left - 8)\" y=\"\(($y | at_y) + 4)\" text-anchor=\"end\">\($y | rounded(4) | thousands)</text>"),
($marks[] as $x
    | "<text x=\"\($x | at_x)\" y=\"\($height - 18)\" text-anchor=\"middle\">\($x | thousands)</text>"),
"<text x=\"\($edge.left + $across + 32)\" y=\"\($height - 18)\">\($picture.x)</text>",
($lines[]
    | "<polyline class=\"line \(.class)\" points=\"\([.points[] | "\(.x | at_x),\(.y | at_y)"] | join(" "))\"/>"),
# Names stand at the ends of their lines, and never on each other.
((reduce ($lines | sort_by(-.points[-1].y))[] as $line ([];
    . + [{ name: $line.name, class: $line.class,
        y: ([($line.points[-1].y | at_y) + 4, ((.[-1].y // -100) + 16)] | max) }]))[]
    | "<text class=\"\(.class)\" x=\"\($edge.left + $across + 8)\" y=\"\(.y)\">\(.name | escaped)</text>"),
"</svg>"
