import Docker
import DockerModel
import Rules
import SystemPackage

/// Restores the last good release with the same switch and the same gate, in one attempt.
struct Rollback: Sendable {
    let wayBack: WayBack
    /// The images of the release that is given up.
    let tried: [ImageUse: ImageID]
    /// Its files; nil if they are not known.
    let triedFiles: Snapshot?
    let files: ReleaseFiles
    /// Where to keep what was changed by hand and is replaced.
    let archive: FilePath
    let tools: Tools

    /// How long it may take.
    var limit: Duration { Host.bootPatience + wayBack.release.upLimit + wayBack.release.policy.health.limit }

    /// - Returns: what a person should know about the files.
    func run() async throws -> [String] {
        // The Engine may be what failed, so the only attempt waits for it.
        let session = try await tools.host.reachEngine(within: Host.bootPatience, tools.log)
        await removeHooks(session)
        let release = wayBack.release
        let outcome = try await files.putBack(
            wayBack.files,
            release.files,
            after: triedFiles,
            keepingIn: archive,
            session
        )
        let back = Switch(release: release, former: tried, session: session, tools: tools)
        // A crash in the middle must not hide what has changed.
        let changed = outcome.changed.union(triedFiles.map { wayBack.files.differences(from: $0) } ?? [])
        let trial = try await back.run(back.prepare(), changed: changed, in: wayBack.files)
        try await Health(release: release, session: session, tools: tools).run(trial)
        return outcome.notes
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
