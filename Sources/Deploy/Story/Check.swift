import Docker
import DockerModel
import Glibc
import Linux
import Rules
import SystemPackage

/// The result of the checks.
struct Checked: Sendable {
    let session: EngineSession
    /// The Engine's own facts; nil if the request failed.
    let info: EngineInfo?
    /// Nil if the Engine's own facts are, and for a deployment that is resumed.
    let versions: DockerVersions?
    let release: Release
    let compose: Record.ComposeFile?
    /// The variables as the record may have them.
    let variables: [String: String]
    /// The files of the release.
    let files: Snapshot
    /// The record of the requested older release; nil for a new release.
    let older: Record?
    /// Nil if there is no good release to go back to, or none is wanted.
    let wayBack: WayBack?
    /// The containers of the release's project.
    let containers: [ContainerSummary]
    /// The images of a new release that are on the host, once they are pinned; those that run are not among them.
    var present: [ImageReference: Image] = [:]
    /// What was not asked of Compose again.
    var remembered: Set<Record.Remembered> = []
}

/// `[ -f .env ] || { echo "❌ .env missing"; exit 1; }`, and everything else that can be checked in advance.
///
/// It changes nothing except the stored Compose file.
struct Check: Sendable {
    let app: AppSettings
    let host: Host
    /// The other apps of the settings.
    let neighbours: Neighbours
    let history: History
    /// The record of the last good release; nil before the first one, or if it cannot be read.
    let good: Record?
    let reader: ReleaseReader

    var log: DeploymentLog { reader.tools.log }

    init(_ reader: ReleaseReader, in settings: Settings, history: History) {
        app = reader.app
        host = reader.host
        neighbours = Neighbours(of: reader.app, in: settings, reader.host)
        self.history = history
        good = reader.store.lastGood(history)
        self.reader = reader
    }

    /// Checks what a drop asks for, and proves the way back.
    ///
    /// - Parameter meanwhile: called when what can be refused at once is passed, and Compose is about to be asked; with whether
    ///   the release may have to be pulled, as far as the last good one tells.
    func run(
        _ drop: Drop,
        storingIn file: FilePath,
        meanwhile: (Bool) -> Void = { _ in }
    ) async throws -> Checked {
        if !drop.passesHold { try checkHold() }
        return try await runThroughHold(drop, storingIn: file, meanwhile: meanwhile)
    }

    /// The same of an app that may be held.
    func runThroughHold(
        _ drop: Drop,
        storingIn file: FilePath,
        meanwhile: (Bool) -> Void = { _ in }
    ) async throws -> Checked {
        try checkFolder()
        let session = try await host.reachEngine(within: .seconds(30), log)
        if let request = drop.directives.rollbackTo { return try await older(request, drop.directives, session, file) }
        try checkComposeFile()
        meanwhile(good?.release.values.contains { $0.image.digest == nil } ?? false)
        // Compose takes a tenth of a second to start, so independent requests run at the same time.
        async let found = reader.inFolder(drop.variables, storedIn: file)
        async let past = past(session)
        async let info = try? session.info()
        let delivered = try await found
        var release = delivered.release
        let choices = try await ChoiceCheck(app: app, good: good, host: host, tools: reader.tools)
            .check(delivered, drop.variables)
        let containers = try await ownProject(release.model.name, since: good, session, known: past.containers)
        let files = try ReleaseFiles(app: app, log: log).read(release.files)
        release.digest = Record.digest(compose: release.digest, files: files.isEmpty ? nil : files.digest)
        let wayBack = try await wayBack(past.lastGood, drop.directives, beside: containers)
        let compose = try await reader.store(delivered, choices, in: file)
        let variables = try await recordable(drop, delivered, storedIn: file)
        warnOfMissing(drop.variables)
        // Nothing before depends on the answer, and it takes longer than the rest where Compose need not be asked.
        let versions = noted(delivered.version, await info, session)
        return Checked(
            session: session,
            info: await info,
            versions: versions,
            release: release,
            compose: compose,
            variables: variables,
            files: files,
            older: nil,
            wayBack: wayBack,
            containers: containers,
            remembered: delivered.remembered.union(wayBack?.isRemembered == true ? [.wayBack] : [])
        )
    }

