import Docker
import Glibc
import Logging
import SystemPackage

extension Deployment {
    /// `[ -f .env ] || { echo "❌ .env missing"; exit 1; }`, and everything else that can be known before anything is done.
    func check() async throws -> Target {
        try checkFiles()
        let engine = try await reachEngine()
        let compose = Compose(directory: app.directory, environment: environment(record.variables))
        try await checkVersion(of: compose)
        let target = try await target(compose, engine)
        project = target.model.name
        return target
    }

    /// What Compose makes of a Compose file, of the folder's own or of an older release's.
    func target(_ compose: Compose, _ engine: Engine) async throws -> Target {
        let model = try ComposeModel(json: try await capture(compose.config()))
        guard !model.services.isEmpty else {
            throw Failure("the Compose file has no services", hint: "see docker compose config in \(app.directory)")
        }
        return Target(engine: engine, model: model, compose: compose, policy: try Policy(of: model))
    }

    /// What every `docker compose` of a release is given: never the credential.
    func environment(_ variables: [String: String]) -> [String: String] {
        // A folder that is reached by a symbolic link keeps its name, which is the project's where nothing else names it.
        let own = context.environment.merging(["PWD": app.directory.string]) { $1 }
        return own.merging(variables) { $1 }
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
                hint: "let user berth read it: chgrp berth \(file) && chmod g+r \(file)"
            )
        }
    }

    /// Without a Compose file in its folder Compose looks for one in the folders above, which is another app's.
    private func checkComposeFile() throws(Failure) {
        let names = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"]
        let hasFile = { (folder: FilePath) in names.contains { access(folder.appending($0).string, F_OK) == 0 } }
        var folder = app.directory
        if let file = names.map(folder.appending).first(where: { access($0.string, F_OK) == 0 }) {
            guard access(file.string, R_OK) != 0 else { return }
            throw Failure(
                "\(file) cannot be read: \(Errno(rawValue: errno))",
                hint: "let user berth read it: chgrp berth \(file) && chmod g+r \(file)"
            )
        }
        while folder.removeLastComponent(), !folder.isEmpty {
            guard hasFile(folder) else { continue }
            throw Failure(
                "\(app.directory) has no Compose file, and Compose would take the one in \(folder)",
                hint: "deliver docker-compose.yml into the app's own folder"
            )
        }
    }

    /// An Engine that is being restarted or upgraded is waited for.
    ///
    /// - Parameter patience: how long.
    func reachEngine(within patience: Duration = .seconds(30)) async throws -> Engine {
        let deadline = context.clock.now.advanced(by: patience)
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
