import Docker
import DockerModel
import Rules

/// Restores the last good release with the same switch and the same gate, in one attempt.
struct Rollback: Sendable {
    let wayBack: WayBack
    /// The images of the release that is given up.
    let tried: [ImageUse: ImageID]
    let files: Restoration
    let tools: Tools

    /// How long it may take.
    var limit: Duration { Host.bootPatience + wayBack.release.upLimit + wayBack.release.policy.health.limit }

    /// Puts back the files, then the images. If the files cannot be put back, the good images run all the same: they are
    /// still the better ones, and this is the only attempt.
    ///
    /// - Returns: what a person should know about the files.
    func run() async throws -> [String] {
        // The Engine may be what failed, so the only attempt waits for it.
        let session = try await tools.host.reachEngine(within: Host.bootPatience, tools.log)
        await removeHooks(session)
        let (outcome, missed) = await putBack(session)
        if missed != nil { try Task.checkCancellation() }
        // A crash in the middle must not hide what has changed.
        let different = files.tried.map { wayBack.files.differences(from: $0) } ?? []
        let changed = missed == nil ? outcome.changed.union(different) : Set(wayBack.files.entries.keys)
        do {
            try await start(changed, session)
        } catch {
            throw Failure(any: error).with(missed.map { "its files are not back: \($0.sentence)" })
        }
        if let missed {
            throw missed.within("its images run again, but its files are not back:", as: .filesNotRestored)
        }
        return outcome.notes
    }

    /// - Returns: what has become of the files, and why they are not back.
    private func putBack(_ session: EngineSession) async -> (Restoration.Outcome, Failure?) {
        do {
            return (try await files.run(session), nil)
        } catch {
            let failure = Failure(any: error)
            tools.log.warning("the files do not go back: \(failure.sentence)")
            return (Restoration.Outcome(), failure)
        }
    }

    private func start(_ changed: Set<ReleasePath>, _ session: EngineSession) async throws {
        let release = wayBack.release
        let back = Switch(release: release, former: tried, session: session, tools: tools)
        let trial = try await back.run(back.prepare(), changed: changed, in: wayBack.files)
        try await Health(release: release, session: session, tools: tools).run(trial)
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
