import Rules

/// A snapshot as a list: `nginx/` is a folder, `nginx/a=text` a file, `nginx/b->a` a link.
func snapshot(_ lines: String...) -> Snapshot { Snapshot(lines.map(entry)) }

func entry(_ line: String) -> Snapshot.Entry {
    let (path, content): (String, Snapshot.Entry.Content)
    if line.hasSuffix("/") {
        (path, content) = (line, .folder)
    } else if let arrow = line.firstRange(of: "->") {
        (path, content) = (String(line[..<arrow.lowerBound]), .link(String(line[arrow.upperBound...])))
    } else {
        let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        (path, content) = (String(parts[0]), .file(Array(parts[1].utf8)))
    }
    return Snapshot.Entry(
        path: ReleasePath(path) ?? ReleasePath(),
        content: content,
        mode: content == .folder ? 0o755 : 0o640,
        owner: 1000,
        group: 1001,
        modified: 1_790_000_000
    )
}

func path(_ text: String) -> ReleasePath { ReleasePath(text) ?? ReleasePath() }
