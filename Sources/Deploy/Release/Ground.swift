import Docker
import DockerModel
import Linux
import Rules
import SystemPackage

/// All that an answer of Compose depends on, as a digest: what was learnt under an equal one is still true.
struct Ground: Hashable, Sendable {
    let folder: FilePath
    private let digest: String

    fileprivate init(_ folder: FilePath, _ parts: [[UInt8]?]) {
        self.folder = folder
        var hash = SHA256()
        for part in [Array(folder.string.utf8)] + parts {
            // With the length of each part, no two lists have the same bytes.
            hash.update(Array("\(part?.count ?? -1):".utf8)[...])
            hash.update((part ?? [])[...])
        }
        digest = hash.hex
    }
}

/// A Compose file that needs no other one, with all that Compose reads beside it, at one moment.
struct Alone: Equatable, Sendable {
    let text: [UInt8]
    /// What the template depends on: the text, `.env` and the names of variables, but no value that a drop gives.
    let template: Ground
    /// What the rendering depends on; nil as long as it is not known which files Compose reads for it.
    let rendering: Ground?
    /// Whether all that Compose reads is known, and does not name ``Compose/collector``.
    let isQuick: Bool
    /// The files: if one is written while Compose reads, its answer is to neither state.
    private let marks: [File.Identity?]

    /// Nil if the file may need others, or if it is not known which program Compose is.
    ///
    /// - Parameters:
    ///   - variables: the names of a drop's variables.
    ///   - key: the host's key, on which the release's digest depends.
    init?(_ compose: Compose, variables: Set<String>, key: [UInt8]?, knowing knowledge: Knowledge) {
        var seen = Seen(compose.directory)
        guard let program = compose.program.identity, let file = compose.file, let text = try? seen.read(file),
            AloneText.standsAlone(text), let settings = try? seen.read(compose.directory.appending(".env"))
        else { return nil }
        let own = [Array("\(program)".utf8), text, settings]
        let names = compose.environment.map { ($0, variables.contains($0) ? "" : $1) }
        let template = Ground(compose.directory, own + [Self.bytes(names)])
        self.text = text
        self.template = template
        if let files = Self.environmentFiles(text, knowledge.template(under: template)) {
            guard let contents = try? files.map({ try seen.read($0) }) else { return nil }
            let all = zip(files, contents).flatMap { [Array($0.string.utf8), $1] }
            rendering = Ground(compose.directory, own + [Self.bytes(compose.environment.map { ($0, $1) }), key] + all)
            isQuick = !([text, settings] + contents).contains(where: Self.namesCollector)
        } else {
            rendering = nil
            isQuick = false
        }
        marks = seen.marks
    }

    /// The files as they are now, and the folders that they are in, so that one that comes and goes is noticed too.
    private struct Seen {
        private(set) var marks: [File.Identity?]

        init(_ folder: FilePath) { marks = [try? File.Identity(folder)] }

        /// - Returns: nil if there is no such file.
        /// - Throws: if it cannot be read, or is too large or no regular file: to read a pipe could take for ever.
        mutating func read(_ path: FilePath) throws(Errno) -> [UInt8]? {
            defer { marks += [path, path.removingLastComponent()].map { try? File.Identity($0) } }
            do throws(Errno) {
                return try File.readRegular(path, limit: 1 << 20)
            } catch {
                guard error == .noSuchFileOrDirectory else { throw error }
                return nil
            }
        }
    }

    /// The files that services name with `env_file`; nil if that is not known without asking Compose.
    private static func environmentFiles(_ text: [UInt8], _ template: JSON?) -> [FilePath]? {
        guard let template else {
            return String(decoding: text, as: UTF8.self).contains("env_file") ? nil : []
        }
        let paths = ComposeModel.environmentFiles(in: template)
        return paths.contains { $0.contains("$") } ? nil : paths.sorted().map { FilePath($0) }
    }

    private static func namesCollector(_ text: [UInt8]?) -> Bool {
        // By bytes: with an accent after it, the last letter would be another character.
        text?.contains(Compose.collector.utf8) ?? false
    }

    private static func bytes(_ environment: [(name: String, value: String)]) -> [UInt8] {
        Array(environment.map { "\($0.name)=\($0.value)" }.sorted().joined(separator: "\0").utf8)
    }
}
