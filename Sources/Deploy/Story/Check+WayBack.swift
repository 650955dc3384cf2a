import Docker
import DockerModel
import Rules
import SystemPackage

/// Proves the way back before anything is changed.
extension Check {
    /// The last good release, and the containers of its project.
    func past(_ session: EngineSession) async -> Past {
        let containers = await containers(of: good?.project, session)
        return Past(containers: containers, lastGood: await lastGood(session, beside: containers ?? []))
    }

    struct Past: Sendable {
        /// Nil if there is no last good release, or the Engine does not tell.
        let containers: [ContainerSummary]?
        let lastGood: Result<WayBack, Failure>?
    }

    /// The last good release.
    ///
    /// - Parameter containers: those of its project, as far as they are known.
    /// - Returns: nil if there is none; a failure if it cannot be restored, or must not be.
    func lastGood(
        _ session: EngineSession,
        beside containers: [ContainerSummary] = []
    ) async -> Result<WayBack, Failure>? {
        do throws(Failure) {
            if let number = history.unreadableSinceLastGood {
                throw Failure(
                    .recordUnreadable,
                    "the record of #\(number)",
                    "cannot be read, and it may be the last good release",
                    hint: "repair or remove it in \(reader.store.folder), or drop again with BERTH_FORCE=1"
                )
            }
            guard let good = history.lastGood else { return nil }
            if let barrier = history.barrier(after: good) { throw barrier }
            let proof = Proof(reader: reader, session: session, inUse: containers.imagesInUse)
            return .success(try await proof.wayBack(to: good.number))
        } catch {
            return .failure(error)
        }
    }

    /// The release that the app can go back to.
    ///
    /// - Returns: nil if nothing good has run that could be lost, if a later release forbids it, or if the drop forces it.
    /// - Throws: what is missing, and what to do.
    func wayBack(
        _ lastGood: Result<WayBack, Failure>?,
        _ directives: Directives,
        beside containers: [ContainerSummary]
    ) throws -> WayBack? {
        do throws(Failure) {
            if let lastGood { return try lastGood.get() }
            guard isRunning(containers), !history.endedUnhealthy, !history.hasOnlyTried else {
                return nil
            }
            throw Failure(
                .releaseUnknown,
                "the app",
                "is running, but berth has no record of a good release to go back to",
                hint: "drop it once with BERTH_FORCE=1: that release is then the first one that berth knows"
            )
        } catch {
            // What forbids it runs and is not healthy, so the drop is the way on.
            if error.cause == .rollbackForbidden { return nil }
            guard directives.isForced, error.cause != .engineUnreachable else { throw error.escapable }
            log.warning("forced, with no way back: \(error.sentence)")
            return nil
        }
    }

    /// Checks an older good release that is to run again.
    func older(
        _ request: Directives.RollbackRequest,
        _ directives: Directives,
        _ session: EngineSession,
        _ file: FilePath
    ) async throws -> Checked {
        async let info = try? session.info()
        let versions = noted(try await reader.checkVersion(), await info, session)
        let good = try requested(request)
        if !directives.isForced, let barrier = history.barrier(after: good) { throw barrier }
        let proven = try await Proof(reader: reader, session: session).wayBack(to: good.number)
        let containers = try await ownProject(proven.release.model.name, since: nil, session)
        let record = try reader.store.record(good.number)
        return Checked(
            session: session,
            info: await info,
            versions: versions,
            release: proven.release,
            compose: try Store.store(reader.store.composeText(of: record), in: file),
            variables: record.variables,
            files: proven.files,
            older: record,
            wayBack: nil,
            containers: containers
        )
    }

    private func requested(_ request: Directives.RollbackRequest) throws(Failure) -> History.Entry {
        let (found, problem) =
            switch request {
            case .previous: (history.previous, "there is no good release before the one that runs")
            case .number(let number): (history.good(number), "#\(number) is not a good release")
            }
        if let found { return found }
        throw Failure(
            .noSuchRelease,
            "",
            problem,
            hint: "see the records in \(reader.store.folder) for the releases that were deployed"
        )
    }

    private func isRunning(_ containers: [ContainerSummary]) -> Bool {
        containers.contains { $0.labels.isReplica && $0.status.isUp }
    }
}

extension Failure {
    /// Adds the other way out to the hint: to deploy without a way back.
    fileprivate var escapable: Failure {
        guard cause == .wayBackMissing else { return self }
        let hint = [hint, "drop it with BERTH_FORCE=1 to deploy without a way back"].compactMap { $0 }
        return Failure(cause, subject, problem, hint: hint.joined(separator: ", or "))
    }
}