    private func checkHold() throws(Failure) {
        guard let reason = reader.store.hold else { return }
        throw Failure(
            .held,
            "\(app.name)",
            "is held: \(reason)",
            hint: "run the CI job again after berth resume \(app.name)"
        )
    }

    /// Restores the result of the checks for an interrupted deployment, from its record.
    func again(_ record: Record) async throws -> Checked {
        // At boot, the Engine starts at the same time.
        let session = try await host.reachEngine(within: Host.bootPatience, log)
        let release = try await reader.onRecord(record).release
        return Checked(
            session: session,
            info: nil,
            versions: nil,
            release: release,
            compose: record.compose,
            variables: record.variables,
            files: try reader.store.files(of: record),
            older: nil,
            wayBack: nil,
            containers: []
        )
    }

    // MARK: - The variables

    /// Compose takes the default of a variable that is not set, which is hardly what CI wanted.
    private func warnOfMissing(_ variables: [String: String]) {
        guard let good else { return }
        let missing = good.variables.keys.filter { variables[$0] == nil }.sorted()
        guard !missing.isEmpty else { return }
        log.warning("the drop does not set \(missing.joined(separator: ", ")), which #\(good.number) had")
    }

    // MARK: - The versions

    /// Tells what the deployment runs on, and what is known to go wrong there.
    func noted(_ compose: DockerVersion, _ info: EngineInfo?, _ session: EngineSession) -> DockerVersions? {
        guard let info else { return nil }
        let versions = DockerVersions(
            engine: info.serverVersion,
            api: session.newest,
            compose: compose,
            imageStore: info.imageStore
        )
        log.info("\(versions)")
        if let trouble = versions.trouble { log.warning(trouble) }
        return versions
    }

    // MARK: - The folder

    func checkFolder() throws(Failure) {
        guard access(app.directory.string, R_OK | X_OK) == 0 else {
            throw Failure(
                .folderUnreadable,
                "the app's folder \(app.directory)",
                "cannot be entered: \(Errno(rawValue: errno))",
                hint: "user berth must be able to read it"
            )
        }
        let file = app.directory.appending(".env")
        guard access(file.string, R_OK) != 0 else { return }
        guard errno != ENOENT else {
            throw Failure(
                .envMissing,
                "\(file)",
                "is missing",
                hint: "put the app's runtime settings there; CI does not deliver them"
            )
        }
        throw unreadable(file, .envUnreadable)
    }

    /// Without a Compose file in the folder, Compose would look in the folders above and take another app's, even if `.env`
    /// names one with `COMPOSE_FILE` (seen with Compose 2.26).
    func checkComposeFile() throws(Failure) {
        if let file = ComposeFiles.paths(in: app.directory).first {
            guard access(file.string, R_OK) != 0 else { return }
            throw unreadable(file, .composeFileUnreadable)
        }
        var folder = app.directory
        while folder.removeLastComponent(), !folder.isEmpty {
            guard !ComposeFiles.paths(in: folder).isEmpty else { continue }
            throw Failure(
                .composeFileMissing,
                "\(app.directory)",
                "has no Compose file, and Compose would take the one in \(folder)",
                hint: "deliver docker-compose.yml into the app's own folder, under this name"
            )
        }
    }

    private func unreadable(_ file: FilePath, _ cause: Cause) -> Failure {
        Failure(
            cause,
            "\(file)",
            "cannot be read: \(Errno(rawValue: errno))",
            hint: "let user berth read it: chgrp berth \(file) && chmod g+r \(file)"
        )
    }
}
