import Docker
import DockerModel
import Linux
import Rules
import SystemPackage

/// Keeps the secrets of a drop out of the record.
extension Check {
    /// The drop's variables as the record may have them. A rollback renders the Compose file with those of the record, so it
    /// cannot do without a value that the file, `.env` or an `env_file` uses.
    func recordable(
        _ drop: Drop,
        _ delivered: Delivered,
        storedIn file: FilePath
    ) async throws -> [String: String] {
        guard !drop.secretNames.isEmpty else { return drop.variables }
        var disclosed: Set<String> = []
        for (place, used) in try await uses(of: drop, delivered, file) {
            if let name = used.subtracting(app.variables ?? []).min() {
                throw Failure(
                    .secretInDrop,
                    "\(name)",
                    "sounds like a secret, and \(place) uses it: its value would have to be kept in the record",
                    hint: "put it into the app's .env, or name it in the app's variables in the settings if it is none"
                )
            }
            disclosed.formUnion(used)
        }
        return drop.recordable(disclosing: disclosed)
    }

    /// The secrets of the drop that each of the files uses.
    private func uses(
        of drop: Drop,
        _ delivered: Delivered,
        _ file: FilePath
    ) async throws -> [(place: String, secrets: Set<String>)] {
        var others: Set<String> = []
        for file in try await environmentFiles(of: delivered) {
            // One that is not required may be missing. Compose has read all others.
            guard let text = try? File.read(file) else { continue }
            others.formUnion(Dotenv(String(decoding: text, as: UTF8.self)).uses)
        }
        return [
            ("the Compose file", drop.secrets(mentionedIn: try File.read(file))),
            (".env", drop.secretNames.intersection(Dotenv(app.environmentFile).uses)),
            ("an env_file", drop.secretNames.intersection(others)),
        ]
    }

    private func environmentFiles(of delivered: Delivered) async throws -> Set<FilePath> {
        let written = delivered.template.map(ComposeModel.environmentFiles) ?? []
        let interpolation = Interpolation(compose: delivered.folder, tools: reader.tools)
        let made = try await interpolation.places(of: written.filter { $0.contains("$") })
        return Set((written + made.joined()).map { app.directory.pushing(FilePath($0)) })
    }
}
