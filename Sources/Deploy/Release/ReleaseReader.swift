import Docker
import DockerModel
import Linux
import Rules
import SystemPackage

/// Reads a release: the one in the app's folder, or one on record. No other code reads a release's model.
struct ReleaseReader: Sendable {
    let app: AppSettings
    let host: Host
    let store: Store
    let tools: Tools

    /// The release in the folder as it is now, with its stored Compose file.
    ///
    /// Every phase then uses the stored file, because CI may deliver the next release meanwhile.
    ///
    /// - Parameter file: the file to store the Compose file in.
    func inFolder(_ variables: [String: String], storingIn file: FilePath) async throws
        -> (release: Release, compose: Record.ComposeFile)
    {
        let folder = compose(variables)
        async let first = config(folder)
        async let template = try? tools.capture(folder.template())
        let rendered = try await first
        // First Compose's template, which has no values of variables. It garbles some short-form volumes that begin
        // with a variable, so next the file as it was delivered, which has no values either.
        for text in [await template, deliveredFile].compactMap({ $0 }) {
            let stored = try Store.store(text, in: file)
            let compose = compose(variables, file)
            guard let again = try? await config(compose), again == rendered else { continue }
            return (try release(compose, rendered), stored)
        }
        throw Failure(
            .composeNotStorable,
            "the Compose file",
            "cannot be stored without a change of meaning, so there would be no way back to it",
            hint: "write volumes that begin with a variable in the long form (type, source, target)"
        )
    }

    /// The release of an earlier deployment: its stored Compose file as it renders with today's `.env`, and its images.
    func onRecord(_ record: Record) async throws -> Release {
        let compose = compose(record.variables, try store.compose(of: record))
        var release = try release(compose, await config(compose))
        release.images = record.release
        return release
    }

    /// Checks that Compose is new enough to be trusted with secrets.
    func checkVersion() async throws -> ComposeVersion {
        let version = ComposeVersion(json: try await tools.capture(compose([:]).version()))
        guard let version, version >= ComposeVersion.minimum else {
            throw Failure(
                .composeTooOld,
                "Docker Compose",
                "has version \(version?.description ?? "unknown"), but berth needs \(ComposeVersion.minimum)",
                hint: "install a newer docker-compose-plugin"
            )
        }
        return version
    }

    /// `docker compose` for the app, never with the credential.
    private func compose(_ variables: [String: String], _ file: FilePath? = nil) -> Compose {
        Compose(directory: app.directory, environment: host.environment(in: app.directory, variables), file: file)
    }

    private func config(_ compose: Compose) async throws(Failure) -> [UInt8] {
        do throws(CommandError) {
            return try await tools.capture(compose.config())
        } catch {
            throw Failure(error, of: .composeInvalid)
        }
    }

    private func release(_ compose: Compose, _ rendered: [UInt8]) throws -> Release {
        let model = try ComposeModel(json: rendered)
        guard !model.services.isEmpty else {
            throw Failure(
                .composeInvalid,
                "the Compose file",
                "has no services",
                hint: "see docker compose config in \(app.directory)"
            )
        }
        return Release(model: model, compose: compose, policy: try policy(of: model))
    }

    private func policy(of model: ComposeModel) throws(Failure) -> Policy {
        let policy: Policy
        do throws(ComposeModelError) {
            policy = try model.policy(Policy.self, key: "x-berth") ?? Policy()
        } catch {
            throw Failure(.policyInvalid, "", error.sentence, hint: "README.md shows every key of x-berth")
        }
        try policy.check(against: model)
        return policy
    }

    /// The folder's Compose file, byte for byte; nil if it is missing or not the only one.
    private var deliveredFile: [UInt8]? {
        let files = ComposeFiles.paths(in: app.directory)
        return files.count == 1 ? files.first.flatMap { try? File.read($0) } : nil
    }
}
