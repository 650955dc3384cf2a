import Rules

/// Puts the last good release back: the same switch and the same gate, with an older release. One attempt.
struct Rollback: Sendable {
    let wayBack: WayBack
    let tools: Tools

    func run() async throws {
        // The Engine may be what failed: the one attempt is not spent on its absence.
        let session = try await tools.host.reachEngine(within: Host.bootPatience, tools.log)
        let back = Switch(release: wayBack.release, session: session, tools: tools)
        let gate = try await back.run(back.prepare())
        try await Health(release: wayBack.release, session: session, tools: tools).run(gate)
    }
}
