import ArgumentParser
import Deploy
import Docker
import Logging
import Rules
import SystemPackage

/// `berth prune`: the disk guard by hand.
struct PruneCommand: OneShot {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Make room on the disk as a deployment does, and say what stays and why.",
        discussion: """
            Dangling images always go. Where a filesystem that images or volumes lie on is fuller than guard in \
            /etc/berth/berth.toml, more goes, down to target: superseded releases of apps, build cache that was not used for a \
            day, images that nothing uses, and, only with volumes = "anonymous", anonymous volumes that nothing refers to. \
            What runs, what is stopped, what an app can go back to, and named volumes always stay.

            It exits 1 where something could not be removed, or how full the disk is cannot be read, and 75 where a pull or \
            another prune is still under way after a minute.
            """
    )

    @Flag(help: "Say what would be removed, and remove nothing.")
    var dryRun = false

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: ArgumentHelp("The host's file; conf.d/*.toml beside it are read too.", valueName: "file"))
    var config = "/etc/berth/berth.toml"

    func run(on host: Host) async throws -> ExitStatus {
        let settings = try HostFile(FilePath(config)).load()
        let session = try await host.engine.negotiated()
        var log = Logger(label: "berth") { _ in Console() }
        log.logLevel = .warning
        let disk = DiskGuard(
            session: session,
            info: try await session.info(),
            settings: settings,
            host: host,
            log: log,
            histories: { try await host.histories() }
        )
        guard let report = try await dryRun ? disk.plan() : prune(disk, host) else {
            Terminal.complain("a pull or another prune is under way, and must not be disturbed; try again later")
            return .temporary
        }
        if json {
            try Terminal.say(json: PruneDocument(report))
        } else {
            Terminal.say(report.lines(settings.disk))
        }
        return report.isComplete ? .success : .incomplete
    }

    private func prune(_ disk: DiskGuard, _ host: Host) async throws -> PruneReport? {
        try await host.imageLock.prune(patience: .seconds(60)) { try await disk.prune(.explained) }
    }
}

extension PruneReport {
    fileprivate func lines(_ settings: DiskSettings) -> [String] {
        let done = steps.filter { !$0.hasFailed }
        let sections: [(title: String, lines: [String])] = [
            ("Before (guard \(settings.guard) %, target \(settings.target) %):", before?.lines ?? []),
            (done.contains { $0.outcome == .planned } ? "Would remove:" : "Removed:", done.map(\.line)),
            ("Could not be removed:", steps.filter(\.hasFailed).map(\.line)),
            ("Kept:", kept.map(\.line)),
            ("After:", after?.lines ?? []),
        ]
        let lines = sections.flatMap { $0.lines.isEmpty ? [] : [$0.title] + $0.lines }
        return steps.isEmpty ? lines + ["Nothing is to be removed."] : lines
    }
}

extension PruneReport.Step {
    fileprivate var line: String {
        let problem = if case .failed(let problem) = outcome { "; \(problem)" } else { "" }
        return "  \(removal.frees.column)  \(removal.subject): \(removal.reason)\(problem)"
    }
}

extension Kept {
    fileprivate var line: String { "  \(size.column)  \(subject): \(reason)" }
}

extension Int64? {
    /// A size, right-aligned.
    fileprivate var column: String {
        let text = self?.inUnits ?? "?"
        return String(repeating: " ", count: max(0, 8 - text.count)) + text
    }
}

extension Usage {
    fileprivate var lines: [String] {
        filesystems.map { filesystem in
            let inodes = filesystem.inodes.map { ", \($0.percent) % of its inodes" } ?? ""
            return "  \(filesystem.path): \(filesystem.space.percent) % of \(filesystem.space.size.inUnits)\(inodes)"
        }
    }
}
