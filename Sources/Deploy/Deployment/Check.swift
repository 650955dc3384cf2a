import Docker
import Glibc
import Logging
import SystemPackage

/// What a deployment works on, once the checks have passed.
struct Target: Sendable {
    let engine: Engine
    let model: ComposeModel
    let compose: Compose
}

extension Deployment {
    /// `[ -f .env ] || { echo "❌ .env missing"; exit 1; }`, and everything else that can be known before anything is done.
    func check() async throws -> Target {
        try checkFiles()
        let engine = try await reachEngine()
        let compose = Compose(directory: app.directory, environment: environment)
        try await checkVersion(of: compose)
        let configuration = try await capture(compose.config())
        let model = try ComposeModel(json: configuration)
        guard !model.services.isEmpty else {
            throw Failure("the Compose file has no services", hint: "see docker compose config in \(app.directory)")
        }
        project = model.name
        return Target(engine: engine, model: model, compose: compose)
    }

    /// What every `docker compose` of this deployment is given: never the credential.
    private var environment: [String: String] {
        // A folder that is reached by a symbolic link keeps its name, which is the project's where nothing else names it.
        let own = context.environment.merging(["PWD": app.directory.string]) { $1 }
        return own.merging(record.variables) { own, _ in own }
    }

    private func checkFiles() throws(Failure) {
        guard access(app.directory.string, R_OK | X_OK) == 0 else {
            throw Failure(
                "the app's folder \(app.directory) cannot be entered: \(Errno(rawValue: errno))",
                hint: "user berth must be able to read it"
            )
        }
        try checkComposeFile()
        let file = app.directory.appending(".env")
        guard access(file.string, R_OK) == 0 else {
            if errno == ENOENT {
                throw Failure(
                    "\(file) is missing",
                    hint: "put the app's runtime settings there; CI does not deliver them"
                )
            }
            throw Failure(
                "\(file) cannot be read: \(Errno(rawValue: errno))",
                hint: "let user berth read it: setfacl -m u:berth:r \(file)"
            )
        }
    }

    /// Without a Compose file in its folder Compose looks for one in the folders above, which is another app's.
    private func checkComposeFile() throws(Failure) {
        let names = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"]
        let hasFile = { (folder: FilePath) in names.contains { access(folder.appending($0).string, F_OK) == 0 } }
        var folder = app.directory
        guard !hasFile(folder) else { return }
        while folder.removeLastComponent(), !folder.isEmpty {
            guard hasFile(folder) else { continue }
            throw Failure(
                "\(app.directory) has no Compose file, and Compose would take the one in \(folder)",
                hint: "deliver docker-compose.yml into the app's own folder"
            )
        }
    }

    /// An Engine that is being restarted or upgraded is waited for.
    private func reachEngine() async throws -> Engine {
        let deadline = context.clock.now.advanced(by: .seconds(30))
        var isWaiting = false
        while true {
            do throws(EngineError) {
                return try await context.engine.negotiated()
            } catch {
                guard error.mayPass, context.clock.now < deadline else { throw error }
                if !isWaiting { log.info("\(name): waiting for the Engine: \(error)") }
                isWaiting = true
            }
            try await context.clock.sleep(for: .milliseconds(500))
        }
    }

    private func checkVersion(of compose: Compose) async throws {
        let version = ComposeVersion(json: try await capture(compose.version()))
        guard let version, version >= ComposeVersion.minimum else {
            throw Failure(
                "Docker Compose is \(version?.description ?? "unknown"), and berth needs \(ComposeVersion.minimum)",
                hint: "install a newer docker-compose-plugin"
            )
        }
    }
}
