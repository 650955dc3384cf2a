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
            let words = line.split { $0 == " " || $0 == "\t" }
            guard let first = words.first, !first.hasPrefix("#"), line.hasPrefix(prefix) else { return nil }
            guard let start = words.firstIndex(where: isDocker) else { return nil }
            let command = ["docker"] + words[(start + 1)...].map(String.init)
            guard let danger = danger(of: command) else { return nil }
            return PruneLine(file: file, line: index + 1, command: command.joined(separator: " "), danger: danger)
        }
    }

    /// `docker`, `/usr/bin/docker`, `ExecStart=/usr/bin/docker`, `(docker`.
    private static func isDocker(_ word: Substring) -> Bool {
        let name = word.reversed().prefix { $0.isLetter }
        return String(name.reversed()) == "docker"
    }

    private static func danger(of command: [String]) -> Danger? {
        let words = command.dropFirst().filter { !$0.hasPrefix("-") }
        let (first, second) = (words.first ?? "", words.dropFirst().first ?? "")
        let takesVolumes = command.contains { $0.hasPrefix("--volumes") || $0 == "-v" }
        switch (first, second) {
        case ("volume", "prune"), ("volume", "rm"): return .volumes
        case ("compose", _) where words.contains("down") || words.contains("rm"): return takesVolumes ? .volumes : nil
        case ("system", "prune"): return takesVolumes ? .volumes : .images
        case ("image", "prune"), ("builder", "prune"), ("buildx", "prune"), ("container", "prune"): return .images
        case ("rmi", _), ("image", "rm"): return .images
        default: return nil
        }
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
