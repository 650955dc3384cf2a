import Docker
import DockerModel
import Rules

/// Restores the last good release with the same switch and the same gate, in one attempt.
struct Rollback: Sendable {
    let wayBack: WayBack
    /// The images of the release that is given up.
    let tried: [ImageUse: ImageID]
    let tools: Tools

    /// How long it may take.
    var limit: Duration { Host.bootPatience + wayBack.release.upLimit + wayBack.release.policy.health.limit }

    func run() async throws {
        // The Engine may be what failed, so the only attempt waits for it.
        let session = try await tools.host.reachEngine(within: Host.bootPatience, tools.log)
        await removeHooks(session)
        let back = Switch(release: wayBack.release, former: tried, session: session, tools: tools)
        let trial = try await back.run(back.prepare())
        try await Health(release: wayBack.release, session: session, tools: tools).run(trial)
    }

    /// Removes what failed hooks of the bad release have left; the record has the evidence.
    private func removeHooks(_ session: EngineSession) async {
        for hook in (try? await session.hooks(project: wayBack.release.model.name)) ?? [] where !hook.status.isUp {
            do throws(EngineError) {
                try await session.removeContainer(hook.id)
            } catch {
                tools.log.warning("the container \(hook.name) of a hook could not be removed: \(error)")
            }
        }
    }
}
