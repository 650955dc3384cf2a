import DockerModel
import Rules

/// Restores the last good release with the same switch and the same gate, in one attempt.
struct Rollback: Sendable {
    let wayBack: WayBack
    /// The images of the release that is given up.
    let tried: [ImageUse: ImageID]
    let tools: Tools

    func run() async throws {
        // The Engine may be what failed, so the only attempt waits for it.
        let session = try await tools.host.reachEngine(within: Host.bootPatience, tools.log)
        let back = Switch(release: wayBack.release, former: tried, session: session, tools: tools)
        let gate = try await back.run(back.prepare())
        try await Health(release: wayBack.release, session: session, tools: tools).run(gate)
    }
}
