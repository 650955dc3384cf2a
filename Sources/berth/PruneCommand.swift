import ArgumentParser
import Deploy
import Docker
import SystemPackage

/// `berth prune`: the disk guard by hand.
struct PruneCommand: OneShot {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Make room on the disk as a deployment does, and say what stays and why.",
        discussion: """
            Dangling images always go. Where a filesystem that images or volumes lie on is fuller than guard in \
            /etc/berth/berth.toml, more goes, down to target: superseded releases of apps, build cache that was not used for a \
            day, images that nothing uses, and, only with volumes = "anonymous", volumes that nobody has named and nothing \
            refers to. What runs, what is stopped, what an app can go back to, and named volumes always stay.
            """
    )

    @Flag(help: "Say what would be removed, and remove nothing.")
    var dryRun = false

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: ArgumentHelp("The host's file; conf.d/*.toml beside it are read too.", valueName: "file"))
    var config = "/etc/berth/berth.toml"

    func run(in context: Context) async throws -> CInt {
        let settings = try HostFile(FilePath(config)).load()
        let engine = try await context.engine.negotiated()
        let disk = DiskGuard(engine: engine, settings: settings, context: context, log: context.log)
        guard let report = try await dryRun ? disk.plan() : prune(disk, context) else {
            Terminal.complain(
                "a deployment pulls images, and a prune could take what it needs; try again when it has ended"
            )
            return ExitStatus.temporary.rawValue
        }
        if json {
            try Terminal.say(json: PruneDocument(report))
        } else {
            Terminal.say(report.lines(settings.disk))
        }
        let isComplete = report.removals.allSatisfy { $0.outcome == .removed || $0.outcome == .planned }
        return (isComplete ? ExitStatus.success : .incomplete).rawValue
    }

    private func prune(_ disk: DiskGuard, _ context: Context) async throws -> PruneReport? {
        try await context.imageLock.prune(patience: .seconds(60)) { try await disk.prune(.explained) }
    }
}

extension PruneReport {
    fileprivate func lines(_ settings: DiskSettings) -> [String] {
        var lines = ["Before (guard \(settings.guard) %, target \(settings.target) %):"] + before.lines
        lines += removals.isEmpty ? ["Nothing is to be removed."] : [after == nil ? "Would remove:" : "Removed:"]
        lines += removals.map { step in
            let outcome = if case .refused(let why) = step.outcome { "; not removed: \(why)" } else { "" }
            return "  \(size(step.removal.bytes))  \(step.removal.subject): \(step.removal.reason)\(outcome)"
        }
        if !kept.isEmpty { lines.append("Kept:") }
        lines += kept.map { "  \(size($0.bytes))  \($0.subject): \($0.reason)" }
        if let after { lines += ["After:"] + after.lines }
        return lines
    }

    private func size(_ bytes: Int64?) -> String {
        let text = bytes?.inUnits ?? "?"
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
