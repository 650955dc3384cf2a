import Docker
import DockerModel
import Glibc
import Linux
import Logging
import Rules
import SystemPackage

extension Deployment {
    /// `[ -f .env ] || { echo "❌ .env missing"; exit 1; }`, and everything else that must be so whatever is to run.
    func check() async throws -> Engine {
        try checkFiles()
        return try await reachEngine()
    }

    /// What Compose makes of a Compose file, of the folder's own or of an older release's.
    func target(_ compose: Compose, _ engine: Engine) async throws -> Target {
        try await target(compose, rendered: capture(compose.config()), engine)
    }

    func target(_ compose: Compose, rendered: [UInt8], _ engine: Engine) async throws -> Target {
        let model = try ComposeModel(json: rendered)
        guard !model.services.isEmpty else {
            throw Failure("the Compose file has no services", hint: "see docker compose config in \(app.directory)")
        }
        return Target(engine: engine, model: model, compose: compose, policy: try Policy(of: model))
    }

    /// What every `docker compose` of a release is given: never the credential.
    func environment(_ variables: [String: String]) -> [String: String] {
        context.environment(in: app.directory, variables)
    }

    private func checkFiles() throws(Failure) {
        guard access(app.directory.string, R_OK | X_OK) == 0 else {
            throw Failure(
                "the app's folder \(app.directory) cannot be entered: \(Errno(rawValue: errno))",
                hint: "user berth must be able to read it"
            )
        }
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
    func checkComposeFile() throws(Failure) {
        if let file = composeFiles.first {
            guard access(file.string, R_OK) != 0 else { return }
            throw Failure(
                "\(file) cannot be read: \(Errno(rawValue: errno))",
                hint: "let user berth read it: chgrp berth \(file) && chmod g+r \(file)"
            )
        }
        var folder = app.directory
        while folder.removeLastComponent(), !folder.isEmpty {
            guard !ComposeFiles.paths(in: folder).isEmpty else { continue }
            throw Failure(
                "\(app.directory) has no Compose file, and Compose would take the one in \(folder)",
                hint: "deliver docker-compose.yml into the app's own folder"
            )
        }
    }

    var composeFiles: [FilePath] { ComposeFiles.paths(in: app.directory) }

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

    func checkVersion() async throws {
        let compose = Compose(directory: app.directory, environment: environment([:]))
        let version = ComposeVersion(json: try await capture(compose.version()))
        guard let version, version >= ComposeVersion.minimum else {
            throw Failure(
                "Docker Compose is \(version?.description ?? "unknown"), and berth needs \(ComposeVersion.minimum)",
                hint: "install a newer docker-compose-plugin"
            )
        }
    }
}
