import Deploy
import Linux
import Rules

/// Puts a drop into an app's spool as CI does, and tells how it goes.
struct Dropping: Sendable {
    let app: AppSettings
    let report: Report
    /// How long to wait for the verdict; nil for not at all.
    let limit: Duration?
    /// The person who drops, whatever the drop says; nil to leave what it says.
    let by: String?

    /// - Parameter drop: the whole file. If it names no request, a name is added.
    func run(_ drop: [UInt8], on host: Host) async throws -> ExitStatus {
        guard let (drop, request) = named(drop) else { return refuse(drop) }
        let spool = Spool(app.spool)
        guard let limit else {
            try spool.submit(drop)
            let format = report == .json ? .json : Terminal.format
            Terminal.say(try Render.text(Dropped(app: app.name, request: request), as: format))
            return .success
        }
        // Before the drop: a person who may not read the records must not drop in vain.
        let reader = try RecordReader(app: app.name.description, state: host.state)
        let target = RecordWatch.Target.next(request, after: try reader.lastNumber())
        let following = Following(reader: reader, report: report, limit: limit)
        return try await following.run(target, on: host, spool: spool) { try spool.submit(drop) }
    }

    /// The drop with a name of its own, and with the person's; nil if the agent would find others in it, or none.
    private func named(_ drop: [UInt8]) -> (drop: [UInt8], request: String)? {
        let names = DropParser.parse(drop).assignments.map(\.name)
        guard !names.isEmpty else { return nil }
        var named = drop
        if !names.contains(Directive.request.rawValue) {
            let request = "berth-\(String(UInt64.random(in: .min ... .max), radix: 36))"
            named = DropParser.setting(Directive.request.rawValue, to: request, in: named)
        }
        if let by { named = DropParser.setting(Directive.by.rawValue, to: by, in: named) }
        guard let request = Drop.request(in: named), by == nil || Drop.by(in: named) == by else { return nil }
        return (named, request)
    }

    private func refuse(_ drop: [UInt8]) -> ExitStatus {
        do throws(DropRefusal) {
            _ = try Drop(parsing: drop, for: app)
            Terminal.complain("berth: the drop has no room for the names that berth adds\ntry: leave out a line")
        } catch {
            Terminal.complain(Render.text(error))
        }
        return ExitStatus(Verdict.refused)
    }
}

/// A drop that was put into the spool.
struct Dropped: Answer {
    let app: AppName
    let request: String

    var exitStatus: ExitStatus { .success }

    func passages(_ moments: Moments) -> [Passage] {
        [.line("\(app): dropped; berth wait \(app) --request \(request) waits for its verdict")]
    }
}
