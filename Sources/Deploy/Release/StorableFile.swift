import Docker
import DockerModel
import Linux
import Rules
import SystemPackage

/// Makes the Compose file of a release that may be stored: it means the same, stands alone, and holds no value of `.env`
/// or of the drop.
struct StorableFile: Sendable {
    let delivered: Delivered
    let app: AppSettings
    let host: Host
    let tools: Tools

    private var folder: FilePath { app.directory }
    private var compose: Compose { delivered.folder }

    func text() async throws -> [UInt8] {
        // It was proven for this text, and what a drop's variables are plays no part in the proof.
        if let alone = delivered.alone, delivered.remembered.contains(.template) { return alone.text }
        let scratch = try host.makeScratchFolder()
        defer { File.removePrivateFolder(scratch) }
        let draft = scratch.appending("compose.yaml")
        for candidate in [asDelivered, proven] {
            guard let text = try await candidate(scratch) else { continue }
            try write(text, to: draft)
            guard let output = try? await tools.config(compose.reading(draft)), output == delivered.rendered else {
                continue
            }
            return text
        }
        throw Failure(
            .composeNotStorable,
            "the Compose file",
            "cannot be stored without a change of meaning or a variable's value, so there would be no way back to it",
            hint: """
                write volumes that begin with a variable in the long form (type, source, target), and let included files \
                use only the variables of \(folder)/.env
                """
        )
    }

    private func asDelivered(_ scratch: FilePath) -> [UInt8]? { ComposeFiles.only(of: app) }

    /// What Compose prints of the files, proven by canaries; nil if Compose cannot read them so.
    private func proven(_ scratch: FilePath) async throws -> [UInt8]? {
        guard let template = delivered.template else { return nil }
        let project = delivered.release.model.name
        let variables = Set(compose.environment.keys).subtracting(host.environment.keys)
        let canaries = Canaries(
            for: Canaries.names(in: template).union(Canaries.names(ofEnvironment: app.environmentFile)).union(variables)
        )
        var files = try await files(scratch)
        if let override = Canaries.override(for: template) {
            files.append(scratch.appending("override.yaml"))
            try write(Array(override.utf8), to: files[files.count - 1])
        }
        let values = scratch.appending("canaries.env")
        try write(Array(canaries.environmentFile.utf8), to: values)
        let wrapper = canaries.wrapper(of: files.map(\.string), in: folder.string, reading: values.string)
        let wrapping = host.compose(in: folder, file: scratch.appending("wrapper.yaml"))
        try write(wrapper.bytes(), to: scratch.appending("wrapper.yaml"))
        guard let proof = try? JSON(bytes: try await tools.capture(wrapping.template(of: project))) else { return nil }
        let inherited = Set(wrapping.environment.keys)
        return try canaries.storable(template, proof: proof, inherited: inherited)?.bytes(lines: true)
    }

    /// The files that Compose reads: the folder's own, or those that `.env` names.
    private func files(_ scratch: FilePath) async throws -> [FilePath] {
        guard app.namesComposeFiles else { return ComposeFiles.chosen(in: folder) }
        let values = try await Interpolation(compose: compose, tools: tools)
            .values(of: ["${COMPOSE_FILE-}", "${COMPOSE_PATH_SEPARATOR:-:}"], scratch)
        guard values.count == 2, let separator = values[1].first else { return [] }
        let names = values[0].split(separator: separator).map { FilePath(String($0)) }
        return names.isEmpty ? ComposeFiles.chosen(in: folder) : names.map { folder.pushing($0) }
    }

    private func write(_ text: [UInt8], to file: FilePath) throws {
        try File.replace(file, with: text, mode: .ownerReadWrite)
    }
}

extension AppSettings {
    /// The text of the app's `.env`, with its values: keep it in memory.
    var environmentFile: String {
        String(decoding: (try? File.read(directory.appending(".env"))) ?? [], as: UTF8.self)
    }

    /// Whether `.env` may name other Compose files than those that Compose looks for.
    var namesComposeFiles: Bool { environmentFile.contains("COMPOSE_FILE") }
}

/// Has Compose put variables into texts, as it does in a Compose file of the app's folder.
struct Interpolation: Sendable {
    let compose: Compose
    let tools: Tools

    /// - Returns: the texts in their order, with the values of variables; keep them in memory.
    func values(of texts: [String], _ scratch: FilePath) async throws -> [String] {
        let file = scratch.appending("values.yaml")
        let service: JSON = .object(["image": .string("probe")])
        let document: JSON = .object([
            "services": .object(["probe": service]),
            "x-values": .array(texts.map(JSON.string)),
        ])
        try File.replace(file, with: document.bytes(), mode: .ownerReadWrite)
        let model = try ComposeModel(json: await tools.config(compose.reading(file)))
        return model.extensions["x-values"]?.elements.compactMap(\.text) ?? []
    }

    /// The places that each path of a template may lead to; keep them in memory.
    ///
    /// Compose makes a path absolute before it puts values in, so that one that is absolute by its variable seems to lie
    /// in a folder. Hence the part from the variable on counts as a path too.
    func places(of paths: [String]) async throws -> [[String]] {
        guard !paths.isEmpty else { return [] }
        let scratch = try tools.host.makeScratchFolder()
        defer { File.removePrivateFolder(scratch) }
        let written = paths.map { path in
            [path] + path.ranges(of: "/$").prefix(1).map { String(path[path.index(after: $0.lowerBound)...]) }
        }
        let values = try await values(of: written.flatMap(\.self), scratch)
        guard values.count == written.joined().count else {
            throw Failure(.unexpected, "docker compose config", "does not print every value", hint: nil)
        }
        var rest = values[...]
        return written.map { path in
            defer { rest = rest.dropFirst(path.count) }
            return Array(rest.prefix(path.count))
        }
    }
}
