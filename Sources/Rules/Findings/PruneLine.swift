/// A line of a crontab, a script or a unit that removes images, containers or volumes behind berth's back.
package struct PruneLine: Equatable, Sendable {
    /// The worst that it does.
    package enum Danger: Int, Sendable, Comparable {
        /// It takes what nothing uses now: images, containers, the build cache.
        case images
        /// It takes volumes.
        case volumes

        package static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
    }

    package let file: String
    /// From 1.
    package let line: Int
    /// The command, from `docker` on.
    package let command: String
    package let danger: Danger

    /// The lines of a file that prune.
    ///
    /// - Parameter startsWith: only lines that begin so count, such as `Exec` in a unit; empty for all.
    package static func find(in text: String, of file: String, startsWith prefix: String = "") -> [PruneLine] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            guard line.hasPrefix(prefix), line.first(where: { !isSpace($0) }) != "#" else { return nil }
            return commands(in: line).reduce(nil) { worst, command in
                guard let danger = danger(of: command), worst.map({ $0.danger < danger }) ?? true else { return worst }
                return PruneLine(file: file, line: index + 1, command: command.joined(separator: " "), danger: danger)
            }
        }
    }

    /// What a shell could run of a line, each from `docker` on.
    private static func commands(in line: Substring) -> [[String]] {
        line.split { ";&|".contains($0) }.flatMap { part -> [[String]] in
            let words = part.split(whereSeparator: isSpace)
            return words.indices.compactMap { start in
                program(words[start]).map { $0 + words[(start + 1)...].map(String.init) }
            }
        }
    }

    private static func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" }

    /// `docker`, `/usr/bin/docker`, `ExecStart=/usr/bin/docker`, `(docker`; and `docker-compose`, as `docker compose`.
    private static func program(_ word: Substring) -> [String]? {
        guard !word.hasPrefix("-") else { return nil }
        let name = word.reversed().drop(while: isClosing).prefix { $0.isLetter || $0 == "-" }
        switch String(name.reversed().drop { $0 == "-" }) {
        case "docker": return ["docker"]
        case "docker-compose": return ["docker", "compose"]
        default: return nil
        }
    }

    private static func isClosing(_ character: Character) -> Bool { "\"')`}".contains(character) }

    private static func danger(of command: [String]) -> Danger? {
        var words = command.dropFirst().map { word in
            String(word.reversed().drop(while: isClosing).reversed())
        }[...]
        let first = next(&words, valued: valuedOfDocker)
        let second = next(&words, valued: first == "compose" ? valuedOfCompose : [])
        let takesVolumes = words.contains { $0 == "--volumes" || $0 == "--volumes=true" || $0.isShort(with: "v") }
        switch (first, second) {
        case ("volume", "prune"), ("volume", "rm"): return .volumes
        case ("compose", "down"), ("compose", "rm"):
            return takesVolumes ? .volumes : words.contains { $0.hasPrefix("--rmi") } ? .images : nil
        case ("system", "prune"): return takesVolumes ? .volumes : .images
        case ("image", "prune"), ("builder", "prune"), ("buildx", "prune"), ("container", "prune"): return .images
        case ("rmi", _), ("image", "rm"): return .images
        default: return nil
        }
    }

    /// Takes the first word that is no option, and the options before it.
    ///
    /// - Parameter valued: the options whose value is the next word.
    private static func next(_ words: inout ArraySlice<String>, valued: Set<String>) -> String? {
        while let word = words.popFirst() {
            guard word.hasPrefix("-") else { return word }
            if valued.contains(word) { words = words.dropFirst() }
        }
        return nil
    }

    private static let valuedOfDocker: Set = [
        "-c", "--context", "-H", "--host", "-l", "--log-level", "--config", "--tlscacert", "--tlscert", "--tlskey",
    ]

    private static let valuedOfCompose: Set = [
        "-f", "--file", "-p", "--project-name", "--profile", "--env-file", "--project-directory", "--ansi",
        "--progress",
        "--parallel",
    ]
}

extension String {
    /// Whether it is short options, such as `-fsv`, with this one.
    fileprivate func isShort(with letter: Character) -> Bool {
        hasPrefix("-") && !hasPrefix("--") && contains(letter)
    }
}

extension Finding {
    /// - Parameter lines: what runs by itself on this host, and prunes.
    package static func schedules(_ lines: [PruneLine]) -> [Finding] {
        lines.map { line in
            switch line.danger {
            case .volumes:
                Finding(
                    .error,
                    .schedules,
                    "\(line.file):\(line.line):",
                    "\(line.command) deletes volumes that no container has at that moment, and with them data",
                    try: "remove it: berth makes room by itself before each pull, and never deletes a named volume"
                )
            case .images:
                // A prune deletes the leases of pulls under way: moby/moby#53321.
                Finding(
                    .warning,
                    .schedules,
                    "\(line.file):\(line.line):",
                    "\(line.command) can break a pull under way, and take an image that a rollback needs",
                    try: "remove it: berth makes room by itself before each pull"
                )
            }
        }
    }
}
