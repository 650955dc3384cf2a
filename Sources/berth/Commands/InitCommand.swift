import ArgumentParser
import Deploy
import Linux
import Rules
import SystemPackage

/// `berth init`: sets an app up.
struct InitCommand: Question {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Set an app up: CI's user, spool, permissions, settings.",
        discussion: """
            It says what was right already, what it has done, and what is left to you; then what could fail the app's \
            first drop, as berth check does, and the line that CI's key needs. With --dry-run it only says what it would do. \
            Run twice, it changes nothing the second time.

            It gives group berth the right to read the app's folder, its .env and its Compose file, and takes no right from \
            any user. It follows no symbolic link, so DIRECTORY must be none, and replaces no settings. The app's name has \
            1 to 64 lower-case letters and digits, and between them - or a single _.

            Exit codes:
              0   the app is set up, but for what is left to you
              64  the command line is wrong
              69  nothing was changed; or a step failed, and the answer says what was done before it
              78  the settings are wrong, or would be
            """
    )

    @Argument(help: "The app's name in the settings; it is part of paths and of names of images.")
    var app: String

    @Argument(help: "The app's folder, with its Compose file and .env.")
    var directory: String

    @Option(help: ArgumentHelp("CI's user on this server. berth makes it if it is missing.", valueName: "name"))
    var user = "deploy"

    @Option(help: ArgumentHelp("The registry of the app's images, if it is not ghcr.io.", valueName: "host"))
    var registry: String?

    @Flag(help: "Say what would be done, and change nothing.")
    var dryRun = false

    @OptionGroup var options: AnswerOptions
    @OptionGroup var settings: SettingsOptions

    func validate() throws {
        guard AppName(app) != nil else {
            let rule = "use 1 to 64 lower-case letters and digits, and between them - or a single _"
            throw ValidationError("\(app) is not a valid app name: \(rule)")
        }
        guard user.isUserName else { throw ValidationError("\(user) is not the name of a user") }
        guard user != "root", user != "berth" else {
            throw ValidationError("\(user) is not for CI: give it a user of its own, such as deploy")
        }
        guard !directory.isEmpty, !directory.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) else {
            throw ValidationError("the folder's name has a control character, or is empty")
        }
    }

    func answer(on host: Host) async throws -> SetupAnswer {
        guard let app = AppName(app) else { throw ValidationError("\(app) is not a valid app name") }
        let hostFile = HostFile(FilePath(settings.config))
        let installer = Installer(
            app: app,
            directory: Surroundings.absolute(directory),
            user: user,
            registry: registry,
            hostFile: hostFile,
            host: host
        )
        let setup = try await installer.plan()
        let progress = dryRun ? SetupAnswer.Progress.planned : await Self.apply(setup, installer)
        let home = Account(user)?.home.string ?? "/home/\(user)"
        let findings = progress == .done ? await Self.check(app, hostFile, host) : Findings([])
        return SetupAnswer(app: app, home: home, setup: setup, progress: progress, findings: findings)
    }

    /// Does one step after the other, up to the first that fails.
    private static func apply(_ setup: Setup, _ installer: Installer) async -> SetupAnswer.Progress {
        for (count, step) in setup.steps.enumerated() {
            do {
                try await installer.apply(step)
            } catch {
                return .failed(after: count, Failure(any: error))
            }
        }
        return .done
    }

    /// Looks at the app as the agent will; from here on without the rights of root.
    private static func check(_ app: AppName, _ hostFile: HostFile, _ host: Host) async -> Findings {
        let viewer = Viewer.becomeAgent()
        do {
            let inspector = Inspector(
                hostFile: hostFile,
                host: host.seen(by: viewer),
                log: Log.ofQuestion,
                viewer: viewer
            )
            return try await inspector.findings(of: app)
        } catch {
            return Findings([Finding(.error, .unseen, of: app, Failure(any: error))])
        }
    }
}

extension String {
    /// As useradd(8) takes it.
    fileprivate var isUserName: Bool {
        let letters = Set("abcdefghijklmnopqrstuvwxyz_")
        guard let first, letters.contains(first), count <= 32 else { return false }
        return allSatisfy { letters.contains($0) || "0123456789-".contains($0) }
    }
}
