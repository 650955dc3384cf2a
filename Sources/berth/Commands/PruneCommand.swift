import ArgumentParser
import Deploy
import Docker
import Rules

/// `berth prune`: the disk guard by hand.
struct PruneCommand: Question {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Make room on the disk as a deployment does, and say what stays and why.",
        discussion: """
            Dangling images always go. If a filesystem that images or volumes lie on is fuller than guard in \
            /etc/berth/berth.toml, more goes, down to target: superseded releases of apps, build cache that was not used for a \
            day, images that nothing uses, and, only with volumes = "anonymous", anonymous volumes that nothing refers to. \
            What runs, what is stopped, what an app can go back to, and named volumes always stay.

            Exit codes:
              0   everything that may go has gone, or there is room enough
              1   something could not be removed, or how full the disk is cannot be read
              64  the command line is wrong
              69  the Docker Engine does not answer, or berth's records cannot be read
              75  a pull or another prune is still under way after a minute
              78  the settings are wrong
            """
    )

    @Flag(help: "Say what would be removed, and remove nothing.")
    var dryRun = false

    @OptionGroup var options: AnswerOptions
    @OptionGroup var settings: SettingsOptions

    func answer(on host: Host) async throws -> PruneAnswer {
        let settings = try settings.load()
        let session = try await host.engine.negotiated()
        let disk = DiskGuard(
            session: session,
            info: try await session.info(),
            settings: settings,
            host: host,
            log: Log.ofQuestion,
            histories: { try await host.histories() }
        )
        let report = try await dryRun ? disk.plan() : prune(disk, host)
        return PruneAnswer(report: report, settings: settings.disk)
    }

    private func prune(_ disk: DiskGuard, _ host: Host) async throws -> PruneReport {
        let report = try await host.imageLock.prune(patience: .seconds(60)) { try await disk.prune(.explained) }
        if let report { return report }
        throw Failure(
            .inUse,
            "",
            "a pull or another prune is under way, and must not be disturbed",
            hint: "run it again later"
        )
    }
}
