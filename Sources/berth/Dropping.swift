import Deploy
import Linux
import Rules

/// Puts a drop into an app's spool as CI does, and tells how it goes.
struct Dropping: Sendable {
    let app: AppSettings
    let format: Format
    /// How long to wait for the verdict; nil for not at all.
    let limit: Duration?

    /// - Parameter drop: the whole file. If it names no request, a name is added.
    func run(_ drop: [UInt8], on host: Host) async throws -> ExitStatus {
        guard let (drop, request) = named(drop) else {
            // The agent would refuse it too, but could not tell whose request it was.
            Terminal.complain("berth: the drop has no line NAME=VALUE, is no text, or is larger than 16 KiB")
            return ExitStatus(.refused)
        }
        let spool = Spool(app.spool)
        guard let limit else {
            try spool.submit(drop)
            Terminal.say("\(app.name): dropped; berth wait \(app.name) --request \(request) waits for its verdict")
            return .success
        }
        // Before the drop: a person who may not read the records must not drop in vain.
        let reader = try RecordReader(app: app.name.description, state: host.state)
        let last = try reader.lastNumber()
        try spool.submit(drop)
        let following = Following(reader: reader, format: format, limit: limit)
        return try await following.run(.request(request, after: last), on: host)
    }

    /// The drop with a name for the request; nil if the agent would find none in it.
    private func named(_ drop: [UInt8]) -> (drop: [UInt8], request: String)? {
        guard drop.count <= DropParser.sizeLimit, !DropParser.parse(drop).assignments.isEmpty else { return nil }
        if let request = Drop.request(in: drop) { return (drop, request) }
        let request = "by-hand-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        let end = drop.last == UInt8(ascii: "\n") ? "" : "\n"
        let named = drop + Array("\(end)BERTH_REQUEST=\(request)\n".utf8)
        return Drop.request(in: named) == request ? (named, request) : nil
    }
}
