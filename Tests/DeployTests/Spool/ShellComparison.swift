import Linux
import NIOPosix
import Rules
import Support
import SystemPackage
import Testing

/// Compares the parser with the script's own loop, run by a real shell on random files. Beside what the loop does, this one
/// fails for a line that has an `=` and is neither an assignment nor a comment; the script skips it.
@Suite struct ShellComparison {
    static let loop = """
        while IFS= read -r line || [ -n "$line" ]; do
            case "$line" in [A-Za-z0-9_]*=*) export "$line" ; continue ;; esac
            case "${line#"${line%%[! \t]*}"}" in \\#*) ;; *=*) exit 1 ;; esac
        done < "$1"
        exec /usr/bin/env -0
        """

    @Test func agreesWithTheShell() async throws {
        var generator = SplitMix(seed: 2026)
        try await withTemporaryFolder { folder in
            let file = folder.appending("drop")
            for _ in 0..<400 {
                let drop = Self.randomDrop(&generator)
                try File.replace(file, with: Array(drop.utf8), mode: .ownerReadWrite)
                #expect(try await Self.shell(file) == Self.parser(drop), "\(drop.debugDescription)")
            }
        }
    }

    /// The shell's environment after the loop; nil if the shell failed.
    private static func shell(_ file: FilePath) async throws -> [String: String]? {
        let command = Command(
            executable: "dash",
            arguments: ["-c", loop, "dash", file.string],
            environment: ["PATH": "/usr/bin:/bin"],
            directory: "/",
            timeout: .seconds(10)
        )
        do throws(CommandError) {
            let output = try await ProcessRunner(eventLoop: MultiThreadedEventLoopGroup.singleton.next()).capture(
                command,
                limit: 1 << 20
            )
            let entries = output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            var environment: [String: String] = [:]
            for entry in entries {
                let equals = entry.firstIndex(of: "=") ?? entry.endIndex
                environment[String(entry[..<equals])] = String(entry[equals...].dropFirst())
            }
            for own in ["PATH", "PWD", "OLDPWD"] { environment[own] = nil }
            return environment
        } catch {
            return nil
        }
    }

    private static func parser(_ drop: String) -> [String: String]? {
        let (assignments, refusal) = DropParser.parse(Array(drop.utf8))
        guard refusal == nil else { return nil }
        return Dictionary(assignments.map { ($0.name, $0.value) }) { _, last in last }
    }

    /// Lines of characters that matter to the loop's pattern, `read` and `export`; without carriage return, which berth
    /// drops and the shell keeps, and without NUL, which berth refuses and the shell ignores.
    private static func randomDrop(_ generator: inout SplitMix) -> String {
        let names = ["A", "b", "_", "9", "A1", "a_b", "A B", "A-", "", "é", " A", "#", "export A", "\\", "\t"]
        let values = ["1", "=", " ", "\t", "'", "\"", "$A", "`", "\\", "\\n", "é", "#", "*", "~", ";", "&", "\u{7f}"]
        return (0..<Int.random(in: 0...4, using: &generator)).map { _ in
            let name = names.randomElement(using: &generator) ?? ""
            let isPlain = Int.random(in: 0..<3, using: &generator) > 0
            let equals = Int.random(in: 0..<8, using: &generator) > 0 ? "=" : ""
            let value = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                values.randomElement(using: &generator) ?? ""
            }
            let newline = Int.random(in: 0..<6, using: &generator) > 0 ? "\n" : ""
            return (isPlain ? "A\(names[0])" : name) + equals + value.joined() + newline
        }.joined()
    }
}
